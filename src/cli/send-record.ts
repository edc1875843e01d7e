/** What became of messages that were sent: as a record, as lines, as an exit code. */
import type { Delivery, MessageId, Utterance } from "../core/messenger/messenger-io.ts";
import type { SendResult, WaitFor } from "../core/node/session-io.ts";
import type { NodeId } from "../core/platform/node-id.ts";
import type { EnvelopeHash } from "../core/whisper/envelope.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
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

export function sentLine({ state, messageId, chat, peer, known, reason }: SentRecord): string {
  const by =
    peer === null ? "" : state === "sent" ? `, confirmed by ${peer.slice(0, 10)}` : `, by ${peer.slice(0, 10)}`;
  const again = known ? " (not sent again)" : "";
  return `${state} ${messageId} to #${plainLine(chat.id)}${by}${again}${reason ? `: ${plainLine(reason)}` : ""}`;
}

/** All as wanted 0, some 8; else what hindered the first. */
export function exitCodeOf(records: readonly SentRecord[], waitFor: WaitFor): ExitCode {
  const failed = records.filter((record) => !isReached(record, waitFor));
  const [first] = failed;
  if (!first) return EXIT.ok;
  return failed.length < records.length ? EXIT.partial : hindrance(first);
}

const isReached = ({ state }: SentRecord, waitFor: WaitFor): boolean => waitFor === "queued" || state === "sent";

/** Refused 5; written to a peer but not confirmed 4; never left 3. */
function hindrance({ state, written }: SentRecord): ExitCode {
  if (state === "rejected") return EXIT.rejected;
  if (state === "unmined") return EXIT.timeout;
  return written > 0 ? EXIT.timeout : EXIT.network;
}
