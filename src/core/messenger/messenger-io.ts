/** What the messenger is told and what it says: chats above, envelopes below. Public chats only, so far. */
import type { Hex } from "../bytes/hex.ts";
import type { NodeId } from "../platform/node-id.ts";
import type { Millis } from "../platform/time.ts";
import type { Envelope, EnvelopeDraft, EnvelopeHash, Topic } from "../whisper/envelope.ts";

/** Keccak-256 of author key and wrapper bytes. */
export type MessageId = Hex & { readonly brand: "MessageId" };

export type ContentType = "text" | "status" | "emoji" | "sticker";

export interface Sticker {
  readonly hash: string;
  readonly pack: number;
}

/** A message to be sent to a public chat. */
export interface Utterance {
  readonly chat: string;
  readonly text: string;
  readonly contentType: ContentType;
  readonly sticker?: Sticker;
  readonly replyTo?: MessageId;
  /** A rerun with the same key does not send twice. */
  readonly idempotencyKey?: string;
  /** Seconds; 15 by default. */
  readonly ttl?: number;
  /** 0.002 by default. */
  readonly pow?: number;
}

/** Work asked of the shell: find the nonce, then feed `mined`. */
export interface MineTask {
  readonly id: number;
  readonly draft: EnvelopeDraft;
  readonly target: number;
  /** Milliseconds after which to give up. */
  readonly budgetMs: number;
}

/** A decoded message as `watch` and `history` show it: the message record of the command contract. */
export interface MessageRecord {
  readonly id: MessageId;
  readonly chat: { readonly type: "public"; readonly id: string };
  readonly from: { readonly key: Hex; readonly name: string; readonly alias: string | null };
  readonly clock: number;
  readonly sentAt: Millis;
  readonly receivedAt: Millis;
  readonly contentType: string;
  readonly text: string;
  readonly sticker: Sticker | null;
  readonly replyTo: Hex | null;
  readonly ensName: string | null;
  readonly envelope: {
    readonly hash: EnvelopeHash;
    readonly topic: Topic;
    readonly pow: number;
    readonly ttl: number;
    readonly size: number;
    readonly expiry: number;
  };
  readonly via: { readonly mode: "sym" | "asym"; readonly mailserver: NodeId | null };
  readonly security: { readonly mode: "plain" };
  readonly outgoing: boolean;
}

export type MessengerInput =
  /** Join a public chat (idempotent). `key` is its 32-byte symmetric key, derived by the shell (PBKDF2 is slow). */
  | { readonly type: "join"; readonly chat: string; readonly key: Uint8Array }
  | { readonly type: "leave"; readonly chat: string }
  | { readonly type: "say"; readonly utterance: Utterance; readonly request: number }
  /** The shell found the nonce of a `mine`, or ran out of time (undefined). */
  | { readonly type: "mined"; readonly id: number; readonly envelope: Envelope | undefined }
  /** An envelope of the pool, or a direct one. */
  | {
      readonly type: "envelope";
      readonly envelope: Envelope;
      readonly via: NodeId | undefined;
      readonly direct: boolean;
    }
  /** Delivery news of our own envelopes, from the Whisper machine. */
  | { readonly type: "sent"; readonly hash: EnvelopeHash; readonly peer: NodeId; readonly awaited: boolean }
  | { readonly type: "confirmed"; readonly hash: EnvelopeHash; readonly peer: NodeId }
  | {
      readonly type: "rejected";
      readonly hash: EnvelopeHash;
      readonly peer: NodeId;
      readonly code: number;
      readonly description: string;
    }
  | { readonly type: "expired"; readonly hash: EnvelopeHash };

/** Where a message of ours is on its way. */
export type Delivery = "queued" | "posted" | "sent" | "rejected" | "expired" | "unmined";

export type MessengerOutput =
  | { readonly type: "mine"; readonly task: MineTask }
  /** Hand the finished envelope to the Whisper machine. */
  | { readonly type: "post"; readonly envelope: Envelope }
  /** Topics that must be covered by our bloom from now on. */
  | { readonly type: "interest"; readonly topics: readonly Topic[] }
  /** A new message of a chat, ours included; shown once per message id. */
  | { readonly type: "message"; readonly message: MessageRecord }
  /** `say` was taken up (`known`: the idempotency key was used before, nothing is sent again). */
  | { readonly type: "accepted"; readonly request: number; readonly message: MessageId; readonly known: boolean }
  /** A message of ours moved on; `peer` is who confirmed or refused it. */
  | {
      readonly type: "delivery";
      readonly message: MessageId;
      readonly envelope: EnvelopeHash | null;
      readonly state: Delivery;
      readonly peer: NodeId | null;
      readonly reason: string | null;
    }
  /** An envelope on one of our topics that is no valid message; for `-v` and statistics. */
  | { readonly type: "ignored"; readonly hash: EnvelopeHash; readonly why: string };
