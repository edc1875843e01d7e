/**
 * Bloom filters over topics: 512 bits that say which topics a node wants (EIP-627, "Bloom filter").
 *
 * ```
 * i(j) := t[j] + 256 * bit j of t[3], j = 0, 1, 2       bit i is byte i >> 3, mask 1 << (i & 7)
 * ```
 * Of bits that fall into the same byte only the last survives in the reference, in samples and filters alike. Samples
 * with all three bits would not match its filters, so all blooms here are collapsed in that way too.
 */

import type { Topic } from "./envelope.ts";
import type { Bloom } from "./whisper-io.ts";

export const BLOOM_LENGTH = 64;

/** The bloom of one topic, collapsed. */
export function bloomOf(topic: Topic): Bloom {
  const bloom = new Uint8Array(BLOOM_LENGTH);
  for (const index of bitsOf(topic)) bloom[index >> 3] = 1 << (index & 7);
  return bloom;
}

/** The bloom of one topic by the text of EIP-627, which no deployed node uses. */
export function bloomOfEip627(topic: Topic): Bloom {
  const bloom = new Uint8Array(BLOOM_LENGTH);
  for (const index of bitsOf(topic)) bloom[index >> 3] = (bloom[index >> 3] ?? 0) | (1 << (index & 7));
  return bloom;
}

/** What any of `blooms` wants. */
export function joinBlooms(blooms: readonly Bloom[]): Bloom {
  const joined = new Uint8Array(BLOOM_LENGTH);
  for (const bloom of blooms) {
    for (let index = 0; index < BLOOM_LENGTH; index++) joined[index] = (joined[index] ?? 0) | (bloom[index] ?? 0);
  }
  return joined;
}

/** Whether `filter` wants `sample`; without a filter everything is wanted. */
export function matches(filter: Bloom | undefined, sample: Bloom): boolean {
  if (filter === undefined) return true;
  for (let index = 0; index < BLOOM_LENGTH; index++) {
    if (((sample[index] ?? 0) & ~(filter[index] ?? 0)) !== 0) return false;
  }
  return true;
}

/** Whether `bloom` wants everything: absent, or all ones. */
export const isFull = (bloom: Bloom | undefined): boolean =>
  bloom === undefined || bloom.every((byte) => byte === 0xff);

/** The share of bits that are set, 0 to 1. */
export const fill = (bloom: Bloom): number => bloom.reduce((bits, byte) => bits + ones(byte), 0) / (8 * BLOOM_LENGTH);

function bitsOf(topic: Topic): [number, number, number] {
  const word = Number.parseInt(topic.slice(2), 16);
  return [
    (word >>> 24) + 256 * (word & 1),
    ((word >>> 16) & 0xff) + 256 * ((word >> 1) & 1),
    ((word >>> 8) & 0xff) + 256 * ((word >> 2) & 1),
  ];
}

function ones(byte: number): number {
  let count = 0;
  for (let rest = byte; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}
