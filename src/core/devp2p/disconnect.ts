/** Reasons of a Disconnect. (Codec and sentences belong here.) */

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
