/** The Whisper envelope: what relays see. (Codec, hash and size belong here.) */
import type { Hex } from "../bytes/hex.ts";
import type { Seconds } from "../platform/time.ts";

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
