/**
 * What the messenger remembers: a narrow port. The profile keeps it in documents and segments, tests in memory.
 *
 * All calls are synchronous and belong to the transaction of the input that is being fed: they are durable before an
 * output of that input is performed. Chats and the outbox are few and are read once, when the messenger is made;
 * messages grow without end and are only ever asked for by key.
 */
import type { Hex } from "../bytes/hex.ts";
import type { Millis } from "../platform/time.ts";
import type { MessageId, MessageRecord } from "./messenger-io.ts";

/** Keccak-256 of author key and payload: the same for every wrapper that anyone makes around a signed payload. */
export type PayloadDigest = Hex & { readonly brand: "PayloadDigest" };

/** A public chat that is joined. */
export interface JoinedChat {
  readonly name: string;
  /** Symmetric key, 32 bytes. */
  readonly key: Uint8Array;
  /** Highest clock of its messages, sent and received; 0 = none yet. */
  readonly clock: number;
}

/** A message of ours until a peer has it; with a request key, also one that failed. */
export interface OutboxItem {
  readonly id: MessageId;
  readonly chat: string;
  /** The chat's symmetric key: the message goes out even when the chat is left meanwhile. */
  readonly key: Uint8Array;
  /** The signed wrapper; posted again, it is the same bytes and thus the same message. */
  readonly wrapper: Uint8Array;
  readonly clock: number;
  /** Seconds. */
  readonly ttl: number;
  /** Wanted proof of work. */
  readonly pow: number;
  readonly state: OutboxState;
  /** How many envelopes were written to peers, or were mined too long for that. */
  readonly attempts: number;
  /** The idempotency key, if one was given. */
  readonly requestKey: string | null;
  readonly queuedAt: Millis;
}

/** `queued` and `posted` go on after a restart; the others have failed. */
export type OutboxState = "queued" | "posted" | "rejected" | "expired" | "unmined";

export interface MessengerState {
  chats(): readonly JoinedChat[];
  /** Adds the chat, or replaces the one of the same name. */
  putChat(chat: JoinedChat): void;
  /** Forgets the chat, but not its messages. */
  removeChat(name: string): void;

  hasMessage(id: MessageId): boolean;
  hasPayload(digest: PayloadDigest): boolean;
  /** Keeps a message for good. Neither its id nor its digest was kept before. */
  addMessage(message: MessageRecord, digest: PayloadDigest): void;

  /** In any order. */
  outbox(): readonly OutboxItem[];
  /** Adds the item, or replaces the one of the same id. */
  putOutboxItem(item: OutboxItem): void;
  removeOutboxItem(id: MessageId): void;

  /** The message that was sent under an idempotency key. */
  requested(requestKey: string): MessageId | undefined;
  /** Keeps for good which message was sent under a key; never called twice for one. */
  addRequest(requestKey: string, id: MessageId): void;
}
