/**
 * Bloom filters over topics: 512 bits that say which topics a node wants (EIP-627, "Bloom filter").
 *
 * ```
 * i(j) := t[j] + 256 * bit j of t[3], j = 0, 1, 2       bit i is byte i >> 3, mask 1 << (i & 7)
 * ```
 * Of bits that fall into the same byte only the last survives in the reference, in samples and filters alike. Samples
 * with all three bits would not match its filters, so all blooms here are collapsed in that way too.
 */

import type { Hashes } from "../crypto/crypto.ts";
import type { Topic } from "./envelope.ts";
import { PARTITIONS, partitionedTopicName, topicOf } from "./topic.ts";
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

/** The bloom of one topic as three indexes of nine bits in one number; for pools, which match envelopes by the 100,000. */
export function packedBloomOf(topic: Topic): number {
  const [first, second, third] = bitsOf(topic);
  const middle = isSameByte(second, third) ? third : second;
  const left = isSameByte(first, third) ? third : isSameByte(first, middle) ? middle : first;
  return (left << 18) | (middle << 9) | third;
}

/** What `matches` says of a bloom of one topic. */
export function matchesPacked(filter: Bloom | undefined, packed: number): boolean {
  if (filter === undefined) return true;
  return isSet(filter, packed >> 18) && isSet(filter, (packed >> 9) & 0x1ff) && isSet(filter, packed & 0x1ff);
}

/** Whether `bloom` wants everything: absent, or all ones. */
export const isFull = (bloom: Bloom | undefined): boolean =>
  bloom === undefined || bloom.every((byte) => byte === 0xff);

/** The share of bits that are set, 0 to 1. */
export const fill = (bloom: Bloom): number => bloom.reduce((bits, byte) => bits + ones(byte), 0) / (8 * BLOOM_LENGTH);

/** What a node that announces `bloom` gives away: the more match, the better its true topics are hidden. */
export interface Exposure {
  /** How many of the 5000 partitioned topics match. */
  readonly partitions: number;
  /** The share of all 2^32 topics that match, 0 to 1. */
  readonly topics: number;
}

/** Counts the topics that match `bloom`; hashes the name of every partition. */
export function exposure(hashes: Hashes, bloom: Bloom): Exposure {
  let partitions = 0;
  for (let partition = 0; partition < PARTITIONS; partition++) {
    if (matches(bloom, bloomOf(topicOf(hashes, partitionedTopicName(partition))))) partitions++;
  }
  return { partitions, topics: topicShare(bloom) };
}

/**
 * A topic falls into three bytes, drawn one after another; a bit counts unless a later one falls into its byte.
 * So the share is the mean, over all draws of last and middle byte, of the chances of the three bits that count.
 */
function topicShare(bloom: Bloom): number {
  const chances = Array.from(bloom, (byte) => ones(byte) / 8);
  const total = chances.reduce((sum, chance) => sum + chance, 0);
  let share = 0;
  for (const [index, last] of chances.entries()) {
    for (const [other, middle] of chances.entries()) {
      const same = index === other;
      const first = same ? total - last + 1 : total - last - middle + 2;
      share += last * (same ? 1 : middle) * first;
    }
  }
  return share / BLOOM_LENGTH ** 3;
}

function bitsOf(topic: Topic): [number, number, number] {
  const word = Number.parseInt(topic.slice(2), 16);
  return [
    (word >>> 24) + 256 * (word & 1),
    ((word >>> 16) & 0xff) + 256 * ((word >> 1) & 1),
    ((word >>> 8) & 0xff) + 256 * ((word >> 2) & 1),
  ];
}

const isSameByte = (index: number, other: number): boolean => index >> 3 === other >> 3;
const isSet = (bloom: Bloom, index: number): boolean => (((bloom[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;

function ones(byte: number): number {
  let count = 0;
  for (let rest = byte; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}
