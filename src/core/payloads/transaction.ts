/** The transaction commands of one-to-one chats (section 9 of the payload digest): bytes only. */
import { byteString, type Codec, codec, record, text, uint64 } from "../bytes/protobuf.ts";
import * as wire from "../proto/payloads.js";

export interface RequestAddressForTransaction {
  readonly clock: bigint;
  /** A number as text. */
  readonly value: string;
  readonly contract: string;
}

export interface AcceptRequestAddressForTransaction {
  readonly clock: bigint;
  /** Message id of the request. */
  readonly id: string;
  readonly address: string;
}

/** The answer "no" to a request for an address or for a transaction. */
export interface DeclineRequest {
  readonly clock: bigint;
  /** Message id of the request. */
  readonly id: string;
}

export interface RequestTransaction {
  readonly clock: bigint;
  readonly address: string;
  /** A number as text. */
  readonly value: string;
  readonly contract: string;
}

export interface SendTransaction {
  readonly clock: bigint;
  /** Message id of the request, or empty. */
  readonly id: string;
  readonly transactionHash: string;
  /** By the wallet key; absent and empty differ. */
  readonly signature?: Uint8Array;
}

export const requestAddressForTransactionCodec: Codec<RequestAddressForTransaction> = codec(
  "RequestAddressForTransaction",
  wire.RequestAddressForTransaction,
  record<RequestAddressForTransaction, wire.RequestAddressForTransaction>({
    clock: uint64,
    value: text,
    contract: text,
  }),
);

export const acceptRequestAddressForTransactionCodec: Codec<AcceptRequestAddressForTransaction> = codec(
  "AcceptRequestAddressForTransaction",
  wire.AcceptRequestAddressForTransaction,
  record<AcceptRequestAddressForTransaction, wire.AcceptRequestAddressForTransaction>({
    clock: uint64,
    id: text,
    address: text,
  }),
);

export const declineRequestAddressForTransactionCodec: Codec<DeclineRequest> = codec(
  "DeclineRequestAddressForTransaction",
  wire.DeclineRequestAddressForTransaction,
  record<DeclineRequest, wire.DeclineRequestAddressForTransaction>({ clock: uint64, id: text }),
);

export const declineRequestTransactionCodec: Codec<DeclineRequest> = codec(
  "DeclineRequestTransaction",
  wire.DeclineRequestTransaction,
  record<DeclineRequest, wire.DeclineRequestTransaction>({ clock: uint64, id: text }),
);

export const requestTransactionCodec: Codec<RequestTransaction> = codec(
  "RequestTransaction",
  wire.RequestTransaction,
  record<RequestTransaction, wire.RequestTransaction>({ clock: uint64, address: text, value: text, contract: text }),
);

export const sendTransactionCodec: Codec<SendTransaction> = codec(
  "SendTransaction",
  wire.SendTransaction,
  record<SendTransaction, wire.SendTransaction>({
    clock: uint64,
    id: text,
    transactionHash: text,
    signature: byteString,
  }),
);
