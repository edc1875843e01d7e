/**
 * The envelopes that a node holds: each once, until it expires (spec section 8).
 *
 * Bounded in bytes and count. When it is full the weakest leaves first, of equals the one that expires soonest: work is what
 * senders pay for a place, per byte and second. Our own envelopes stay, for nobody else has them.
 * Not concerned with whether an envelope is welcome (admission.ts) or whom it is sent to (peer.ts).
 *
 * An envelope is held in a numbered row, so that others can keep facts about all of them in a few bits each (row-set.ts).
 * Rows are used again: who keeps facts forgets those of the rows that left.
 */
import { assert } from "../platform/errors.ts";
import type { Seconds } from "../platform/time.ts";
import { Arena, type Parcel } from "./arena.ts";
import { packedBloomOf } from "./bloom.ts";
import { type Digests, type Envelope, type EnvelopeFields, type EnvelopeHash, keepEnvelope } from "./envelope.ts";
import { RowHeap } from "./row-heap.ts";

export interface PoolLimits {
  /** Of the encoded envelopes; what the process needs for holding them comes to about as much again. */
  readonly maxBytes: number;
  readonly maxCount: number;
}

export interface Pooled {
  readonly row: number;
  readonly envelope: Envelope;
  /** Whether we posted it. */
  readonly own: boolean;
  /** The bloom of its topic, as `packedBloomOf` gives it. */
  readonly bloom: number;
}

interface Entry extends Pooled {
  readonly parcel: Parcel;
}

/** What decides over a place in a full pool. */
interface Rank extends Pick<Pooled, "own"> {
  readonly envelope: Pick<Envelope, "pow" | "expiry">;
}

export type PoolAddition =
  | { readonly type: "added"; readonly pooled: Pooled; readonly evicted: readonly Pooled[] }
  /** The pool is full of envelopes with as much work or more. */
  | { readonly type: "crowded" };

export class EnvelopePool {
  readonly #limits: PoolLimits;
  readonly #arena = new Arena();
  readonly #byHash = new Map<EnvelopeHash, Entry>();
  readonly #rows: (Entry | undefined)[] = [];
  readonly #freeRows: number[] = [];
  readonly #byExpiry = new RowHeap((row, other) => this.#at(row).envelope.expiry < this.#at(other).envelope.expiry);
  readonly #byWork = new RowHeap((row, other) => isWeaker(this.#at(row), this.#at(other)));
  #bytes = 0;

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#byHash.size;
  }

  /** Of the encoded envelopes. */
  get bytes(): number {
    return this.#bytes;
  }

  has(hash: EnvelopeHash): boolean {
    return this.#byHash.has(hash);
  }

  get(hash: EnvelopeHash): Pooled | undefined {
    return this.#byHash.get(hash);
  }

  /** What is held in `row`. */
  at(row: number): Envelope | undefined {
    return this.#rows[row]?.envelope;
  }

  all(): Iterable<Pooled> {
    return this.#byHash.values();
  }

  /** The last second in which everything here is valid; undefined when nothing is here. */
  nextExpiry(): Seconds | undefined {
    const row = this.#byExpiry.first;
    return row === undefined ? undefined : this.#at(row).envelope.expiry;
  }

  /** Takes in an envelope that is not here yet, at the cost of weaker ones if need be. Copies its bytes. */
  add(fields: EnvelopeFields, { hash, pow, own }: Digests & Pick<Pooled, "own">): PoolAddition {
    const evicted = this.#makeRoom(fields.bytes.length, { envelope: { pow, expiry: fields.expiry }, own });
    if (!evicted) return { type: "crowded" };
    const row = this.#freeRows.pop() ?? this.#rows.length;
    const parcel = this.#arena.store(fields.bytes);
    const envelope = keepEnvelope(fields, { hash, pow }, parcel);
    const pooled = { row, envelope, own, bloom: packedBloomOf(fields.topic), parcel };
    this.#rows[row] = pooled;
    this.#byHash.set(hash, pooled);
    this.#byExpiry.add(row);
    this.#byWork.add(row);
    this.#bytes += parcel.length;
    return { type: "added", pooled, evicted };
  }

  /** Removes and gives what expired before `now`. */
  expire(now: Seconds): Pooled[] {
    const expired: Pooled[] = [];
    for (let next = this.nextExpiry(); next !== undefined && next < now; next = this.nextExpiry()) {
      const entry = this.#at(this.#byExpiry.first ?? -1);
      this.#byWork.remove(entry.row);
      this.#release(entry);
      expired.push(entry);
    }
    this.#arena.tidy();
    return expired;
  }

  /** Removes and gives the weaker envelopes in whose place the newcomer fits; removes none when it fits in no case. */
  #makeRoom(length: number, newcomer: Rank): Pooled[] | undefined {
    const victims: Entry[] = [];
    let bytes = this.#bytes + length;
    while (bytes > this.#limits.maxBytes || this.count - victims.length >= this.#limits.maxCount) {
      const weakest = this.#byWork.first;
      if (weakest === undefined || !isWeaker(this.#at(weakest), newcomer)) {
        for (const { row } of victims) this.#byWork.add(row);
        return undefined;
      }
      const victim = this.#at(weakest);
      this.#byWork.remove(weakest);
      victims.push(victim);
      bytes -= victim.parcel.length;
    }
    for (const victim of victims) this.#release(victim);
    this.#arena.tidy();
    return victims;
  }

  /** Lets go of what is out of the order of work already. */
  #release({ row, envelope, parcel }: Entry): void {
    this.#byExpiry.remove(row);
    this.#byHash.delete(envelope.hash);
    this.#rows[row] = undefined;
    this.#freeRows.push(row);
    this.#arena.release(parcel);
    this.#bytes -= parcel.length;
  }

  #at(row: number): Entry {
    const entry = this.#rows[row];
    assert(entry !== undefined, `row ${row} of the pool is in use`);
    return entry;
  }
}

function isWeaker(one: Rank, other: Rank): boolean {
  if (one.own !== other.own) return other.own;
  const [a, b] = [one.envelope, other.envelope];
  return a.pow === b.pow ? a.expiry < b.expiry : a.pow < b.pow;
}
