/** From what a person wants to say to signed bytes, and from those to an envelope that awaits its proof of work. */
import { type Author, wrapPayload } from "../payloads/application-metadata.ts";
import { type ChatMessage, CONTENT_TYPE, chatMessageCodec, MESSAGE_TYPE } from "../payloads/chat-message.ts";
import { nextClock } from "../payloads/clock.ts";
import { PAYLOAD_TYPE } from "../payloads/payload.ts";
import { FAULT_TEXT, validatePayload } from "../payloads/validate.ts";
import { UsageError } from "../platform/errors.ts";
import type { Random } from "../platform/random.ts";
import { type Millis, SECOND, toSeconds } from "../platform/time.ts";
import type { EnvelopeDraft } from "../whisper/envelope.ts";
import { seal } from "../whisper/message.ts";
import { publicChatTopic } from "../whisper/topic.ts";
import type { Utterance } from "./messenger-io.ts";
import type { Primitives } from "./reading.ts";
import type { JoinedChat, OutboxItem } from "./state.ts";

/** What every Status client uses (payload digest, section 2.1). */
const DEFAULT_TTL = 15;
const DEFAULT_POW = 0.002;
/** Relays keep an envelope for its ttl; more than a day is taken for abuse (Whisper digest, section 18). */
const MAX_TTL = 86_400;
/** Envelopes are at most 1 MiB: this leaves room for padding, signature, encryption and header. */
const MAX_WRAPPER = (1 << 20) - 1024;

/** Writes and signs a message. Throws `UsageError` for one that receivers would ignore or that cannot be sent. */
export function composeMessage(
  crypto: Primitives,
  author: Author,
  { utterance, chat, now }: { readonly utterance: Utterance; readonly chat: JoinedChat; readonly now: Millis },
): OutboxItem {
  const { ttl = DEFAULT_TTL, pow = DEFAULT_POW, idempotencyKey = null } = utterance;
  checkDelivery(ttl, pow);
  const time = Math.floor(now);
  const clock = nextClock(chat.clock, time);
  const payload = chatMessageCodec.encode(checked(chatMessageOf(utterance, clock, time), time));
  const { id, bytes: wrapper } = wrapPayload(crypto, author, { type: PAYLOAD_TYPE.chatMessage, payload });
  if (wrapper.length > MAX_WRAPPER) {
    throw new UsageError("REFUSED", `message: ${wrapper.length} bytes, at most ${MAX_WRAPPER} fit into an envelope`);
  }
  const delivery = { ttl, pow, state: "queued", attempts: 0, requestKey: idempotencyKey, queuedAt: time } as const;
  return { id, chat: chat.name, key: chat.key, wrapper, clock, ...delivery };
}

/** Seals a message for its chat; each time it is another envelope around the same bytes. */
export function draftEnvelope(
  crypto: Primitives,
  { chat, key, wrapper, ttl }: OutboxItem,
  { author, random, now }: { readonly author: Author; readonly random: Random; readonly now: Millis },
): EnvelopeDraft {
  return {
    expiry: toSeconds(now) + ttl,
    ttl,
    topic: publicChatTopic(crypto, chat),
    data: seal(crypto, { payload: wrapper, signer: author, to: { symKey: key }, random }),
  };
}

function chatMessageOf(utterance: Utterance, clock: number, now: Millis): ChatMessage {
  return {
    clock: BigInt(clock),
    timestamp: BigInt(now),
    text: utterance.text,
    responseTo: utterance.replyTo ?? "",
    ensName: "",
    chatId: utterance.chat,
    messageType: MESSAGE_TYPE.publicGroup,
    contentType: CONTENT_TYPE[utterance.contentType],
    ...(utterance.sticker && { sticker: utterance.sticker }),
  };
}

function checked(message: ChatMessage, now: Millis): ChatMessage {
  const verdict = validatePayload({ name: "chatMessage", value: message }, toSeconds(now) * SECOND);
  if (verdict !== "valid") throw new UsageError("USAGE", `message: ${FAULT_TEXT[verdict]}`);
  return message;
}

function checkDelivery(ttl: number, pow: number): void {
  if (!Number.isInteger(ttl) || ttl < 1 || ttl > MAX_TTL) {
    throw new UsageError("USAGE", `ttl: ${ttl} is not a whole number of seconds from 1 to ${MAX_TTL}`);
  }
  if (!Number.isFinite(pow) || pow < 0) throw new UsageError("USAGE", `pow: ${pow} is not a number from 0 up`);
}
