/**
 * From an envelope to a message of a public chat: open, unwrap, decode, judge.
 *
 * Stricter than the reference, which files a message under its chat_id whatever brought it (payload digest, sections 5.4
 * and 12). The signature covers chat_id and message type, but neither topic nor key of the envelope: only where they agree
 * is it the author's will that this chat reads the message. Elsewhere somebody has carried it over.
 */
import { concatBytes } from "../bytes/bytes.ts";
import { toHex } from "../bytes/hex.ts";
import type { Ciphers, Curve, Hashes } from "../crypto/crypto.ts";
import { type Authored, unwrapPayload } from "../payloads/application-metadata.ts";
import { type ChatMessage, chatMessageCodec, MESSAGE_TYPE } from "../payloads/chat-message.ts";
import { PAYLOAD_TYPE } from "../payloads/payload.ts";
import { FAULT_TEXT, validatePayload } from "../payloads/validate.ts";
import { RemoteError } from "../platform/errors.ts";
import { type Millis, SECOND } from "../platform/time.ts";
import { type Envelope, sentAt } from "../whisper/envelope.ts";
import { type OpenedMessage, open } from "../whisper/message.ts";
import type { JoinedChat, PayloadDigest } from "./state.ts";

/** What the messenger needs of the crypto door. */
export type Primitives = Hashes & Curve & Ciphers;

/** A message that may be shown. */
export interface PublicMessage {
  readonly chat: JoinedChat;
  readonly authored: Authored;
  readonly message: ChatMessage;
}

export type Reading =
  | ({ readonly outcome: "message" } & PublicMessage)
  | { readonly outcome: "ignored"; readonly why: string };

/** Relays refuse envelopes sent further ahead of their clocks. */
const FUTURE_ALLOWANCE: Millis = 10 * SECOND;

/** Reads an envelope that has the topic of `chats`. */
export function readPublicEnvelope(
  crypto: Primitives,
  envelope: Envelope,
  { chats, now }: { readonly chats: readonly JoinedChat[]; readonly now: Millis },
): Reading {
  const sent = sentAt(envelope) * SECOND;
  // Direct envelopes pass no admission: one from the next century would drag the chat's clock there.
  if (sent > now + FUTURE_ALLOWANCE) return ignored(`sent ${Math.ceil((sent - now) / SECOND)} s ahead of our clock`);
  for (const chat of chats) {
    const opened = open(crypto, envelope.data, { symKey: chat.key });
    if (opened) return readOpened(crypto, opened, { chat, sent });
  }
  return ignored("no key of our chats on this topic opens it");
}

/** Why a message that the key of `chat` opened is not one of this chat; undefined when it is. */
export function strayReason({ messageType, chatId }: ChatMessage, chat: string): string | undefined {
  if (messageType !== MESSAGE_TYPE.publicGroup) return `message type ${messageType} in a public chat`;
  return chatId === chat ? undefined : "written for another chat and carried into this one";
}

/** The identity of what was said by whom: another wrapper around it is no other message. */
export function payloadDigest(
  hashes: Hashes,
  { author, payload }: Pick<Authored, "author" | "payload">,
): PayloadDigest {
  return toHex(hashes.keccak256(concatBytes(author, payload))) as PayloadDigest;
}

function readOpened(
  crypto: Primitives,
  opened: OpenedMessage,
  { chat, sent }: { readonly chat: JoinedChat; readonly sent: Millis },
): Reading {
  if (opened.signer === undefined) return ignored("the envelope is not signed");
  try {
    const authored = unwrapPayload(crypto, opened.payload, opened.signer);
    if (authored.type !== PAYLOAD_TYPE.chatMessage) return ignored(`payload type ${authored.type} in a public chat`);
    const message = chatMessageCodec.decode(authored.payload);
    const verdict = validatePayload({ name: "chatMessage", value: message }, sent);
    const why = verdict === "valid" ? strayReason(message, chat.name) : FAULT_TEXT[verdict];
    return why === undefined ? { outcome: "message", chat, authored, message } : ignored(why);
  } catch (error) {
    if (error instanceof RemoteError) return ignored(error.message);
    throw error;
  }
}

const ignored = (why: string): Reading => ({ outcome: "ignored", why });
