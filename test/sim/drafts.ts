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

export function randomEnvelope(hashes: Hashes, random: SeededRandom, options: DraftOptions): Envelope {
  return envelopeOf(hashes, options, random.bytes(random.between(28, 600)));
}

/** Of some 70 KB; four of them do not fit into one packet. */
export function largeEnvelope(hashes: Hashes, random: SeededRandom, options: DraftOptions): Envelope {
  const data = new Uint8Array(random.between(66_000, 80_000));
  data.set(random.bytes(32));
  return envelopeOf(hashes, options, data);
}

function envelopeOf(hashes: Hashes, { topic, ttl, now }: DraftOptions, data: Uint8Array): Envelope {
  const draft = { expiry: toSeconds(now) + ttl, ttl, topic, data };
  const result = step(startSearch(hashes, draft, requiredBits(2 * SIM_MIN_POW, data.length, ttl)), 2 ** 20);
  if (result.found === undefined) throw new Error("no proof of work found");
  return encodeEnvelope(hashes, draft, BigInt(result.found));
}
