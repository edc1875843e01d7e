/**
 * The way of an envelope into the pool: known, refused, or taken in. Counts what becomes of all.
 *
 * What is in the pool already costs one hash, whoever sends it how often; what is refused is never copied.
 */
import type { Hashes } from "../crypto/crypto.ts";
import type { Millis } from "../platform/time.ts";
import { type AdmissionRules, errorOf } from "./admission.ts";
import { decodeFields, type EnvelopeFields, type EnvelopeHash, hashOf } from "./envelope.ts";
import type { EnvelopeError } from "./packets.ts";
import type { EnvelopePool, Pooled } from "./pool.ts";
import type { Admission } from "./whisper-io.ts";

/** An envelope on its way in, as a view of the bytes that brought it. */
export interface Candidate {
  readonly hash: EnvelopeHash;
  readonly bytes: Uint8Array;
  /** Undefined when it was in the pool already, and so is known to be well-formed. */
  readonly fields: EnvelopeFields | undefined;
}

export type Reception =
  | { readonly type: "added"; readonly pooled: Pooled; readonly evicted: readonly Pooled[] }
  | { readonly type: "known"; readonly pooled: Pooled }
  /** `error` is what to tell the sender, if anything. */
  | { readonly type: Exclude<Admission, "added" | "known">; readonly error: EnvelopeError | undefined };

export class Intake {
  readonly #hashes: Hashes;
  readonly #rules: AdmissionRules;
  readonly #pool: EnvelopePool;
  readonly #counts: Record<Admission, number> = {
    added: 0,
    known: 0,
    expired: 0,
    future: 0,
    weak: 0,
    oversized: 0,
    unwanted: 0,
    invalid: 0,
    crowded: 0,
  };

  constructor(hashes: Hashes, rules: AdmissionRules, pool: EnvelopePool) {
    this.#hashes = hashes;
    this.#rules = rules;
    this.#pool = pool;
  }

  /** How many envelopes met which fate. */
  get counts(): Readonly<Record<Admission, number>> {
    return { ...this.#counts };
  }

  /** Reads an encoded envelope; throws `RemoteError` when it is none. */
  read(bytes: Uint8Array): Candidate {
    const hash = hashOf(this.#hashes, bytes);
    return { hash, bytes, fields: this.#pool.has(hash) ? undefined : decodeFields(bytes) };
  }

  /** Takes the envelope into the pool if it is welcome and there is room. */
  offer(candidate: Candidate, { own }: Pick<Pooled, "own">, now: Millis): Reception {
    const reception = this.#decide(candidate, own, now);
    this.#counts[reception.type]++;
    return reception;
  }

  #decide(candidate: Candidate, own: boolean, now: Millis): Reception {
    const { hash } = candidate;
    const pooled = this.#pool.get(hash);
    if (pooled) return { type: "known", pooled };
    const fields = candidate.fields ?? decodeFields(candidate.bytes);
    const judgement = this.#rules.judge(fields, now);
    const outcome =
      judgement.type === "welcome" ? this.#pool.add(fields, { hash, pow: judgement.pow, own }) : judgement;
    if (outcome.type === "added") return outcome;
    return { type: outcome.type, error: errorOf({ hash, expiry: fields.expiry }, outcome.type, now) };
  }
}
