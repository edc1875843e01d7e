/** Envelopes for scenarios: random data with just enough proof of work. */
import type { Hashes } from "../../src/core/crypto/crypto.ts";
import { type Millis, toSeconds } from "../../src/core/platform/time.ts";
import { type Envelope, encodeEnvelope, type Topic } from "../../src/core/whisper/envelope.ts";
import { requiredBits } from "../../src/core/whisper/pow.ts";
import { startSearch, step } from "../../src/core/whisper/pow-search.ts";
import type { SeededRandom } from "./random.ts";

/** The minimum that scenarios set for their nodes. */
export const SIM_MIN_POW = 0.0001;

export interface DraftOptions {
  readonly topic: Topic;
  /** Seconds. */
  readonly ttl: number;
  readonly now: Millis;
}

export function randomEnvelope(hashes: Hashes, random: SeededRandom, { topic, ttl, now }: DraftOptions): Envelope {
  const data = random.bytes(random.between(28, 600));
  const draft = { expiry: toSeconds(now) + ttl, ttl, topic, data };
  const result = step(startSearch(hashes, draft, requiredBits(2 * SIM_MIN_POW, data.length, ttl)), 2 ** 20);
  if (result.found === undefined) throw new Error("no proof of work found");
  return encodeEnvelope(hashes, draft, BigInt(result.found));
}
