/** Limits on how often something may happen. Not concerned with what happens when they are passed. */
import { type Millis, SECOND } from "../platform/time.ts";

export interface Rate {
  /** How much may happen at once. */
  readonly burst: number;
  /** How much may happen per second in the long run. */
  readonly perSecond: number;
}

/** Tokens that come back steadily; whoever does something takes them. Full at first. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  /** When `#tokens` was right. */
  #at: Millis = Number.NEGATIVE_INFINITY;

  constructor(rate: Rate) {
    this.#rate = rate;
    this.#tokens = rate.burst;
  }

  /** Takes `cost` tokens, or none when there are fewer. */
  take(now: Millis, cost = 1): boolean {
    this.#refill(now);
    if (this.#tokens < cost) return false;
    this.#tokens -= cost;
    return true;
  }

  /** The earliest time at which one token is there. */
  readyAt(): Millis {
    return this.#tokens >= 1 ? this.#at : this.#at + Math.ceil(((1 - this.#tokens) / this.#rate.perSecond) * SECOND);
  }

  isFull(now: Millis): boolean {
    this.#refill(now);
    return this.#tokens === this.#rate.burst;
  }

  #refill(now: Millis): void {
    // A clock that is set back earns nothing, and must not stop the refill until it has caught up.
    const earned = (Math.max(0, now - this.#at) / SECOND) * this.#rate.perSecond;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + earned);
    this.#at = now;
  }
}

/** Keys looked at between two rounds of forgetting. */
const ROUND = 1024;
/** Keys remembered; a bucket takes some 150 bytes, and a peer can ask for one per topic of a full pool. */
const KEYS_MAX = 16_384;

/**
 * The same limit for each of many keys, such as addresses: `perSecond` a second, and as much at once. 0 = no limit.
 * A bucket is full again a second after its key fell silent and is forgotten then. When there are too many, new keys are over
 * their limit until others are forgotten.
 */
export class RateLimiter {
  readonly #perSecond: number;
  readonly #buckets = new Map<string, TokenBucket>(); // BOUNDED BY `KEYS_MAX`
  #untilRound = ROUND;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Counts one event of `key`; false when it is over the limit. */
  take(key: string, now: Millis): boolean {
    if (this.#perSecond === 0) return true;
    if (--this.#untilRound <= 0) this.#forget(now);
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      if (this.#buckets.size === KEYS_MAX) return false;
      bucket = new TokenBucket({ burst: this.#perSecond, perSecond: this.#perSecond });
      this.#buckets.set(key, bucket);
    }
    return bucket.take(now);
  }

  #forget(now: Millis): void {
    for (const [key, bucket] of this.#buckets) if (bucket.isFull(now)) this.#buckets.delete(key);
    this.#untilRound = Math.max(ROUND, this.#buckets.size);
  }
}
