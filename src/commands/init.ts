import { existsSync, renameSync, rmSync } from "node:fs";
import { Flags } from "@oclif/core";
import { BaseCommand, type Lines } from "../cli/base-command.ts";
import { KEY_FILE_FLAGS } from "../cli/key-flags.ts";
import { readKeyFile } from "../cli/key-source.ts";
import { readMnemonic } from "../cli/mnemonic-input.ts";
import { profileFolder } from "../cli/paths.ts";
import { doorOf } from "../cli/primitives.ts";
import { writePrivateFile } from "../cli/private-file.ts";
import { profilePlace } from "../cli/profile-access.ts";
import { type Redacted, redact } from "../cli/redacted.ts";
import { askSecret, credentialFile } from "../cli/secrets.ts";
import { factLines } from "../cli/table.ts";
import { accountOf } from "../core/accounts/account.ts";
import { describeIdentity, type Identity } from "../core/accounts/identity.ts";
import { generateMnemonic } from "../core/accounts/mnemonic.ts";
import { CHAT_PATH, LEGACY_CHAT_PATH } from "../core/accounts/path.ts";
import { randomUuid } from "../core/accounts/uuid.ts";
import { utf8 } from "../core/bytes/bytes.ts";
import type { Crypto, SecretKey } from "../core/crypto/crypto.ts";
import { openCrypto } from "../core/crypto/open.ts";
import { freshSecret } from "../core/node/fresh-secret.ts";
import { createProfile } from "../core/node/profiles.ts";
import { systemRandom } from "../core/node/system.ts";
import { UsageError } from "../core/platform/errors.ts";

interface Initialized extends Identity {
  readonly profile: string;
  readonly directory: string;
  readonly installationId: string;
  /** Whether a passphrase is needed to open it. */
  readonly sealed: boolean;
  readonly restored: boolean;
  /** Of a new account, or a restored one; null for an imported key. */
  readonly mnemonic: string | Redacted | null;
  /** Where the new words were written. */
  readonly mnemonicFile: string | null;
  /** Where the profile that was there before lies now. */
  readonly movedTo: string | null;
}

interface ChatAccount {
  readonly chatKey: SecretKey;
  readonly mnemonic: string | undefined;
  /** The words are new: nobody has them yet. */
  readonly isNew: boolean;
}

const WORD_COUNTS = ["12", "15", "18", "21", "24"] as const;

export default class InitCommand extends BaseCommand<Initialized> {
  static override summary = "make a profile: a new identity, or one restored";
  static override description =
    "A new identity gets words to write down. They are shown once, on a terminal; for scripts --mnemonic-out or --reveal says where they go, or nothing is made. With a passphrase the profile is encrypted.";
  static override examples = [
    { description: "A new identity", command: "<%= config.bin %> <%= command.id %>" },
    {
      description: "In a script, encrypted",
      command: "<%= config.bin %> <%= command.id %> --mnemonic-out words.txt --passphrase-file pw.txt",
    },
    {
      description: "From words",
      command: "<%= config.bin %> <%= command.id %> --restore --mnemonic-file words.txt --profile alice",
    },
    {
      description: "From a key file of Status or geth",
      command: "<%= config.bin %> <%= command.id %> --key-file key.json --key-password-file pw.txt",
    },
  ];
  static override flags = {
    restore: Flags.boolean({ dependsOn: ["mnemonic-file"], summary: "from the words of --mnemonic-file" }),
    "mnemonic-file": Flags.string({
      helpValue: "FILE|-",
      exclusive: ["key-file"],
      summary: "file with the words of an account",
    }),
    "second-factor-file": Flags.string({
      helpValue: "FILE",
      dependsOn: ["mnemonic-file"],
      summary: "file with the passphrase of BIP39, if there is one",
    }),
    legacy: Flags.boolean({
      dependsOn: ["mnemonic-file"],
      summary: "the chat key of accounts older than multi-account support",
    }),
    ...KEY_FILE_FLAGS,
    words: Flags.option({ options: WORD_COUNTS, default: "12", summary: "how many words a new account gets" })(),
    "mnemonic-out": Flags.string({
      helpValue: "FILE",
      exclusive: ["mnemonic-file", "key-file"],
      summary: "write the new words there",
    }),
    reveal: Flags.boolean({ summary: "show the words as part of the result" }),
    force: Flags.boolean({ summary: "move a profile that is there aside" }),
  };
  static override schema = "init/1";

  protected override async work(): Promise<Initialized> {
    const { flags } = await this.parse(InitCommand);
    const profile = this.settings.profile.value;
    const directory = profileFolder(profile, process.env);
    const crypto = await openCrypto(doorOf("fast"));
    const account = await this.#account(crypto, flags);
    this.#requireWayOut(account, flags);
    const passphrase = await this.#newPassphrase(flags["passphrase-fd"]);
    const movedTo = flags.force ? moveAside(directory, this.now()) : null;
    const mnemonicFile = flags["mnemonic-out"] ?? null;
    if (mnemonicFile !== null) await writePrivateFile(mnemonicFile, `${account.mnemonic}\n`, { force: false });
    const installationId = randomUuid(systemRandom);
    const place = profilePlace(crypto, this.settings, async () => passphrase);
    const { chatKey, mnemonic } = account;
    const nodeKey = freshSecret(crypto, systemRandom);
    const identity = {
      chatKey,
      nodeKey,
      installationId,
      createdAt: this.now(),
      ...(mnemonic === undefined ? {} : { mnemonic }),
    };
    await createProfile(place, identity).catch((error: unknown) => {
      if (mnemonicFile !== null) rmSync(mnemonicFile, { force: true });
      throw error;
    });
    if (account.isNew && !flags.reveal && mnemonicFile === null) await this.#showOnce(mnemonic ?? "");
    return {
      profile,
      directory,
      ...describeIdentity(crypto, crypto.publicKeyOf(chatKey)),
      installationId,
      sealed: passphrase !== undefined,
      restored: !account.isNew,
      mnemonic: mnemonic === undefined ? null : flags.reveal ? mnemonic : redact(crypto, utf8(mnemonic)),
      mnemonicFile,
      movedTo,
    };
  }

  protected override render(result: Initialized): Lines {
    const { mnemonic, mnemonicFile, movedTo } = result;
    if (!result.sealed) this.note("the profile is not encrypted: its files are readable for whoever reads your files");
    this.note("next: `statusctl whoami`, `statusctl send --chat NAME TEXT`, or `statusctl demo` to see it all at work");
    return factLines([
      ["profile", `${result.profile} (${result.directory})`],
      ["public key", result.publicKey],
      ["name", result.name],
      ["address", result.address],
      ...(typeof mnemonic === "string" ? ([["words", mnemonic]] as const) : []),
      ...(mnemonicFile === null ? [] : ([["words in", mnemonicFile]] as const)),
      ...(movedTo === null ? [] : ([["moved aside", movedTo]] as const)),
    ]);
  }

  async #account(crypto: Crypto, flags: AccountFlags): Promise<ChatAccount> {
    const keyFile = flags["key-file"];
    if (keyFile !== undefined) {
      const password = () => this.secret("password of the key file", { file: flags["key-password-file"] ?? null });
      const { secretKey } = await readKeyFile(crypto, keyFile, { input: this.input, password });
      return { chatKey: secretKey, mnemonic: undefined, isNew: false };
    }
    const file = flags["mnemonic-file"];
    const mnemonic =
      file === undefined ? generateMnemonic(systemRandom, Number(flags.words)) : await readMnemonic(file, this.input);
    const second = flags["second-factor-file"];
    const passphrase = second === undefined ? "" : ((await this.secret("second factor", { file: second })) ?? "");
    const account = accountOf(crypto, mnemonic, { passphrase, chatPath: flags.legacy ? LEGACY_CHAT_PATH : CHAT_PATH });
    return { chatKey: account.chatSecretKey, mnemonic, isNew: file === undefined };
  }

  /** New words that nobody would ever see must not be made. */
  #requireWayOut(
    { isNew }: ChatAccount,
    flags: { readonly reveal: boolean; readonly "mnemonic-out"?: string | undefined },
  ): void {
    const isShown = this.mode === "text" && this.output.stderrIsTerminal;
    if (!isNew || isShown || flags.reveal || flags["mnemonic-out"] !== undefined) return;
    const hint = "Name a file with --mnemonic-out FILE, or have them in the result with --reveal.";
    throw new UsageError(
      "REFUSED",
      "the words of the new account would be lost: there is no terminal to show them on",
      {
        details: { hint },
      },
    );
  }

  /** Given by file or descriptor, or asked for twice; empty at the terminal means none. */
  async #newPassphrase(fd: number | undefined): Promise<string | undefined> {
    const isGiven = fd !== undefined || (this.settings.passphraseFile.value ?? credentialFile(process.env)) !== null;
    if (isGiven || !this.mayAsk) return isGiven ? this.passphrase() : undefined;
    const first = await askSecret("new passphrase (empty for none): ");
    if (first === "") return undefined;
    if ((await askSecret("once more: ")) === first) return first;
    throw new UsageError("USAGE", "the two passphrases differ");
  }

  async #showOnce(mnemonic: string): Promise<void> {
    const { bold } = this.errorColours;
    const lines = [
      "",
      "Write these words down. Whoever has them is you; without them a lost profile is lost.",
      "",
      `  ${bold(mnemonic)}`,
      "",
    ];
    await this.output.note(lines.join("\n"));
  }
}

interface AccountFlags {
  readonly "mnemonic-file"?: string | undefined;
  readonly "second-factor-file"?: string | undefined;
  readonly "key-file"?: string | undefined;
  readonly "key-password-file"?: string | undefined;
  readonly legacy: boolean;
  readonly words: string;
}

/** Nothing is ever deleted: the old folder keeps all it has under another name. */
function moveAside(directory: string, now: number): string | null {
  if (!existsSync(directory)) return null;
  const aside = `${directory}.${new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, "")}`;
  renameSync(directory, aside);
  return aside;
}
