/**
 * The three-word name of a chat key: a convenience that shows 64 bits of it, not a fingerprint.
 *
 * ```
 * seed := the last 8 bytes of X, big-endian
 * bit  := parity of the register's bits 3, 4, 5 and 7
 * step := register = (register << 1 | bit) mod 2^64
 * name := adjectives[step mod 1389] adjectives[step mod 1389] animals[step mod 1704]
 * ```
 * The register is stepped before the first word too.
 */
import type { PublicKey } from "../crypto/crypto.ts";
import { ADJECTIVES } from "./words/adjectives.ts";
import { ANIMALS } from "./words/animals.ts";

export function aliasOf(publicKey: PublicKey): string {
  return aliasOfSeed(publicKey.subarray(25, 33).reduce((seed, byte) => (seed << 8n) | BigInt(byte), 0n));
}

/** `seed`: an unsigned integer of 64 bits. */
export function aliasOfSeed(seed: bigint): string {
  const first = step(seed);
  const second = step(first);
  const third = step(second);
  return [pick(ADJECTIVES, first), pick(ADJECTIVES, second), pick(ANIMALS, third)].join(" ");
}

function step(register: bigint): bigint {
  const bit = ((register >> 3n) ^ (register >> 4n) ^ (register >> 5n) ^ (register >> 7n)) & 1n;
  return BigInt.asUintN(64, (register << 1n) | bit);
}

const pick = (words: readonly string[], register: bigint): string =>
  words[Number(register % BigInt(words.length))] ?? "";
