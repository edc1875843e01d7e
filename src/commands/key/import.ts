import { Args, Flags } from "@oclif/core";
import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { type KeyInFile, readKeyFile } from "../../cli/key-source.ts";
import { doorOf } from "../../cli/primitives.ts";
import { type Redacted, redact } from "../../cli/redacted.ts";
import { factLines } from "../../cli/table.ts";
import { describeIdentity, type Identity } from "../../core/accounts/identity.ts";
import { type Hex, toHex } from "../../core/bytes/hex.ts";
import { openCrypto } from "../../core/crypto/open.ts";

interface KeyImported extends Identity {
  readonly form: KeyInFile["form"];
  /** Whether further keys can be derived from it. */
  readonly extended: boolean;
  readonly secretKey: Hex | Redacted;
}

export default class KeyImportCommand extends BaseCommand<KeyImported> {
  static override summary = "open a key file and say whose key it holds";
  static override description =
    "Reads hex, xprv, and key files of Status, geth and others (versions 1 and 3). To make a profile of it: statusctl init --key-file FILE.";
  static override examples = [
    {
      description: "Whose key is this?",
      command: "<%= config.bin %> <%= command.id %> key.json --password-file pw.txt",
    },
    {
      description: "In clear, for another tool",
      command: "<%= config.bin %> <%= command.id %> key.json --reveal --fields secretKey",
    },
  ];
  static override args = {
    file: Args.string({ required: true, ignoreStdin: true, description: "the file, or - for stdin" }),
  };
  static override flags = {
    "password-file": Flags.string({ helpValue: "FILE", summary: "file with the password of the key file" }),
    reveal: Flags.boolean({ summary: "show the secret key" }),
  };
  static override schema = "key-import/1";

  protected override async work(): Promise<KeyImported> {
    const { args, flags } = await this.parse(KeyImportCommand);
    const crypto = await openCrypto(doorOf("fast"));
    const password = () => this.secret("password of the key file", { file: flags["password-file"] ?? null });
    const { secretKey, extendedKey, form } = await readKeyFile(crypto, args.file, { input: this.input, password });
    return {
      form,
      ...describeIdentity(crypto, crypto.publicKeyOf(secretKey)),
      extended: extendedKey !== undefined,
      secretKey: flags.reveal ? toHex(secretKey) : redact(crypto, secretKey),
    };
  }

  protected override render({
    form,
    publicKey,
    compressedKey,
    address,
    name,
    extended,
    secretKey,
  }: KeyImported): Lines {
    return factLines([
      ["form", extended ? `${form}, further keys can be derived` : form],
      ["public key", publicKey],
      ["compressed", compressedKey],
      ["address", address],
      ["name", name],
      ...(typeof secretKey === "string" ? ([["secret key", secretKey]] as const) : []),
    ]);
  }
}
