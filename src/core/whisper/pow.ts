/**
 * Proof of work: how much an envelope has, and how much it needs (EIP-627, "Proof of work", as the reference counts it).
 *
 * ```
 * H   := keccak256(S || nonce: uint64 BE)       S = RLP of the envelope without its nonce
 * pow := 2^(leading zero bits of H) / len(S) / ttl
 * ```
 * Finding a nonce is the concern of pow-search.ts.
 */

/** What the protocol counts for everything but the data when it speaks of an envelope's size. */
export const HEADER_SIZE = 20;

const UINT32 = 2 ** 32;

/**
 * The work that `digest` (H) proves for an S of `length` bytes over `ttl` seconds.
 * `extra` lengthens the time, as for an envelope from the future; no time at all is infinite work.
 */
export function powOf(digest: Uint8Array, length: number, ttl: number, extra = 0): number {
  return 2 ** leadingZeroBits(digest) / length / ((ttl + extra) % UINT32);
}

/** The zero bits that H must begin with for a PoW of `target`; sized by estimate, so the result is at least that. */
export function requiredBits(target: number, dataLength: number, ttl: number): number {
  return Math.max(1, Math.ceil(Math.log2(target * (HEADER_SIZE + dataLength) * ttl)));
}

/** How many zero bits `digest` begins with. */
export function leadingZeroBits(digest: Uint8Array): number {
  let whole = 0;
  while (whole < digest.length && digest[whole] === 0) whole++;
  return whole === digest.length ? 8 * whole : 8 * whole + Math.clz32(digest[whole] ?? 0) - 24;
}

/** The IEEE-754 binary64 bits of a PoW, as packets carry it. */
export function floatBits(value: number): bigint {
  return new BigUint64Array(Float64Array.of(value).buffer)[0] ?? 0n;
}

/** The number whose binary64 bits these are; it may be infinite, negative or not a number. */
export function floatFromBits(bits: bigint): number {
  return new Float64Array(BigUint64Array.of(bits).buffer)[0] ?? 0;
}
