import { Flags } from "@oclif/core";
import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { doorOf } from "../../cli/primitives.ts";
import { writePrivateFile } from "../../cli/private-file.ts";
import { profilePlace } from "../../cli/profile-access.ts";
import { type Redacted, redact } from "../../cli/redacted.ts";
import { addressOf, formatAddress } from "../../core/accounts/address.ts";
import { keyFileName } from "../../core/accounts/keystore/file-name.ts";
import { PBKDF2_STANDARD, SCRYPT_LIGHT, SCRYPT_STANDARD } from "../../core/accounts/keystore/kdf.ts";
import { sealKeyFile } from "../../core/accounts/keystore/keystore.ts";
import { type Hex, toHex } from "../../core/bytes/hex.ts";
import type { Crypto, SecretKey } from "../../core/crypto/crypto.ts";
import { openCrypto } from "../../core/crypto/open.ts";
import { readProfile } from "../../core/node/profiles.ts";
import { systemRandom } from "../../core/node/system.ts";
import { EnvironmentError, UsageError } from "../../core/platform/errors.ts";

const COSTS = { light: SCRYPT_LIGHT, standard: SCRYPT_STANDARD, pbkdf2: PBKDF2_STANDARD };
const COST_NAMES = ["light", "standard", "pbkdf2"] as const;

interface KeyExported {
  readonly form: "keystore" | "hex";
  readonly address: string;
  readonly publicKey: Hex;
  /** The sealed key, unless it went to a file. */
  readonly keyFile: object | null;
  readonly secretKey: Hex | Redacted;
  /** Where it was written. */
  readonly file: string | null;
  /** How other Ethereum tools would name the file. */
  readonly fileName: string;
}

export default class KeyExportCommand extends BaseCommand<KeyExported> {
  static override summary = "the profile's chat key as a key file";
  static override description =
    "Sealed with a password, as Status and other Ethereum tools read it (version 3). In clear only with --hex and --reveal.";
  static override examples = [
    { description: "To a file", command: "<%= config.bin %> <%= command.id %> -o key.json --password-file pw.txt" },
    {
      description: "For geth, at its cost",
      command: "<%= config.bin %> <%= command.id %> --cost standard --password-file pw.txt > key.json",
    },
    { description: "In clear", command: "<%= config.bin %> <%= command.id %> --hex --reveal -o key.txt" },
  ];
  static override flags = {
    output: Flags.string({ char: "o", helpValue: "FILE", summary: "write it there, readable for its owner alone" }),
    force: Flags.boolean({ dependsOn: ["output"], summary: "replace the file" }),
    "password-file": Flags.string({ helpValue: "FILE|-", exclusive: ["hex"], summary: "file with the new password" }),
    cost: Flags.option({
      options: COST_NAMES,
      default: "light",
      summary: "of guessing the password: scrypt as Status (light) or as geth (standard), or PBKDF2",
    })(),
    hex: Flags.boolean({ dependsOn: ["reveal"], summary: "the secret key in clear" }),
    reveal: Flags.boolean({ summary: "yes, show the secret" }),
  };
  static override schema = "key-export/1";

  protected override async work(): Promise<KeyExported> {
    const { flags } = await this.parse(KeyExportCommand);
    const crypto = await openCrypto(doorOf("fast"));
    const { chatKey } = (await readProfile(profilePlace(crypto, this.settings, this.passphrase))).identity;
    const publicKey = crypto.publicKeyOf(chatKey);
    const text = flags.hex ? `${toHex(chatKey)}\n` : await this.#seal(crypto, chatKey, flags);
    if (flags.output !== undefined) await writePrivateFile(flags.output, text, { force: flags.force });
    return {
      form: flags.hex ? "hex" : "keystore",
      address: formatAddress(crypto, addressOf(crypto, publicKey)),
      publicKey: toHex(publicKey),
      keyFile: flags.hex || flags.output !== undefined ? null : JSON.parse(text),
      secretKey: flags.hex && flags.output === undefined ? toHex(chatKey) : redact(crypto, chatKey),
      file: flags.output ?? null,
      fileName: keyFileName(addressOf(crypto, publicKey), this.now()),
    };
  }

  protected override render({ keyFile, secretKey, file, address }: KeyExported): Lines {
    if (file !== null) {
      this.note(`the key of ${address} lies in ${file}`);
      return [];
    }
    return [keyFile === null && typeof secretKey === "string" ? secretKey : JSON.stringify(keyFile)];
  }

  async #seal(
    crypto: Crypto,
    secretKey: SecretKey,
    flags: { readonly cost: keyof typeof COSTS; readonly "password-file"?: string | undefined },
  ): Promise<string> {
    const password = await this.secret("new password", { file: flags["password-file"] ?? null });
    if (password === undefined) {
      const hint = "Give it with --password-file, or run this at a terminal.";
      throw new EnvironmentError("PASSPHRASE", "a key file needs a password", { details: { hint } });
    }
    if (password === "") throw new UsageError("USAGE", "the password is empty");
    return sealKeyFile(crypto, systemRandom, secretKey, { password, cost: COSTS[flags.cost] });
  }
}
