/** What became of messages that were sent: as a record, as lines, as an exit code. */
import type { Delivery, MessageId, Utterance } from "../core/messenger/messenger-io.ts";
import type { SendResult, WaitFor } from "../core/node/session-io.ts";
import type { NodeId } from "../core/platform/node-id.ts";
import type { EnvelopeHash } from "../core/whisper/envelope.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { failureOf } from "./failure.ts";
import type { Failed } from "./parallel.ts";
import { plainLine } from "./terminal-text.ts";

export interface SentRecord {
  readonly messageId: MessageId;
  readonly chat: { readonly type: "public"; readonly id: string };
  readonly state: Delivery;
  /** It was sent by an earlier run with the same idempotency key. */
  readonly known: boolean;
  readonly envelope: { readonly hash: EnvelopeHash } | null;
  /** Who confirmed it, or said no. */
  readonly peer: NodeId | null;
  /** Peers it was written to. */
  readonly written: number;
  readonly reason: string | null;
}

export function sentRecord({ chat }: Utterance, result: SendResult): SentRecord {
  const { messageId, state, known, envelopeHash, peer, written, reason } = result;
  const envelope = envelopeHash && { hash: envelopeHash };
  return { messageId, chat: { type: "public", id: chat }, state, known, envelope, peer, written, reason };
}

/** A message that was not taken up. */
export interface UnsentRecord {
  /** Which of the messages, from 1; null: the input ended with this failure. */
  readonly number: number | null;
  readonly chat: string | null;
  readonly code: string;
  readonly message: string;
}

export function unsentRecord({ error, at }: Failed<Utterance>): UnsentRecord {
  const { code, message } = failureOf(error);
  return { number: at?.number ?? null, chat: at?.item.chat ?? null, code, message };
}

export function unsentLine({ number, chat, code, message }: UnsentRecord): string {
  const what = number === null ? "input" : `message ${number}${chat === null ? "" : ` to #${plainLine(chat)}`}`;
  return `failed ${what}: ${plainLine(message)} (${code})`;
}

export function sentLine({ state, messageId, chat, peer, known, reason }: SentRecord): string {
  const by =
    peer === null ? "" : state === "sent" ? `, confirmed by ${peer.slice(0, 10)}` : `, by ${peer.slice(0, 10)}`;
  const again = known ? " (not sent again)" : "";
  return `${state} ${messageId} to #${plainLine(chat.id)}${by}${again}${reason ? `: ${plainLine(reason)}` : ""}`;
}

/** All as wanted 0, some 8; else what hindered the first. `unsent`: messages without a record. */
export function exitCodeOf(records: readonly SentRecord[], waitFor: WaitFor, unsent = 0): ExitCode {
  const failed = records.filter((record) => !isReached(record, waitFor));
  const [first] = failed;
  if (first && failed.length === records.length) return hindrance(first);
  return failed.length + unsent > 0 ? EXIT.partial : EXIT.ok;
}

const isReached = ({ state }: SentRecord, waitFor: WaitFor): boolean => waitFor === "queued" || state === "sent";

/** Refused 5; written to a peer but not confirmed 4; never left 3. */
function hindrance({ state, written }: SentRecord): ExitCode {
  if (state === "rejected") return EXIT.rejected;
  if (state === "unmined") return EXIT.timeout;
  return written > 0 ? EXIT.timeout : EXIT.network;
}
