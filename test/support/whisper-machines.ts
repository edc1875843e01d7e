/** Whisper machines in conversation: what they say of one kind, and envelopes that are worth something. */
import type { Hex } from "../../src/core/bytes/hex.ts";
import { toHex } from "../../src/core/bytes/hex.ts";
import type { Hashes } from "../../src/core/crypto/crypto.ts";
import { openHashes } from "../../src/core/crypto/open.ts";
import type { NodeId } from "../../src/core/platform/node-id.ts";
import type { Millis } from "../../src/core/platform/time.ts";
import { type Envelope, encodeEnvelope, hashOf, type Topic } from "../../src/core/whisper/envelope.ts";
import {
  type BatchHash,
  CODES,
  decodeMessages,
  encodeMessages,
  NO_LIMITS,
  type Packet,
} from "../../src/core/whisper/packets.ts";
import { encodeStatus } from "../../src/core/whisper/status.ts";
import { Whisper, type WhisperOptions } from "../../src/core/whisper/whisper.ts";
import type { PeerStatus, WhisperOutput } from "../../src/core/whisper/whisper-io.ts";

/** 2020-03-23T21:46:40Z, the present of the recordings. */
export const NOW: Millis = 1_585_000_000_000;
const NOW_SECONDS = NOW / 1000;

export const nodeId = (byte: number): NodeId => toHex(new Uint8Array(64).fill(byte)) as NodeId;
export const ALICE = nodeId(0xa1);
export const BOB = nodeId(0xb0);
export const CAROL = nodeId(0xca);

export const hashes = await openHashes("fast");

const topic = (text: Hex): Topic => text as Topic;
export const CHAT = topic("0x01020300");
export const OTHER_CHAT = topic("0xfedcba00");

/** A full node that takes everything and confirms. */
export const OPEN_STATUS: PeerStatus = {
  version: 6,
  minPow: 0,
  bloom: undefined,
  light: false,
  confirmations: true,
  rateLimits: NO_LIMITS,
};

export interface EnvelopeWish {
  readonly ttl?: number;
  /** Seconds from now until it expires; the ttl by default. */
  readonly expiresIn?: number;
  readonly topic?: Topic;
  readonly length?: number;
  /** Makes envelopes differ. */
  readonly seed?: number;
  /** Only one that has at least so much work. */
  readonly minPow?: number;
  /** Only one that has less work. */
  readonly below?: number;
}

/** The first envelope of that kind. */
export function envelopeOf(hashes: Hashes, wish: EnvelopeWish = {}): Envelope {
  const { ttl = 10, topic = CHAT, length = 32, seed = 0, minPow = 0.001, below = Number.POSITIVE_INFINITY } = wish;
  const expiry = NOW_SECONDS + (wish.expiresIn ?? ttl);
  const data = Uint8Array.from({ length }, (_, index) => (seed >> (8 * (index & 3))) & 0xff);
  for (let nonce = 0n; ; nonce++) {
    const envelope = encodeEnvelope(hashes, { expiry, ttl, topic, data }, nonce);
    if (envelope.pow >= minPow && envelope.pow < below) return envelope;
  }
}

export const ofType = <Type extends WhisperOutput["type"]>(outputs: readonly WhisperOutput[], type: Type) =>
  outputs.filter((output): output is Extract<WhisperOutput, { type: Type }> => output.type === type);

/** The packets that go to `peer`. */
export const packetsTo = (outputs: readonly WhisperOutput[], peer: NodeId): Packet[] =>
  ofType(outputs, "packet").flatMap(({ peer: to, code, data }) => (to === peer ? [{ code, data }] : []));

/** The payloads of one code that go to `peer`. */
export const payloadsTo = (outputs: readonly WhisperOutput[], peer: NodeId, code: number): Uint8Array[] =>
  packetsTo(outputs, peer).flatMap((packet) => (packet.code === code ? [packet.data] : []));

export interface Introduction {
  readonly status?: Partial<PeerStatus>;
  readonly trusted?: boolean;
  readonly address?: string;
}

/** Connects `peer`, which says its Status; gives what the machine says to both. */
export function introduce(
  machine: Whisper,
  peer: NodeId,
  now: Millis = NOW,
  { status = {}, trusted = false, address = "192.0.2.1" }: Introduction = {},
): WhisperOutput[] {
  const data = encodeStatus({ ...OPEN_STATUS, ...status });
  return [
    ...machine.feed({ type: "connected", peer, address, trusted }, now),
    ...machine.feed({ type: "packet", peer, code: CODES.status, data }, now),
  ];
}

/** Gives the machine a packet of `peer`. */
export const receive = (machine: Whisper, peer: NodeId, { code, data }: Packet, now: Millis = NOW): WhisperOutput[] =>
  machine.feed({ type: "packet", peer, code, data }, now);

/** A machine behind the fast door. */
export const relayWith = (options: Partial<WhisperOptions> = {}) => new Whisper(hashes, options);
/** The packet that carries these envelopes. */
export const messages = (...envelopes: readonly Envelope[]): Packet => ({
  code: CODES.messages,
  data: encodeMessages(envelopes.map(({ bytes }) => bytes)),
});
/** The packet of a Status that differs from the open one. */
export const status = (changes = {}): Packet => ({
  code: CODES.status,
  data: encodeStatus({ ...OPEN_STATUS, ...changes }),
});
/** The news that a link is up. */
export const connected = (peer = ALICE) => ({ type: "connected", peer, address: "192.0.2.1", trusted: false }) as const;
/** The name under which the packet is answered for. */
export const batchHash = (packet: Packet) => toHex(hashes.keccak256(packet.data)) as BatchHash;
/** The hashes of the envelopes that were sent to `peer`. */
export const sentTo = (outputs: readonly WhisperOutput[], peer = BOB) =>
  payloadsTo(outputs, peer, CODES.messages).flatMap((data) =>
    decodeMessages(data).map((bytes) => hashOf(hashes, bytes)),
  );
export const hashesOf = (...envelopes: readonly Envelope[]) => envelopes.map(({ hash }) => hash);
/** Who was hung up on, and why. */
export const drops = (outputs: readonly WhisperOutput[]) =>
  ofType(outputs, "drop").map(({ peer, error }) => [peer, error.code]);

export const hello = envelopeOf(hashes, { seed: 1 });
export const answer = envelopeOf(hashes, { seed: 2 });
export const elsewhere = envelopeOf(hashes, { seed: 3, topic: OTHER_CHAT });
