/** The message record: what commands show of a message, from what the layers below know of it. */
import { toHex } from "../bytes/hex.ts";
import type { MessageId } from "../payloads/application-metadata.ts";
import { type ChatMessage, CONTENT_TYPE, contentTypeName } from "../payloads/chat-message.ts";
import { MAX_CLOCK_LEAD } from "../payloads/validate.ts";
import type { NodeId } from "../platform/node-id.ts";
import { type Millis, SECOND } from "../platform/time.ts";
import { type Envelope, sentAt, sizeOf } from "../whisper/envelope.ts";
import type { MessageRecord } from "./messenger-io.ts";
import type { PublicMessage } from "./reading.ts";

/** How a message reached us. */
export interface Arrival {
  readonly envelope: Envelope;
  /** The mailserver that sent it; null when it came through the pool. */
  readonly mailserver: NodeId | null;
  readonly at: Millis;
  readonly outgoing: boolean;
}

/** `name`: the three-word name of the author. */
export function recordOf(
  { chat, authored, message }: PublicMessage,
  { envelope, mailserver, at, outgoing }: Arrival,
  name: string,
): MessageRecord {
  return {
    id: authored.id,
    chat: { type: "public", id: chat.name },
    from: { key: toHex(authored.author), name, alias: null },
    clock: Number(message.clock),
    sentAt: writtenAt(message, sentAt(envelope) * SECOND),
    receivedAt: at,
    contentType: contentTypeName(message.contentType),
    text: message.text,
    sticker: message.contentType === CONTENT_TYPE.sticker ? (message.sticker ?? null) : null,
    replyTo: replyOf(message.responseTo),
    ensName: message.ensName === "" ? null : message.ensName,
    envelope: envelopeFacts(envelope),
    via: { mode: "sym", mailserver },
    security: { mode: "plain" },
    outgoing,
  };
}

function envelopeFacts(envelope: Envelope): MessageRecord["envelope"] {
  const { hash, topic, pow, ttl, expiry } = envelope;
  return { hash, topic, pow, ttl, expiry, size: sizeOf(envelope) };
}

/** The author may claim any time; nothing checks it, so beyond the lead that a clock may have the envelope's counts. */
function writtenAt({ timestamp }: ChatMessage, sent: Millis): Millis {
  return timestamp <= BigInt(sent + MAX_CLOCK_LEAD) ? Number(timestamp) : sent;
}

const replyOf = (text: string): MessageId | null => (/^0x[0-9a-f]{64}$/.test(text) ? (text as MessageId) : null);
