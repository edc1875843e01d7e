import { Args, Flags } from "@oclif/core";
import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { KEY_FILE_FLAGS } from "../../cli/key-flags.ts";
import { readKeyFile } from "../../cli/key-source.ts";
import { doorOf } from "../../cli/primitives.ts";
import { profileKeyring } from "../../cli/profile-access.ts";
import { formatV, readMessage, SIGNED_KINDS, type SignedKind, subjectOf } from "../../cli/signature-input.ts";
import { addressOf, formatAddress } from "../../core/accounts/address.ts";
import { type Keyring, openKeyring } from "../../core/accounts/keyring.ts";
import { encodeTransaction } from "../../core/accounts/transaction.ts";
import { type Hex, toHex } from "../../core/bytes/hex.ts";
import type { Crypto } from "../../core/crypto/crypto.ts";
import { openCrypto } from "../../core/crypto/open.ts";

interface Signed {
  readonly kind: SignedKind;
  readonly publicKey: Hex;
  readonly address: string;
  readonly digest: Hex;
  readonly signature: Hex;
  /** What a node takes, and its name there; null for other kinds. */
  readonly transaction: { readonly raw: Hex; readonly hash: Hex } | null;
}

export default class KeySignCommand extends BaseCommand<Signed> {
  static override summary = "sign a message, typed data, a transaction or a digest";
  static override description =
    "With the chat key of the profile, or a key from a file. Kinds: personal (EIP-191), typed-data (EIP-712), transaction (EIP-155), digest (32 bytes, as protocols sign).";
  static override examples = [
    { description: "A text, with the profile's chat key", command: "<%= config.bin %> <%= command.id %> 'it is me'" },
    {
      description: "A document of a wallet",
      command:
        "<%= config.bin %> <%= command.id %> --kind typed-data --file mail.json --chain-id 1 --key-file key.json --key-password-file pw.txt",
    },
    {
      description: "A transaction, ready for a node",
      command:
        "<%= config.bin %> <%= command.id %> - --kind transaction --key-file key.txt --fields transaction.raw < tx.json",
    },
  ];
  static override args = {
    message: Args.string({ ignoreStdin: true, description: "text (0x-hex means bytes), or - for stdin" }),
  };
  static override flags = {
    kind: Flags.option({ options: SIGNED_KINDS, default: "personal", summary: "what is signed" })(),
    file: Flags.string({ helpValue: "FILE", summary: "read it from there" }),
    "chain-id": Flags.integer({ min: 0, default: 1, summary: "chain that typed data must be for" }),
    ...KEY_FILE_FLAGS,
  };
  static override schema = "key-sign/1";

  protected override async work(): Promise<Signed> {
    const { args, flags } = await this.parse(KeySignCommand);
    const crypto = await openCrypto(doorOf("pure"));
    const bytes = await readMessage(args.message, { kind: flags.kind, file: flags.file, input: this.input });
    const { digest, transaction } = subjectOf(crypto, flags.kind, { bytes, chainId: flags["chain-id"] });
    const keyring = await this.#keyring(crypto, flags);
    const signature = keyring.sign(digest);
    const raw = transaction && encodeTransaction({ ...transaction, signature });
    return {
      kind: flags.kind,
      publicKey: toHex(keyring.publicKey),
      address: formatAddress(crypto, addressOf(crypto, keyring.publicKey)),
      digest: toHex(digest),
      signature: toHex(formatV(flags.kind, signature)),
      transaction: raw === undefined ? null : { raw: toHex(raw), hash: toHex(crypto.keccak256(raw)) },
    };
  }

  protected override render({ signature, transaction }: Signed): Lines {
    return [transaction?.raw ?? signature];
  }

  async #keyring(
    crypto: Crypto,
    flags: { readonly "key-file"?: string | undefined; readonly "key-password-file"?: string | undefined },
  ): Promise<Keyring> {
    const file = flags["key-file"];
    if (file === undefined) return profileKeyring(crypto, this.settings, this.passphrase);
    const password = () => this.secret("password of the key file", { file: flags["key-password-file"] ?? null });
    return openKeyring(crypto, (await readKeyFile(crypto, file, { input: this.input, password })).secretKey);
  }
}
