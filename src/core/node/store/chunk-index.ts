/**
 * The index of one chunk file: where its records are, by key and by order, in 28 bytes for each.
 *
 * ```
 * index := magic: uint32 | crc32 of the rest: uint32 | size: uint32 | count: uint32 | groups: uint32 | names: uint32
 *          order: float64[count]                   ascending; equal orders as they arrived
 *          offset, length: uint32[count]           of the lines, in the same sequence
 *          posting: uint32[count]                  positions in that sequence, group by group
 *          hash, position: uint32[count]           crc32 of the keys, ascending, and the positions they lead to
 *          start: uint32[groups]                   where each group's postings begin
 *          names: byte[names]                      JSON list of the groups
 * ```
 * All in the machine's byte order, which is little-endian: elsewhere the magic differs and the index is made anew. It can
 * always be made anew from the chunk, so it is never synced, and anything odd about it means just that.
 */
import { crc32 } from "node:zlib";
import { concatBytes, utf8 } from "../../bytes/bytes.ts";

/** Where a record's line is in the chunk, in bytes. */
export interface Place {
  readonly offset: number;
  readonly length: number;
}

export interface IndexEntry extends Place {
  readonly hash: number;
  readonly group: string;
  readonly order: number;
}

const MAGIC = 0x31_78_63_73; // "scx1"
const HEADER = 24;

/** Keys that share a hash are told apart by reading the record. */
export const hashKey = (key: string): number => crc32(key);

export class ChunkIndex {
  /** Bytes of the chunk that are indexed. */
  readonly size: number;
  /** The index as a file; the columns are views of it. */
  readonly encoded: Uint8Array;
  readonly #orders: Float64Array;
  readonly #offsets: Uint32Array;
  readonly #lengths: Uint32Array;
  readonly #postings: Uint32Array;
  readonly #hashes: Uint32Array;
  readonly #positions: Uint32Array;
  readonly #starts: Uint32Array;
  readonly #groups: readonly string[];

  /** `bytes` are checked and begin their buffer. */
  private constructor(bytes: Uint8Array) {
    const [, , size = 0, count = 0, groups = 0, names = 0] = new Uint32Array(bytes.buffer, 0, HEADER / 4);
    let offset = HEADER;
    const column = (length: number): Uint32Array => {
      offset += 4 * length;
      return new Uint32Array(bytes.buffer, offset - 4 * length, length);
    };
    this.size = size;
    this.encoded = bytes;
    this.#orders = new Float64Array(bytes.buffer, offset, count);
    offset += 8 * count;
    this.#offsets = column(count);
    this.#lengths = column(count);
    this.#postings = column(count);
    this.#hashes = column(count);
    this.#positions = column(count);
    this.#starts = column(groups);
    this.#groups = JSON.parse(new TextDecoder().decode(bytes.subarray(offset, offset + names)));
  }

  /** The index of the first `size` bytes of a chunk; `entries` stand as they arrived. */
  static of(entries: readonly IndexEntry[], size: number): ChunkIndex {
    return new ChunkIndex(encodeIndex(entries, size));
  }

  /** Reads the file that `encoded` became; undefined when it is anything else. */
  static decode(encoded: Uint8Array): ChunkIndex | undefined {
    const bytes = Uint8Array.from(encoded);
    if (bytes.length < HEADER) return undefined;
    const [magic, crc, , count = 0, groups = 0, names = 0] = new Uint32Array(bytes.buffer, 0, HEADER / 4);
    const length = HEADER + 28 * count + 4 * groups + names;
    if (magic !== MAGIC || bytes.length !== length || crc !== crc32(bytes.subarray(8))) return undefined;
    return new ChunkIndex(bytes);
  }

  get count(): number {
    return this.#orders.length;
  }

  /** Where the lines of the records are whose key has this hash: mostly none or one. */
  withHash(hash: number): readonly Place[] {
    let low = 0;
    for (let high = this.count; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((this.#hashes[middle] ?? 0) < hash) low = middle + 1;
      else high = middle;
    }
    const places: Place[] = [];
    for (; this.#hashes[low] === hash; low++) places.push(this.at(this.#positions[low] ?? 0));
    return places;
  }

  /** Positions of the group's records, by order; all of them without a group. */
  positionsOf(group: string | undefined): { readonly length: number; at(index: number): number } {
    if (group === undefined) return { length: this.count, at: (index) => index };
    const found = this.#groups.indexOf(group);
    const start = found < 0 ? 0 : (this.#starts[found] ?? 0);
    const end = found < 0 ? 0 : (this.#starts[found + 1] ?? this.count);
    return { length: end - start, at: (index) => this.#postings[start + index] ?? 0 };
  }

  orderAt(position: number): number {
    return this.#orders[position] ?? 0;
  }

  at(position: number): Place {
    return { offset: this.#offsets[position] ?? 0, length: this.#lengths[position] ?? 0 };
  }

  /** What the index was made of, as it arrived. */
  entries(): IndexEntry[] {
    const groups: string[] = [];
    for (const group of this.#groups) {
      const { length, at } = this.positionsOf(group);
      for (let index = 0; index < length; index++) groups[at(index)] = group;
    }
    const hashes = new Uint32Array(this.count);
    this.#positions.forEach((position, index) => {
      hashes[position] = this.#hashes[index] ?? 0;
    });
    const entries = Array.from(hashes, (hash, position) => {
      return { hash, group: groups[position] ?? "", order: this.orderAt(position), ...this.at(position) };
    });
    return entries.sort((a, b) => a.offset - b.offset);
  }
}

function encodeIndex(entries: readonly IndexEntry[], size: number): Uint8Array {
  const sorted = entries.toSorted((a, b) => a.order - b.order);
  const groups = groupPositions(sorted);
  const byHash = sorted.map(({ hash }, position) => ({ hash, position })).sort((a, b) => a.hash - b.hash);
  const names = utf8(JSON.stringify([...groups.keys()]));
  const postings = [...groups.values()];
  let start = 0;
  const starts = postings.map((list) => {
    start += list.length;
    return start - list.length;
  });
  const body = concatBytes(
    bytesOf(Uint32Array.of(size, entries.length, groups.size, names.length)),
    bytesOf(Float64Array.from(sorted, ({ order }) => order)),
    bytesOf(Uint32Array.from(sorted, ({ offset }) => offset)),
    bytesOf(Uint32Array.from(sorted, ({ length }) => length)),
    bytesOf(Uint32Array.from(postings.flat())),
    bytesOf(Uint32Array.from(byHash, ({ hash }) => hash)),
    bytesOf(Uint32Array.from(byHash, ({ position }) => position)),
    bytesOf(Uint32Array.from(starts)),
    names,
  );
  return concatBytes(bytesOf(Uint32Array.of(MAGIC, crc32(body))), body);
}

const bytesOf = (column: Uint32Array | Float64Array): Uint8Array => new Uint8Array(column.buffer);

function groupPositions(sorted: readonly IndexEntry[]): Map<string, number[]> {
  const groups = new Map<string, number[]>(); // BOUNDED BY the records of a chunk
  sorted.forEach(({ group }, position) => {
    const positions = groups.get(group) ?? [];
    positions.push(position);
    groups.set(group, positions);
  });
  return groups;
}
