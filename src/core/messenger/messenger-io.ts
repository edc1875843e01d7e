/** What the messenger is told and what it says: chats above, envelopes below. Public chats only, so far. */
import type { Hex } from "../bytes/hex.ts";
import type { MessageId } from "../payloads/application-metadata.ts";
import type { Sticker } from "../payloads/chat-message.ts";
import type { UsageError } from "../platform/errors.ts";
import type { NodeId } from "../platform/node-id.ts";
import type { Millis } from "../platform/time.ts";
import type { Envelope, EnvelopeDraft, EnvelopeHash, Topic } from "../whisper/envelope.ts";
import type { Admission, DeliveryNews } from "../whisper/whisper-io.ts";

export type { MessageId } from "../payloads/application-metadata.ts";
export type { Sticker } from "../payloads/chat-message.ts";

export type ContentType = "text" | "status" | "emoji" | "sticker";

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
  /** `name` is the three-word name of the key. */
  readonly from: { readonly key: Hex; readonly name: string; readonly alias: string | null };
  readonly clock: number;
  /** By the author's clock, unless that is ahead of the envelope beyond reason. */
  readonly sentAt: Millis;
  readonly receivedAt: Millis;
  /** A `ContentType`, or the number of a later version. */
  readonly contentType: string;
  readonly text: string;
  readonly sticker: Sticker | null;
  readonly replyTo: MessageId | null;
  /** The author's claim, not verified. */
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
  /** Join a public chat (idempotent), by its exact name. `key` is its 32-byte symmetric key, derived by the shell (PBKDF2 is slow). */
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
  /** What became of our own envelopes, from the Whisper machine. */
  | DeliveryNews;

/** Why a pool does not take an envelope. */
export type Refusal = Exclude<Admission, "added" | "known">;

/**
 * Where a message of ours is on its way. `sent`: a peer has it. `rejected` by a peer: another may still take it; without a
 * peer it is over. `expired`: nobody took it, however often it was written to peers, or for a day. `unmined`: no proof of
 * work in time.
 */
export type Delivery = "queued" | "posted" | "sent" | "rejected" | "expired" | "unmined";

export type MessengerOutput =
  | { readonly type: "mine"; readonly task: MineTask }
  /** Hand the finished envelope to the Whisper machine. */
  | { readonly type: "post"; readonly envelope: Envelope }
  /** All topics that must be covered by our bloom from now on. */
  | { readonly type: "interest"; readonly topics: readonly Topic[] }
  /** A new message of a chat, ours included; shown once per message id. */
  | { readonly type: "message"; readonly message: MessageRecord }
  /** `say` was taken up (`known`: the idempotency key was used before, nothing is sent again). */
  | { readonly type: "accepted"; readonly request: number; readonly message: MessageId; readonly known: boolean }
  /** `say` asks for something impossible; nothing was changed. */
  | { readonly type: "refused"; readonly request: number; readonly error: UsageError }
  /** A message of ours moved on; `peer` is who confirmed or refused it; null when that is our own conclusion. */
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
