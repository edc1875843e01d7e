/**
 * Memory for byte strings by the 100,000.
 *
 * A `Uint8Array` of its own costs some 450 bytes besides its content, in two objects of the engine and two of the
 * allocator: as much again as an envelope. Here strings share chunks. So that a few survivors do not keep many chunks
 * alive, a chunk that is a quarter empty is given up and what is left in it moves: what is held is at most four thirds
 * of what is stored, and a chunk.
 *
 * Chunks are only ever written behind what is there. So views stay right after a move or a release, for as long as somebody
 * has them.
 */
import { assert } from "../platform/errors.ts";

/** Large against a string, small against the whole. */
const CHUNK_LENGTH = 32 * 2 ** 10;
/** A longer string has a chunk of its own: so less than a quarter of a chunk is left over when the next one begins. */
const SHARED_MAX = CHUNK_LENGTH / 4;

/** A byte string in an arena. */
export interface Parcel {
  readonly length: number;
  /** A view, made anew each time; not to be written to. */
  readonly bytes: Uint8Array;
}

export class Arena {
  #open = new Chunk(CHUNK_LENGTH);
  /** Chunks that are a quarter empty. BOUNDED BY all chunks. */
  readonly #sparse = new Set<Chunk>();
  #capacity = CHUNK_LENGTH;

  /** Bytes of all chunks. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Copies `bytes`. */
  store(bytes: Uint8Array): Parcel {
    const parcel = new Placed(bytes.length);
    this.#chunkFor(bytes.length).take(parcel, bytes);
    return parcel;
  }

  /** Gives the room of `parcel` back; the next `tidy` may move others. */
  release(parcel: Parcel): void {
    assert(parcel instanceof Placed && !parcel.released, "a parcel is released once");
    const { chunk } = parcel;
    parcel.released = true;
    chunk.live -= parcel.length;
    if (chunk !== this.#open) this.#inspect(chunk);
  }

  /** Gives up chunks that are a quarter empty. Costs a copy of at most three bytes for each byte released. */
  tidy(): void {
    for (const chunk of this.#sparse) {
      this.#capacity -= chunk.bytes.length;
      for (const parcel of chunk.parcels) {
        if (!parcel.released) this.#chunkFor(parcel.length).take(parcel, parcel.bytes);
      }
    }
    this.#sparse.clear();
  }

  #chunkFor(length: number): Chunk {
    if (length > SHARED_MAX) {
      this.#capacity += length;
      return new Chunk(length);
    }
    if (length > CHUNK_LENGTH - this.#open.end) {
      this.#inspect(this.#open);
      this.#capacity += CHUNK_LENGTH;
      this.#open = new Chunk(CHUNK_LENGTH);
    }
    return this.#open;
  }

  #inspect(chunk: Chunk): void {
    if (4 * chunk.live < 3 * chunk.bytes.length) this.#sparse.add(chunk);
  }
}

class Chunk {
  readonly bytes: Uint8Array;
  readonly parcels: Placed[] = [];
  /** Bytes of parcels that were not released. */
  live = 0;
  /** From here on it is free. */
  end = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
  }

  take(parcel: Placed, bytes: Uint8Array): void {
    this.bytes.set(bytes, this.end);
    parcel.chunk = this;
    parcel.start = this.end;
    this.parcels.push(parcel);
    this.end += bytes.length;
    this.live += bytes.length;
  }
}

class Placed implements Parcel {
  chunk = NOWHERE;
  start = 0;
  released = false;
  readonly length: number;

  constructor(length: number) {
    this.length = length;
  }

  get bytes(): Uint8Array {
    return this.chunk.bytes.subarray(this.start, this.start + this.length);
  }
}

const NOWHERE = new Chunk(0);
