/**
 * The packets of the `shh/6` subprotocol (EIP-627, "Packet Codes", with the additions of Status).
 *
 * ```
 * 0   status            see status.ts
 * 1   messages          [envelope*]
 * 2   pow requirement   uint64, the bits of a binary64
 * 3   bloom filter      byte[64]
 * 11  acknowledgement   byte[32], the batch
 * 12  message response  [version: 1, [batch: byte[32], [[hash: byte[32], code: uint32, description: text]*]]]
 * 20  rate limits       [ip: uint64, peerId: uint64, topic: uint64]
 * 127 direct message    envelope | [envelope*]
 * ```
 * A batch is named by Keccak-256 of the whole payload of its messages packet. The reference reads one item and ignores what
 * follows it, in all packets but code 1; so do these decoders. 123 .. 126 belong to `mailserver/`.
 */
import { textOf, utf8 } from "../bytes/bytes.ts";
import { fromHex, type Hex, toHex } from "../bytes/hex.ts";
import { encodeRlp, RlpReader, readRlpList } from "../bytes/rlp.ts";
import { RemoteError } from "../platform/errors.ts";
import { BLOOM_LENGTH } from "./bloom.ts";
import type { Envelope, EnvelopeHash } from "./envelope.ts";
import { floatBits, floatFromBits } from "./pow.ts";
import type { Bloom, RateLimits } from "./whisper-io.ts";

/** The capability: its name, version and number of packet codes. */
export const SHH = { name: "shh", version: 6, length: 128 } as const;

export const CODES = {
  status: 0,
  messages: 1,
  powRequirement: 2,
  bloomFilter: 3,
  batchAcknowledged: 11,
  messageResponse: 12,
  rateLimits: 20,
  p2pSyncRequest: 123,
  p2pSyncResponse: 124,
  p2pRequestComplete: 125,
  p2pRequest: 126,
  p2pMessage: 127,
} as const;

/** Why an envelope was not taken, as message responses say it; peers may send any other number. */
export const ERROR_CODES = { timeNotSynced: 37, other: 38 } as const;

/** What a node says that limits nobody. */
export const NO_LIMITS: RateLimits = { ip: 0, peerId: 0, topic: 0 };

/** Keccak-256 of the payload of a messages packet, as hex. */
export type BatchHash = Hex & { readonly brand: "BatchHash" };

export interface Packet {
  readonly code: number;
  readonly data: Uint8Array;
}

export interface EnvelopeError {
  readonly hash: EnvelopeHash;
  readonly code: number;
  readonly description: string;
}

/** What a peer says of one messages packet: the envelopes that it refused; all others it took. */
export interface MessageResponse {
  readonly batch: BatchHash;
  readonly errors: readonly EnvelopeError[];
}

const HASH_LENGTH = 32;
const RESPONSE_VERSION = 1;
/** Descriptions are for people; ours and the reference's stay below. Longer ones are cut. */
const DESCRIPTION_MAX = 512;
/** The longest prefix of a list below 16 MiB. */
const LIST_PREFIX_MAX = 4;

/** The payload that carries these encoded envelopes as they are. */
export function encodeMessages(envelopes: readonly Uint8Array[]): Uint8Array {
  return encodeRlp(envelopes.map((raw) => ({ raw })));
}

/** Envelopes in one packet: a full packet of messages has fewer than 4,000; more are specks that only cost hashing. */
const ENVELOPES_MAX = 16_384;

/**
 * The encoded items of a messages packet, as views; they may be anything but broken RLP. Throws `RemoteError`, OVERSIZED when
 * there are more than `ENVELOPES_MAX`: a packet of 1 MiB could have a million, and a view takes a hundred bytes.
 */
export function decodeMessages(data: Uint8Array): Uint8Array[] {
  return itemsOf(readRlpList(data, "messages"));
}

/** An upper bound of the payload that carries envelopes of `bytes` together. */
export const messagesSize = (bytes: number): number => LIST_PREFIX_MAX + bytes;

export const encodePowRequirement = (minPow: number): Uint8Array => encodeRlp(floatBits(minPow));

/** The least work that the peer accepts. Throws `RemoteError` INVALID when it is no finite number from 0 up. */
export function decodePowRequirement(data: Uint8Array): number {
  return powFromBits(new RlpReader(data, "pow requirement").uint64("pow"));
}

/** A minimum of work from the bits of a binary64; -0 counts as 0. */
export function powFromBits(bits: bigint): number {
  const pow = floatFromBits(bits);
  if (!Number.isFinite(pow) || pow < 0)
    throw new RemoteError("INVALID", `pow requirement: ${pow} is no amount of work`);
  return pow + 0;
}

export const encodeBloomFilter = (bloom: Bloom): Uint8Array => encodeRlp(bloom);

/** What the peer wants. Throws `RemoteError` unless it is 64 bytes. */
export function decodeBloomFilter(data: Uint8Array): Bloom {
  return new RlpReader(data, "bloom filter").bytes("bloom", BLOOM_LENGTH).slice();
}

export const encodeBatchAcknowledged = (batch: BatchHash): Uint8Array => encodeRlp(fromHex(batch));

/** The batch that the peer received. Throws `RemoteError` unless it is 32 bytes. */
export function decodeBatchAcknowledged(data: Uint8Array): BatchHash {
  return hashFrom(new RlpReader(data, "acknowledgement"), "batch") as BatchHash;
}

export function encodeMessageResponse({ batch, errors }: MessageResponse): Uint8Array {
  const list = errors.map(({ hash, code, description }) => [fromHex(hash), code, utf8(description)]);
  return encodeRlp([RESPONSE_VERSION, [fromHex(batch), list]]);
}

/**
 * What the peer says of a batch. Throws `RemoteError` when the packet is no pair; undefined when the pair is of another
 * version, or its second half cannot be read: the version number exists so that it may change.
 */
export function decodeMessageResponse(data: Uint8Array): MessageResponse | undefined {
  const pair = new RlpReader(data, "message response").list("list");
  const version = pair.uint64("version");
  const body = pair.raw("response");
  pair.end();
  if (version !== BigInt(RESPONSE_VERSION)) return undefined;
  try {
    return readResponse(readRlpList(body, "message response"));
  } catch (error) {
    if (error instanceof RemoteError) return undefined;
    throw error;
  }
}

export const encodeRateLimits = ({ ip, peerId, topic }: RateLimits): Uint8Array => encodeRlp([ip, peerId, topic]);

/** The limits that the peer keeps us to. Throws `RemoteError`. */
export function decodeRateLimits(data: Uint8Array): RateLimits {
  return readRateLimits(new RlpReader(data, "rate limits"));
}

/** The next item as limits; what exceeds a number's precision exceeds any traffic. */
export function readRateLimits(reader: RlpReader): RateLimits {
  const list = reader.list("rate limits");
  const [ip, peerId, topic] = [list.uint64("ip"), list.uint64("peer id"), list.uint64("topic")];
  list.end();
  return { ip: Number(ip), peerId: Number(peerId), topic: Number(topic) };
}

/** A packet is closed at this size; a larger envelope goes alone. So a slow reader keeps up, and nobody's limit is near. */
export const BATCH_BYTES = 256 * 2 ** 10;

/** And at this number of envelopes: no packet of specks comes near what others take, such as our `ENVELOPES_MAX`. */
export const BATCH_COUNT = 4096;

/** Whether a packet with `count` envelopes of `bytes` together is closed before one of `length` joins them. */
export const isBatchFull = (count: number, bytes: number, length: number): boolean =>
  count > 0 && (count === BATCH_COUNT || bytes + length > BATCH_BYTES);

/** The encoded envelopes, in order, shared out over packets; one empty packet when there are none. */
export function inBatches(envelopes: readonly Pick<Envelope, "bytes">[]): Uint8Array[][] {
  let batch: Uint8Array[] = [];
  let size = 0;
  const batches = [batch];
  for (const { bytes } of envelopes) {
    if (isBatchFull(batch.length, size, bytes.length)) {
      batch = [];
      size = 0;
      batches.push(batch);
    }
    batch.push(bytes);
    size += bytes.length;
  }
  return batches;
}

/** One envelope goes bare, any other number as a list. */
export function encodeDirect(envelopes: readonly Uint8Array[]): Uint8Array {
  const [first] = envelopes;
  return first && envelopes.length === 1 ? first : encodeMessages(envelopes);
}

/** The encoded envelopes of a direct message, as views. Throws `RemoteError`. */
export function decodeDirect(data: Uint8Array): Uint8Array[] {
  const items = itemsOf(new RlpReader(data, "direct message").list("list"));
  const bare = items.length > 0 && (items[0]?.[0] ?? 0) < 0xc0;
  return bare ? [new RlpReader(data, "direct message").raw("envelope")] : items;
}

function itemsOf(list: RlpReader): Uint8Array[] {
  const items: Uint8Array[] = [];
  while (!list.atEnd) {
    if (items.length === ENVELOPES_MAX)
      throw new RemoteError("OVERSIZED", `packet: more than ${ENVELOPES_MAX} envelopes`);
    items.push(list.raw("envelope"));
  }
  return items;
}

function readResponse(body: RlpReader): MessageResponse {
  const batch = hashFrom(body, "batch") as BatchHash;
  const list = body.list("errors");
  body.end();
  const errors: EnvelopeError[] = [];
  while (!list.atEnd) errors.push(readError(list.list("error")));
  return { batch, errors };
}

function readError(fields: RlpReader): EnvelopeError {
  const hash = hashFrom(fields, "envelope hash") as EnvelopeHash;
  const code = fields.uint32("code");
  const description = textOf(fields.bytes("description"), "description").slice(0, DESCRIPTION_MAX);
  fields.end();
  return { hash, code, description };
}

const hashFrom = (reader: RlpReader, field: string): Hex => toHex(reader.bytes(field, HASH_LENGTH));
