/**
 * The Whisper envelope: what relays see (EIP-627, "Envelopes").
 *
 * ```
 * envelope := RLP([expiry: uint32, ttl: uint32, topic: byte[4], data: bytes, nonce: uint64])
 * hash     := keccak256(envelope)
 * pow      := over S || nonce: uint64 BE, where S = RLP([expiry, ttl, topic, data])    see pow.ts
 * ```
 * Not concerned with what is inside `data` (message.ts) or whether the envelope is welcome (pool.ts).
 */
import { textOf, utf8 } from "../bytes/bytes.ts";
import { fromHex, type Hex, toHex } from "../bytes/hex.ts";
import { encodeRlp, readRlpList } from "../bytes/rlp.ts";
import type { Hashes } from "../crypto/crypto.ts";
import type { Seconds } from "../platform/time.ts";
import { HEADER_SIZE, powOf } from "./pow.ts";

/** Keccak-256 of the envelope's RLP exactly as received, as hex. */
export type EnvelopeHash = Hex & { readonly brand: "EnvelopeHash" };
/** The first four bytes of Keccak-256 of a name, as hex. */
export type Topic = Hex & { readonly brand: "Topic" };

/** A received or finished envelope; `bytes` is its RLP as on the wire, forwarded and never re-encoded. */
export interface Envelope {
  readonly bytes: Uint8Array;
  readonly hash: EnvelopeHash;
  readonly expiry: Seconds;
  /** Seconds. */
  readonly ttl: number;
  readonly topic: Topic;
  /** Ciphertext; opaque to relays. */
  readonly data: Uint8Array;
  readonly nonce: bigint;
  /** Proof of work by section 5 of EIP-627 as the reference counts it (RLP without nonce). */
  readonly pow: number;
}

/** An envelope before its proof of work. */
export type EnvelopeDraft = Pick<Envelope, "expiry" | "ttl" | "topic" | "data">;

/** The time to live of an envelope whose sender names none, in seconds. */
export const DEFAULT_TTL = 50;

const NONCE_LENGTH = 8;

/** What an encoded envelope says, as views of `bytes`: all that can be known of it without hashing. */
export type EnvelopeFields = Omit<Envelope, "hash" | "pow">;

/** Reads the one envelope that `bytes` is; throws `RemoteError`. The result shares no memory with `bytes`. */
export function decodeEnvelope(hashes: Hashes, bytes: Uint8Array): Envelope {
  const fields = decodeFields(bytes);
  const digests = { hash: hashOf(hashes, bytes), pow: workOf(hashes, fields) };
  return keepEnvelope(fields, digests, { bytes: bytes.slice() });
}

/** The elements of the one envelope that `bytes` is, as views; throws `RemoteError`. */
export function decodeFields(bytes: Uint8Array): EnvelopeFields {
  const fields = readRlpList(bytes, "envelope");
  const expiry = fields.uint32("expiry");
  const ttl = fields.uint32("ttl");
  const topic = toHex(fields.bytes("topic", 4)) as Topic;
  const data = fields.bytes("data");
  const nonce = fields.uint64("nonce");
  fields.end();
  return { bytes, expiry, ttl, topic, data, nonce };
}

/**
 * The identity of the envelope that `bytes` is, well-formed or not. Written and read again it is one string in memory; joined
 * from its digits it would stay 32 pieces, ten times as large, for as long as the envelope is pooled.
 */
export const hashOf = (hashes: Hashes, bytes: Uint8Array): EnvelopeHash =>
  textOf(utf8(toHex(hashes.keccak256(bytes))), "hash") as EnvelopeHash;

/** Where the bytes of an envelope are, perhaps not always in the same place. */
export interface Memory {
  readonly bytes: Uint8Array;
}

/** What hashing tells about an envelope. */
export type Digests = Pick<Envelope, "hash" | "pow">;

/** The envelope with its bytes in `memory`: what is kept must not keep the whole packet alive that brought it. */
export function keepEnvelope(fields: EnvelopeFields, digests: Digests, memory: Memory): Envelope {
  return new KeptEnvelope(fields, digests, memory);
}

/** Holds what relays look at. The rest is read from the bytes when somebody asks: pools hold envelopes by the 100,000. */
class KeptEnvelope implements Envelope {
  readonly hash: EnvelopeHash;
  readonly expiry: Seconds;
  readonly ttl: number;
  readonly topic: Topic;
  readonly pow: number;
  readonly #memory: Memory;

  constructor({ expiry, ttl, topic }: EnvelopeFields, { hash, pow }: Digests, memory: Memory) {
    this.hash = hash;
    this.expiry = expiry;
    this.ttl = ttl;
    this.topic = topic;
    this.pow = pow;
    this.#memory = memory;
  }

  get bytes(): Uint8Array {
    return this.#memory.bytes;
  }

  get data(): Uint8Array {
    return decodeFields(this.bytes).data;
  }

  get nonce(): bigint {
    return decodeFields(this.bytes).nonce;
  }
}

/** The finished envelope of `draft` with `nonce`. */
export function encodeEnvelope(hashes: Hashes, draft: EnvelopeDraft, nonce: bigint): Envelope {
  const { expiry, ttl, topic, data } = draft;
  return decodeEnvelope(hashes, encodeRlp([expiry, ttl, fromHex(topic), data, nonce]));
}

/** S: the RLP of the draft, over which the work is done. */
export function draftBytes({ expiry, ttl, topic, data }: EnvelopeDraft): Uint8Array {
  return encodeRlp([expiry, ttl, fromHex(topic), data]);
}

/** The size that limits and proof of work count: an estimate, not the length of the RLP. */
export const sizeOf = (envelope: Pick<Envelope, "data">): number => HEADER_SIZE + envelope.data.length;

/** When the envelope says it was sent: `expiry - ttl` modulo 2^32. */
export const sentAt = (envelope: Pick<Envelope, "expiry" | "ttl">): Seconds => (envelope.expiry - envelope.ttl) >>> 0;

/**
 * The proof of work, found by hashing. With `extra` it is spread over so many more seconds: what an envelope from the
 * future (section 7) is worth.
 */
export function workOf(hashes: Hashes, fields: EnvelopeFields, extra = 0): number {
  const proof = proofInput(fields);
  return powOf(hashes.keccak256(proof), proof.length - NONCE_LENGTH, fields.ttl, extra);
}

/** S || nonce in eight bytes. S is cut from the received bytes: the first four elements, behind a prefix of their own. */
function proofInput({ bytes, data, nonce }: EnvelopeFields): Uint8Array {
  const prefix = bytes[0] ?? 0;
  const start = prefix <= 0xf7 ? 1 : prefix - 0xf7 + 1;
  const end = data.byteOffset - bytes.byteOffset + data.length;
  const draft = encodeRlp([{ raw: bytes.subarray(start, end) }]);
  const proof = new Uint8Array(draft.length + NONCE_LENGTH);
  proof.set(draft);
  new DataView(proof.buffer).setBigUint64(draft.length, nonce);
  return proof;
}
