/**
 * MembershipUpdateMessage and MembershipUpdateEvent: the bytes of private groups (section 6 of the payload digest).
 * Not concerned with signatures of events or with what they do to a group.
 */
import { byteString, type Codec, codec, int32, record, repeated, text, uint64 } from "../bytes/protobuf.ts";
import * as wire from "../proto/payloads.js";
import { type ChatMessage, chatMessageConversion } from "./chat-message.ts";

export interface MembershipUpdateMessage {
  /** UUID, dash, key string of the creator. */
  readonly chatId: string;
  /** Each: signature(65) || encoded event. Kept byte for byte: the signature covers the bytes. */
  readonly events: readonly Uint8Array[];
  readonly message?: ChatMessage;
}

export interface MembershipUpdateEvent {
  readonly clock: bigint;
  /** Key strings. */
  readonly members: readonly string[];
  readonly name: string;
  /** 1 created, 2 renamed, 3 members added, 4 joined, 5 removed, 6 admins added, 7 admin removed. */
  readonly type: number;
}

export const membershipUpdateMessageCodec: Codec<MembershipUpdateMessage> = codec(
  "MembershipUpdateMessage",
  wire.MembershipUpdateMessage,
  record<MembershipUpdateMessage, wire.MembershipUpdateMessage>({
    chatId: text,
    events: repeated(byteString),
    message: chatMessageConversion,
  }),
);

export const membershipUpdateEventCodec: Codec<MembershipUpdateEvent> = codec(
  "MembershipUpdateEvent",
  wire.MembershipUpdateEvent,
  record<MembershipUpdateEvent, wire.MembershipUpdateEvent>({
    clock: uint64,
    members: repeated(text),
    name: text,
    type: int32,
  }),
);
