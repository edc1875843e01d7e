import { Args, Flags } from "@oclif/core";
import { BaseCommand, type Lines } from "../cli/base-command.ts";
import { composePreview, type Preview, previewLine } from "../cli/compose-preview.ts";
import { openNetwork } from "../cli/network.ts";
import { attemptEach } from "../cli/parallel.ts";
import {
  exitCodeOf,
  type SentRecord,
  sentLine,
  sentRecord,
  type UnsentRecord,
  unsentLine,
  unsentRecord,
} from "../cli/send-record.ts";
import { openSession } from "../cli/session.ts";
import { CONTENT_TYPES, utterancesOf } from "../cli/utterances.ts";
import type { Hex } from "../core/bytes/hex.ts";
import type { Utterance } from "../core/messenger/messenger-io.ts";
import type { WaitFor } from "../core/node/session-io.ts";
import type { SharedSession } from "../core/node/shared-session.ts";
import { UsageError } from "../core/platform/errors.ts";

interface SendOutcome {
  /** With one message only. */
  readonly messageId?: Hex;
  readonly messageIds: readonly Hex[];
  readonly messages: readonly (SentRecord | Preview)[];
  /** Messages that were not taken up. */
  readonly failures: readonly UnsentRecord[];
  readonly sent: number;
  readonly total: number;
  readonly dryRun: boolean;
}

interface Sent {
  readonly records: readonly SentRecord[];
  readonly failures: readonly UnsentRecord[];
}

const DEFAULT_TIMEOUT_MS = 30_000;
/** Messages of `--lines` on their way at once: more only wait for the same proofs of work. */
const IN_FLIGHT = 32;

export default class SendCommand extends BaseCommand<SendOutcome> {
  static override summary = "send a message to a public chat";
  static override description = [
    "The message is kept in the profile's outbox before anything leaves, then posted, and the command ends when a peer has",
    "confirmed it. What could not be delivered stays in the outbox: the next command that goes onto the network tries again.",
    "With an idempotency key, running the same command again sends nothing twice.",
  ].join("\n");
  static override examples = [
    { description: "A word to a chat", command: '<%= config.bin %> <%= command.id %> "hello" --chat test' },
    { description: "From a pipe", command: "echo hi | <%= config.bin %> <%= command.id %> - --chat test --json" },
    {
      description: "One message per line, once each however often it is run",
      command: "<%= config.bin %> <%= command.id %> --lines --file lines.txt --chat test --idempotency-key run1-",
    },
  ];
  static override args = {
    text: Args.string({ ignoreStdin: true, description: "the text; - reads it from stdin" }),
  };
  static override flags = {
    chat: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "NAME",
      summary: "public chat, repeatable; it is joined",
    }),
    file: Flags.string({ helpValue: "FILE|-", summary: "file with the text" }),
    lines: Flags.boolean({ summary: "every line of the input is a message" }),
    "content-type": Flags.string({ options: [...CONTENT_TYPES], summary: "what kind of message it is" }),
    sticker: Flags.string({ helpValue: "HASH:PACK", summary: "a sticker" }),
    "reply-to": Flags.string({ helpValue: "ID", summary: "the message that is answered" }),
    wait: Flags.string({ options: ["queued", "sent"], default: "sent", summary: "end when the message is so far" }),
    "idempotency-key": Flags.string({ helpValue: "KEY", summary: "send nothing that was sent under this key before" }),
    "dry-run": Flags.boolean({ summary: "show what would be sent" }),
  };
  static override schema = "send/1";

  protected override async work(): Promise<SendOutcome> {
    const { args, flags } = await this.parse(SendCommand);
    const network = await openNetwork(this.settings, this.config.version);
    const utterances = utterancesOf(args.text, flags, { ...this.input, signal: this.stopped });
    const where = { network, settings: this.settings, passphrase: this.passphrase, command: "send" };
    if (flags["dry-run"]) return this.#preview(await composePreview(where, utterances));
    const waitFor: WaitFor = flags.wait === "queued" ? "queued" : "sent";
    const session = await openSession({ ...where, offline: waitFor === "queued" });
    try {
      const sent = await this.#send(session, utterances, waitFor);
      this.leaveWith(exitCodeOf(sent.records, waitFor, sent.failures.length));
      return summary(sent);
    } finally {
      await session.close();
    }
  }

  protected override render({ messages, failures }: SendOutcome): Lines {
    const lines = messages.map((message) => ("state" in message ? sentLine(message) : previewLine(message)));
    return [...lines, ...failures.map(unsentLine)];
  }

  /** Says everything first, so that it is in the outbox; then connects and follows it. */
  async #send(session: SharedSession, utterances: AsyncIterable<Utterance>, waitFor: WaitFor): Promise<Sent> {
    const records: SentRecord[] = []; // in the order of the messages, with gaps where they failed
    const failures: UnsentRecord[] = [];
    const timeoutMs = this.settings.timeoutMs.value ?? DEFAULT_TIMEOUT_MS;
    const troubles = new Set<string>(); // BOUNDED BY the peers
    const say = async (utterance: Utterance, number: number): Promise<void> => {
      const result = await session.send({ utterance, waitFor, timeoutMs }, this.stopped);
      records[number - 1] = sentRecord(utterance, result);
      if (result.written === 0) for (const trouble of result.troubles) troubles.add(trouble);
    };
    const run = async (): Promise<string> => {
      const sending = attemptEach(utterances, IN_FLIGHT, say);
      session.start();
      const failed = await sending;
      if (failed[0] && records.length === 0) throw failed[0].error;
      failures.push(...failed.map(unsentRecord));
      return progressText(records);
    };
    await this.steps([{ title: waitFor === "queued" ? "queue" : "send", run }]);
    for (const trouble of troubles) this.caution("W_PEER", trouble);
    if (records.length === 0) throw new UsageError("USAGE", "the input holds no message");
    return { records: records.filter((record) => record !== undefined), failures };
  }

  #preview(previews: readonly Preview[]): SendOutcome {
    const messageIds = previews.map(({ messageId }) => messageId);
    return { messageIds, messages: previews, failures: [], sent: 0, total: previews.length, dryRun: true };
  }
}

function summary({ records, failures }: Sent): SendOutcome {
  const messageIds = records.map(({ messageId }) => messageId);
  const sent = records.filter(({ state }) => state === "sent").length;
  const total = records.length + failures.filter(({ number }) => number !== null).length;
  const [only] = messageIds;
  const single = only !== undefined && total === 1 ? { messageId: only } : {};
  return { ...single, messageIds, messages: records, failures, sent, total, dryRun: false };
}

function progressText(records: readonly SentRecord[]): string {
  const sent = records.filter(({ state }) => state === "sent").length;
  return `${sent} of ${records.length} confirmed`;
}
