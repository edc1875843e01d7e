/** ChatMessage: what a person says in a public, one-to-one or group chat (section 4 of the payload digest). */
import { type Codec, codec, int32, record, text, uint64 } from "../bytes/protobuf.ts";
import * as wire from "../proto/payloads.js";

/** How the chat is addressed. Values above `privateGroup` never travel, but a decoder meets any number. */
export const MESSAGE_TYPE = { unknown: 0, oneToOne: 1, publicGroup: 2, privateGroup: 3, systemMessage: 4 } as const;

/** What the text is. `transactionCommand` and `systemMessage` are local renderings and never travel. */
export const CONTENT_TYPE = {
  unknown: 0,
  text: 1,
  sticker: 2,
  status: 3,
  emoji: 4,
  transactionCommand: 5,
  systemMessage: 6,
} as const;

export interface Sticker {
  /** Opaque text that names the picture. */
  readonly hash: string;
  /** Number of the sticker pack. */
  readonly pack: number;
}

export interface ChatMessage {
  /** Lamport clock of the chat, milliseconds. */
  readonly clock: bigint;
  /** What the author's clock showed, milliseconds since the UNIX epoch; unchecked. */
  readonly timestamp: bigint;
  readonly text: string;
  /** Id of the quoted message as 0x-hex, or empty. */
  readonly responseTo: string;
  /** The author's claim, or empty. */
  readonly ensName: string;
  /** Channel name, the recipient's key string, or group id. */
  readonly chatId: string;
  /** A `MESSAGE_TYPE`, or a number of a later version. */
  readonly messageType: number;
  /** A `CONTENT_TYPE`, or a number of a later version. */
  readonly contentType: number;
  readonly sticker?: Sticker;
}

export const chatMessageConversion = record<ChatMessage, wire.ChatMessage>({
  clock: uint64,
  timestamp: uint64,
  text,
  responseTo: text,
  ensName: text,
  chatId: text,
  messageType: int32,
  contentType: int32,
  sticker: record<Sticker, wire.StickerMessage.$Properties>({ hash: text, pack: int32 }),
});

export const chatMessageCodec: Codec<ChatMessage> = codec("ChatMessage", wire.ChatMessage, chatMessageConversion);

/** The name of a content type as commands show it; unknown ones are their number. */
export function contentTypeName(contentType: number): string {
  const known = Object.entries(CONTENT_TYPE).find(([, value]) => value === contentType);
  return known?.[0] ?? String(contentType);
}
