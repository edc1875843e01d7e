/**
 * What a light client tells its peers it wants: a bloom filter of its topics, kept wide.
 *
 * A narrow filter gives its topics away (spec/whisper section 18). So decoy topics are mixed in until a share of the bits
 * is set. Decoys follow from a secret seed: were they drawn anew each time, two sightings of the same client
 * would show its true topics as their intersection.
 */
import { bigEndian, concatBytes } from "../bytes/bytes.ts";
import type { Hashes } from "../crypto/crypto.ts";
import { bloomOf, fill, joinBlooms, matches } from "./bloom.ts";
import type { Topic } from "./envelope.ts";
import { topicFromBytes } from "./topic.ts";
import type { Bloom } from "./whisper-io.ts";

/** Share of the 512 bits that decoys set: about one foreign envelope in 60 is received besides the wanted ones. */
export const WIDE_SHARE = 0.25;

export interface InterestOptions {
  /** Secret bytes that are the same at every start, such as a hash of the node key. */
  readonly seed: Uint8Array;
  /** Share of bits, 0 .. 1; 0 = no decoys. */
  readonly share?: number;
}

export class Interest {
  #bloom: Bloom;

  constructor(hashes: Hashes, { seed, share = WIDE_SHARE }: InterestOptions) {
    this.#bloom = decoys(hashes, seed, share);
  }

  get bloom(): Bloom {
    return this.#bloom;
  }

  /** The filter that covers these topics too, to be announced; undefined when nothing changes. It never shrinks. */
  widen(topics: readonly Topic[]): Bloom | undefined {
    const missing = topics.map(bloomOf).filter((bloom) => !matches(this.#bloom, bloom));
    if (missing.length === 0) return undefined;
    this.#bloom = joinBlooms([this.#bloom, ...missing]);
    return this.#bloom;
  }
}

function decoys(hashes: Hashes, seed: Uint8Array, share: number): Bloom {
  let bloom = joinBlooms([]);
  for (let index = 0; fill(bloom) < share; index++) {
    const topic = topicFromBytes(hashes.keccak256(concatBytes(seed, bigEndian(index, 4))));
    bloom = joinBlooms([bloom, bloomOf(topic)]);
  }
  return bloom;
}
