/** What a session does for a command, in words that also pass between processes: whoever holds the profile does the work. */
import type { Delivery, MessageId, MessageRecord, Utterance } from "../messenger/messenger-io.ts";
import type { NodeId } from "../platform/node-id.ts";
import type { EnvelopeHash } from "../whisper/envelope.ts";

/** `queued`: it is in the outbox and will go out; `sent`: a peer has confirmed it. */
export type WaitFor = "queued" | "sent";

export interface SendRequest {
  readonly utterance: Utterance;
  readonly waitFor: WaitFor;
  /** How long to wait for that; the message stays in the outbox when it does not come. */
  readonly timeoutMs: number;
}

export interface SendResult {
  readonly messageId: MessageId;
  /** The idempotency key was used before: this is what became of that message. */
  readonly known: boolean;
  readonly state: Delivery;
  readonly envelopeHash: EnvelopeHash | null;
  /** Who confirmed it, or said no. */
  readonly peer: NodeId | null;
  /** Peers it was written to. */
  readonly written: number;
  readonly reason: string | null;
  /** Why peers could not be reached, one sentence each. */
  readonly troubles: readonly string[];
}

export interface Session {
  /** Throws `UsageError` for what cannot be said. */
  send(request: SendRequest, signal: AbortSignal): Promise<SendResult>;
  /** Joins a public chat; its messages are received from now on. */
  join(chat: string): Promise<void>;
  leave(chat: string): Promise<void>;
  /** Messages from now on, ours included, until `signal` aborts. */
  messages(signal: AbortSignal): AsyncIterable<MessageRecord>;
  close(): Promise<void>;
}
