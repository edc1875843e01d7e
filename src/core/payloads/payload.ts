/** Which payload a wrapper type names (the tables of sections 3 and 4 of the payload digest). */
import type { Codec, Inspected } from "../bytes/protobuf.ts";
import { type ChatMessage, chatMessageCodec } from "./chat-message.ts";
import { type ContactUpdate, contactUpdateCodec } from "./contact-update.ts";
import {
  type PairInstallation,
  pairInstallationCodec,
  type SyncInstallation,
  type SyncInstallationAccount,
  type SyncInstallationContact,
  type SyncInstallationPublicChat,
  syncInstallationAccountCodec,
  syncInstallationCodec,
  syncInstallationContactCodec,
  syncInstallationPublicChatCodec,
} from "./installation.ts";
import { type MembershipUpdateMessage, membershipUpdateMessageCodec } from "./membership-update.ts";
import {
  type AcceptRequestAddressForTransaction,
  acceptRequestAddressForTransactionCodec,
  type DeclineRequest,
  declineRequestAddressForTransactionCodec,
  declineRequestTransactionCodec,
  type RequestAddressForTransaction,
  type RequestTransaction,
  requestAddressForTransactionCodec,
  requestTransactionCodec,
  type SendTransaction,
  sendTransactionCodec,
} from "./transaction.ts";

/** The numbers of wrapper types; 0 is unknown, 15 and above belong to later versions. */
export const PAYLOAD_TYPE = {
  chatMessage: 1,
  contactUpdate: 2,
  membershipUpdateMessage: 3,
  pairInstallation: 4,
  syncInstallation: 5,
  requestAddressForTransaction: 6,
  acceptRequestAddressForTransaction: 7,
  declineRequestAddressForTransaction: 8,
  requestTransaction: 9,
  sendTransaction: 10,
  declineRequestTransaction: 11,
  syncInstallationContact: 12,
  syncInstallationAccount: 13,
  syncInstallationPublicChat: 14,
} as const;

/** The payload that each wrapper type carries. */
export interface Payloads {
  readonly chatMessage: ChatMessage;
  readonly contactUpdate: ContactUpdate;
  readonly membershipUpdateMessage: MembershipUpdateMessage;
  readonly pairInstallation: PairInstallation;
  readonly syncInstallation: SyncInstallation;
  readonly requestAddressForTransaction: RequestAddressForTransaction;
  readonly acceptRequestAddressForTransaction: AcceptRequestAddressForTransaction;
  readonly declineRequestAddressForTransaction: DeclineRequest;
  readonly requestTransaction: RequestTransaction;
  readonly sendTransaction: SendTransaction;
  readonly declineRequestTransaction: DeclineRequest;
  readonly syncInstallationContact: SyncInstallationContact;
  readonly syncInstallationAccount: SyncInstallationAccount;
  readonly syncInstallationPublicChat: SyncInstallationPublicChat;
}

export type PayloadName = keyof Payloads;

/** A payload together with what it is. */
export type Payload = {
  readonly [Name in PayloadName]: { readonly name: Name; readonly value: Payloads[Name] };
}[PayloadName];

export const PAYLOAD_CODEC: { readonly [Name in PayloadName]: Codec<Payloads[Name]> } = {
  chatMessage: chatMessageCodec,
  contactUpdate: contactUpdateCodec,
  membershipUpdateMessage: membershipUpdateMessageCodec,
  pairInstallation: pairInstallationCodec,
  syncInstallation: syncInstallationCodec,
  requestAddressForTransaction: requestAddressForTransactionCodec,
  acceptRequestAddressForTransaction: acceptRequestAddressForTransactionCodec,
  declineRequestAddressForTransaction: declineRequestAddressForTransactionCodec,
  requestTransaction: requestTransactionCodec,
  sendTransaction: sendTransactionCodec,
  declineRequestTransaction: declineRequestTransactionCodec,
  syncInstallationContact: syncInstallationContactCodec,
  syncInstallationAccount: syncInstallationAccountCodec,
  syncInstallationPublicChat: syncInstallationPublicChatCodec,
};

/** The payload that a wrapper type names; undefined for 0 and for types of later versions, which are ignored. */
export function payloadNameOf(type: number): PayloadName | undefined {
  return (Object.keys(PAYLOAD_TYPE) as PayloadName[]).find((name) => PAYLOAD_TYPE[name] === type);
}

/** The payload called `name` in `bytes`, with what this version does not know. Throws `RemoteError`. */
export function inspectPayload(name: PayloadName, bytes: Uint8Array): Inspected<Payload> {
  const { value, unknown } = PAYLOAD_CODEC[name].inspect(bytes);
  return { value: { name, value } as Payload, unknown };
}
