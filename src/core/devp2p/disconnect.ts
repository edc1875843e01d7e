/**
 * The Disconnect message of the base protocol and what its reasons mean (devp2p, "Disconnect (0x01)").
 *
 * Not concerned with when one is sent: see `link.ts`.
 */
import { encodeRlp, RlpReader } from "../bytes/rlp.ts";
import { RemoteError } from "../platform/errors.ts";

export const DISCONNECT_REASONS = {
  requested: 0x00,
  networkError: 0x01,
  breachOfProtocol: 0x02,
  uselessPeer: 0x03,
  tooManyPeers: 0x04,
  alreadyConnected: 0x05,
  incompatibleVersion: 0x06,
  invalidIdentity: 0x07,
  quitting: 0x08,
  unexpectedIdentity: 0x09,
  self: 0x0a,
  readTimeout: 0x0b,
  subprotocolError: 0x10,
} as const;

/** A reason as it stands on the wire; unknown numbers are kept. */
export type DisconnectReason = number;

/** `[reason]` */
export function encodeDisconnect(reason: DisconnectReason): Uint8Array {
  return encodeRlp([reason]);
}

/**
 * Reads the data of a Disconnect and never throws: whatever it says, the peer is leaving. Besides `[reason]` there are
 * peers that send `reason` without a list, more elements, or nothing; what cannot be read counts as `requested`.
 */
export function decodeDisconnect(data: Uint8Array): DisconnectReason {
  try {
    const reader = new RlpReader(data, "disconnect");
    return (reader.nextIsList ? reader.list("list") : reader).uint32("reason");
  } catch (error) {
    if (error instanceof RemoteError) return DISCONNECT_REASONS.requested;
    throw error;
  }
}

/** One sentence: who closed the connection, and why. */
export function describeDisconnect(reason: DisconnectReason, by: "us" | "peer"): string {
  const known = SENTENCES[reason];
  const who = by === "us" ? "we" : "the peer";
  return known
    ? `${who} closed the connection: ${known}`
    : `${who} closed the connection with unknown reason ${reason}`;
}

const SENTENCES: Readonly<Record<DisconnectReason, string>> = {
  [DISCONNECT_REASONS.requested]: "it was asked to",
  [DISCONNECT_REASONS.networkError]: "the network failed",
  [DISCONNECT_REASONS.breachOfProtocol]: "a message broke the protocol",
  [DISCONNECT_REASONS.uselessPeer]: "no capability is shared",
  [DISCONNECT_REASONS.tooManyPeers]: "all places for peers are taken",
  [DISCONNECT_REASONS.alreadyConnected]: "this node key already has a connection",
  [DISCONNECT_REASONS.incompatibleVersion]: "the versions of the base protocol do not fit",
  [DISCONNECT_REASONS.invalidIdentity]: "the node key in Hello is not valid",
  [DISCONNECT_REASONS.quitting]: "the node is shutting down",
  [DISCONNECT_REASONS.unexpectedIdentity]: "the node key is not the expected one",
  [DISCONNECT_REASONS.self]: "both ends have the same node key",
  [DISCONNECT_REASONS.readTimeout]: "nothing was heard for too long",
  [DISCONNECT_REASONS.subprotocolError]: "a message of a subprotocol was not acceptable",
};
