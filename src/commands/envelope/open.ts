import { Args, Flags } from "@oclif/core";
import type { Lines } from "../../cli/base-command.ts";
import { envelopesOf } from "../../cli/envelope-input.ts";
import { envelopeKeys } from "../../cli/envelope-keys.ts";
import { EXIT } from "../../cli/exit-codes.ts";
import { KEY_FILE_FLAGS } from "../../cli/key-flags.ts";
import { type FlatLayer, flattened, layerLines } from "../../cli/layer-view.ts";
import { doorOf } from "../../cli/primitives.ts";
import { profileIfAny } from "../../cli/profile-access.ts";
import { StreamCommand } from "../../cli/stream-command.ts";
import { openCrypto } from "../../core/crypto/open.ts";
import { explainEnvelope } from "../../core/messenger/explain.ts";
import { EnvironmentError } from "../../core/platform/errors.ts";
import type { EnvelopeHash, Topic } from "../../core/whisper/envelope.ts";

interface OpenedEnvelope {
  readonly hash: EnvelopeHash;
  readonly topic: Topic;
  /** Whether one of the keys opens it. */
  readonly opened: boolean;
  /** Outermost first; the last says why a reader would stop there, if it would. */
  readonly layers: readonly FlatLayer[];
}

interface EnvelopesOpened {
  readonly total: number;
  readonly opened: number;
  readonly envelopes: readonly object[];
}

export default class EnvelopeOpenCommand extends StreamCommand<EnvelopesOpened> {
  static override summary = "open Whisper envelopes, layer by layer";
  static override description =
    "Tries the keys that are named, or those of the profile: chats joined and the chat key. Shows every layer down to what was said, and where and why a reader would stop. Exit code 6 when nothing opens, 8 when some do not.";
  static override examples = [
    { description: "With the keys of the profile", command: "<%= config.bin %> <%= command.id %> envelope.bin" },
    {
      description: "As a public chat, with every field",
      command: "<%= config.bin %> <%= command.id %> envelope.bin --chat status --explain",
    },
    {
      description: "A recording",
      command: "<%= config.bin %> <%= command.id %> - --chat status --chat nimbus --ndjson < envelopes.ndjson",
    },
  ];
  static override args = {
    input: Args.string({ required: true, ignoreStdin: true, description: "file, hex, base64, or - for stdin" }),
  };
  static override flags = {
    chat: Flags.string({
      helpValue: "NAME",
      multiple: true,
      multipleNonGreedy: true,
      summary: "try the key of a public chat, repeatable",
    }),
    "password-file": Flags.string({ helpValue: "FILE", summary: "try the key made of a password" }),
    "sym-key-file": Flags.string({ helpValue: "FILE", summary: "try a symmetric key: 32 bytes as hex" }),
    ...KEY_FILE_FLAGS,
    explain: Flags.boolean({ summary: "every field in full, and what each key said" }),
  };
  static override schema = "envelope-open/1";

  protected override async work(): Promise<EnvelopesOpened> {
    const { args, flags } = await this.parse(EnvelopeOpenCommand);
    const crypto = await openCrypto(doorOf("fast"));
    const keys = await envelopeKeys(crypto, flags, {
      input: this.input,
      keyPassword: () => this.secret("password of the key file", { file: flags["key-password-file"] ?? null }),
      profile: () => profileIfAny(crypto, this.settings, this.passphrase),
    });
    if (keys.length === 0) throw noKeys();
    let [total, count] = [0, 0];
    for await (const { hash, topic, bytes } of envelopesOf(crypto, args.input, this.input)) {
      const layers = flattened(explainEnvelope(crypto, bytes, keys));
      const record: OpenedEnvelope = { hash, topic, opened: layers.length > 1 && wasOpened(layers), layers };
      total++;
      if (record.opened) count++;
      const gap = total > 1 ? [""] : [];
      const style = { colours: this.colours, full: flags.explain };
      await this.emit({ type: "opened", ...record }, () => [...gap, ...layerLines(layers, style)]);
    }
    if (count < total) this.leaveWith(count === 0 ? EXIT.crypto : EXIT.partial);
    await this.end("eof", { envelopes: total, opened: count });
    return { total, opened: count, envelopes: this.collected };
  }

  protected override render({ total, opened }: EnvelopesOpened): Lines {
    if (total !== 1) this.note(`${opened} of ${total} envelopes open`);
    return [];
  }
}

/** The layer of the message tells how it was opened, or what each key said. */
const wasOpened = (layers: readonly FlatLayer[]): boolean => layers[1] !== undefined && !("tried" in layers[1].fields);

const noKeys = (): EnvironmentError =>
  new EnvironmentError("CRYPTO", "there is no key to try", {
    details: { hint: "Name one with --chat, --password-file, --sym-key-file or --key-file, or make a profile." },
  });
