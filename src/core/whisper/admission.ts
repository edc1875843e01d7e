/**
 * Which envelopes a node takes (spec section 7), before it is asked whether it has room for them.
 *
 * Checks that cost nothing come first, the hash for the proof of work last. A minimum of work or an interest that was
 * replaced is tolerated for ten seconds: peers hear of the new one later than we decide on it.
 * Stricter than the reference where that invites abuse (section 18): a ttl of 0 has infinite work, a ttl beyond `expiry` wraps
 * the time of sending, and a ttl of months fills pools at no price.
 */
import type { Hashes } from "../crypto/crypto.ts";
import { type Millis, NEVER, SECOND, toSeconds } from "../platform/time.ts";
import { joinBlooms, matchesPacked, packedBloomOf } from "./bloom.ts";
import { type Envelope, type EnvelopeFields, sentAt, sizeOf, workOf } from "./envelope.ts";
import { type EnvelopeError, ERROR_CODES } from "./packets.ts";
import type { Admission, Bloom } from "./whisper-io.ts";

export interface AdmissionTerms {
  /** Least proof of work. */
  readonly minPow: number;
  /** What we want; undefined = everything. */
  readonly bloom: Bloom | undefined;
  /** Largest `sizeOf` of an envelope. */
  readonly maxSize: number;
  /** Longest time to live, in seconds. */
  readonly maxTtl: number;
  /** How far ahead of ours a sender's clock may be, in seconds. */
  readonly clockSkew: number;
}

/** How long a replaced announcement is tolerated, in seconds. */
export const SYNC_ALLOWANCE = 10;
/** An envelope that expired no more seconds ago was still on its way and is passed over in silence. */
const EXPIRED_IN_TRANSIT = 2 * SYNC_ALLOWANCE;
/** What nodes ask for that were told nothing: tolerated until our minimum is first changed, as the reference does. */
export const DEFAULT_MIN_POW = 0.2;

export type Refusal = Exclude<Admission, "added" | "known" | "crowded">;

export type Judgement =
  /** `pow` is what the envelope is worth to us: less than it has when it seems to come from the future. */
  { readonly type: "welcome"; readonly pow: number } | { readonly type: Refusal };

interface Tolerated<T> {
  readonly value: T;
  readonly until: Millis;
}

export class AdmissionRules {
  readonly #hashes: Hashes;
  #terms: AdmissionTerms;
  #oldMinPow: Tolerated<number> = { value: DEFAULT_MIN_POW, until: NEVER };
  #oldBloom: Tolerated<Bloom | undefined> | undefined;

  constructor(hashes: Hashes, terms: AdmissionTerms) {
    this.#hashes = hashes;
    this.#terms = terms;
  }

  get minPow(): number {
    return this.#terms.minPow;
  }

  get bloom(): Bloom | undefined {
    return this.#terms.bloom;
  }

  changeMinPow(minPow: number, now: Millis): void {
    const tolerated = this.#oldMinPow.until > now ? this.#oldMinPow.value : this.#terms.minPow;
    this.#oldMinPow = { value: Math.min(tolerated, this.#terms.minPow), until: now + SYNC_ALLOWANCE * SECOND };
    this.#terms = { ...this.#terms, minPow };
  }

  changeBloom(bloom: Bloom, now: Millis): void {
    const tolerated = this.#oldBloom && this.#oldBloom.until > now ? [this.#oldBloom.value] : [];
    this.#oldBloom = { value: either([...tolerated, this.#terms.bloom]), until: now + SYNC_ALLOWANCE * SECOND };
    this.#terms = { ...this.#terms, bloom };
  }

  /** What is to become of an envelope that is not in the pool. */
  judge(envelope: EnvelopeFields, now: Millis): Judgement {
    const second = toSeconds(now);
    const { ttl, expiry } = envelope;
    if (ttl === 0 || ttl > expiry || ttl > this.#terms.maxTtl) return { type: "invalid" };
    const ahead = sentAt(envelope) - second;
    if (ahead > this.#terms.clockSkew) return { type: "future" };
    if (expiry < second) return { type: "expired" };
    if (sizeOf(envelope) > this.#terms.maxSize) return { type: "oversized" };
    if (!this.#wants(packedBloomOf(envelope.topic), now)) return { type: "unwanted" };
    const pow = workOf(this.#hashes, envelope, ahead > 0 ? ahead + 1 : 0);
    return this.#isEnough(pow, now) ? { type: "welcome", pow } : { type: "weak" };
  }

  #isEnough(pow: number, now: Millis): boolean {
    return pow >= this.#terms.minPow || (now < this.#oldMinPow.until && pow >= this.#oldMinPow.value);
  }

  #wants(packed: number, now: Millis): boolean {
    if (matchesPacked(this.#terms.bloom, packed)) return true;
    return this.#oldBloom !== undefined && now < this.#oldBloom.until && matchesPacked(this.#oldBloom.value, packed);
  }
}

/** What any of the filters wants; undefined, everything, when one of them does. */
function either(filters: readonly (Bloom | undefined)[]): Bloom | undefined {
  const blooms = filters.filter((filter) => filter !== undefined);
  return blooms.length < filters.length ? undefined : joinBlooms(blooms);
}

const DESCRIPTIONS: Record<Refusal | "crowded", string> = {
  future: "envelope from future",
  expired: "very old envelope",
  weak: "envelope with low PoW received",
  oversized: "huge messages are not allowed",
  unwanted: "envelope does not match bloom filter",
  invalid: "envelope with invalid ttl",
  crowded: "pool is full",
};

/**
 * What a message response says of an envelope that was refused; undefined when it says nothing. The texts begin like the
 * reference's. It gives the code of time errors to all; here the others have their own.
 */
export function errorOf(
  { hash, expiry }: Pick<Envelope, "hash" | "expiry">,
  refusal: Refusal | "crowded",
  now: Millis,
): EnvelopeError | undefined {
  if (refusal === "expired" && expiry + EXPIRED_IN_TRANSIT >= toSeconds(now)) return undefined;
  const isAboutTime = refusal === "future" || refusal === "expired";
  const code = isAboutTime ? ERROR_CODES.timeNotSynced : ERROR_CODES.other;
  return { hash, code, description: DESCRIPTIONS[refusal] };
}
