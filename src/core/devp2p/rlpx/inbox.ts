/**
 * Bytes of a stream between their arrival in chunks and their use in units of known length.
 *
 * A unit that lies in one chunk is handed out as a view of it. Only a unit in pieces is put together, in memory that
 * grows with what has arrived, so that every byte is copied a constant number of times however small the pieces are.
 */
export class Inbox {
  /** Ours: bytes of a unit that is not complete, from `#start` to `#end`. */
  #kept: Uint8Array = NOTHING;
  #start = 0;
  #end = 0;
  /** The caller's: the chunk at hand, used up to `#at`. */
  #chunk: Uint8Array = NOTHING;
  #at = 0;

  /** Bytes that are here and not used yet. BOUNDED BY the lengths asked for, and one chunk. */
  get length(): number {
    return this.#end - this.#start + this.#chunk.length - this.#at;
  }

  /** Takes in a chunk. It is the caller's again after the next `keep`. */
  offer(chunk: Uint8Array): void {
    this.keep();
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** Makes whatever is left of the chunk our own. */
  keep(): void {
    this.#gather(this.#chunk.length - this.#at);
    this.#chunk = NOTHING;
    this.#at = 0;
  }

  /** The next `length` bytes, a view that stands until the next call; undefined until they are all here. */
  peek(length: number): Uint8Array | undefined {
    if (this.length < length) {
      this.keep();
      return undefined;
    }
    if (this.#start === this.#end) return this.#chunk.subarray(this.#at, this.#at + length);
    this.#gather(length - (this.#end - this.#start));
    return this.#kept.subarray(this.#start, this.#start + length);
  }

  /** As `peek`, and the bytes are used. */
  take(length: number): Uint8Array | undefined {
    const bytes = this.peek(length);
    if (bytes === undefined) return undefined;
    if (this.#start === this.#end) this.#at += length;
    else this.#useKept(length);
    return bytes;
  }

  /** Forgets everything. */
  clear(): void {
    this.#kept = NOTHING;
    this.#chunk = NOTHING;
    this.#start = this.#end = this.#at = 0;
  }

  #useKept(length: number): void {
    this.#start += length;
    if (this.#start < this.#end) return;
    this.#start = this.#end = 0;
    if (this.#kept.length > ROOM_HELD_MAX) this.#kept = NOTHING;
  }

  #gather(length: number): void {
    if (length <= 0) return;
    if (this.#end + length > this.#kept.length) this.#makeRoom(length);
    this.#kept.set(this.#chunk.subarray(this.#at, this.#at + length), this.#end);
    this.#end += length;
    this.#at += length;
  }

  /** Doubling is what keeps the number of copies constant. */
  #makeRoom(length: number): void {
    const live = this.#kept.subarray(this.#start, this.#end);
    this.#kept = new Uint8Array(Math.max(ROOM_MIN, 2 * (live.length + length)));
    this.#kept.set(live);
    this.#start = 0;
    this.#end = live.length;
  }
}

const NOTHING = new Uint8Array();
/** Room for a frame of a short message. */
const ROOM_MIN = 256;
/** A connection at rest does not hold on to the room of the largest frame it ever saw. */
const ROOM_HELD_MAX = 2 ** 14;
