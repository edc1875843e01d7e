import { Args, Flags } from "@oclif/core";
import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { readMnemonic } from "../../cli/mnemonic-input.ts";
import { doorOf } from "../../cli/primitives.ts";
import { type Redacted, redact } from "../../cli/redacted.ts";
import { factLines } from "../../cli/table.ts";
import { ExtendedKey, keyUid, publicKeyOf } from "../../core/accounts/derivation.ts";
import { describeIdentity, type Identity } from "../../core/accounts/identity.ts";
import { mnemonicToSeed } from "../../core/accounts/mnemonic.ts";
import { CHAT_PATH, formatPath, parsePath, walletPath } from "../../core/accounts/path.ts";
import { type Hex, toHex } from "../../core/bytes/hex.ts";
import type { Crypto } from "../../core/crypto/crypto.ts";
import { openCrypto } from "../../core/crypto/open.ts";

interface DerivedKey extends Identity {
  readonly path: string;
  readonly xpub: string;
  readonly secretKey: Hex | Redacted;
}

interface KeysDerived {
  /** Names the account. */
  readonly keyUid: Hex;
  readonly keys: readonly DerivedKey[];
}

export default class KeyDeriveCommand extends BaseCommand<KeysDerived> {
  static override summary = "the keys a mnemonic leads to";
  static override description =
    "Derives keys along BIP32 paths; by default the chat key and the first wallet. Secret keys stay hidden without --reveal.";
  static override examples = [
    {
      description: "The chat key of a phrase",
      command: "<%= config.bin %> <%= command.id %> --mnemonic-file words.txt",
    },
    {
      description: "Two wallets, the phrase from a password manager",
      command:
        "pass show status | <%= config.bin %> <%= command.id %> --mnemonic-file - \"m/44'/60'/0'/0/0\" \"m/44'/60'/0'/0/1\"",
    },
  ];
  static override args = {
    path: Args.string({ multiple: true, ignoreStdin: true, description: "BIP32 paths, such as m/43'/60'/1581'/0'/0" }),
  };
  static override flags = {
    "mnemonic-file": Flags.string({ required: true, helpValue: "FILE|-", summary: "file with the words" }),
    "second-factor-file": Flags.string({
      helpValue: "FILE",
      summary: "file with the passphrase of BIP39, if there is one",
    }),
    reveal: Flags.boolean({ summary: "show the secret keys" }),
  };
  static override schema = "key-derive/1";

  protected override async work(): Promise<KeysDerived> {
    const { args, flags } = await this.parse(KeyDeriveCommand);
    const crypto = await openCrypto(doorOf("pure"));
    const mnemonic = await readMnemonic(flags["mnemonic-file"], this.input);
    const second = flags["second-factor-file"];
    const passphrase = second === undefined ? "" : ((await this.secret("passphrase", { file: second })) ?? "");
    const master = ExtendedKey.fromSeed(mnemonicToSeed(crypto, mnemonic, passphrase));
    const paths = args.path ?? [CHAT_PATH, walletPath(0)];
    const keys = paths.map((path) => describe(crypto, master, { path, reveal: flags.reveal }));
    return { keyUid: keyUid(crypto, publicKeyOf(crypto, master)), keys };
  }

  protected override render({ keys }: KeysDerived): Lines {
    return keys.flatMap((key, index) => [
      ...(index === 0 ? [] : [""]),
      ...factLines([
        ["path", key.path],
        ["public key", key.publicKey],
        ["compressed", key.compressedKey],
        ["address", key.address],
        ["name", key.name],
        ["xpub", key.xpub],
        ...(typeof key.secretKey === "string" ? ([["secret key", key.secretKey]] as const) : []),
      ]),
    ]);
  }
}

function describe(
  crypto: Crypto,
  master: ExtendedKey,
  { path, reveal }: { path: string; reveal: boolean },
): DerivedKey {
  const parsed = parsePath(path);
  const key = master.derive(parsed);
  return {
    path: formatPath(parsed),
    ...describeIdentity(crypto, publicKeyOf(crypto, key)),
    xpub: key.xpub,
    secretKey: reveal ? toHex(key.secretKey) : redact(crypto, key.secretKey),
  };
}
