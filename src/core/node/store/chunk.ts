/**
 * One chunk file of a segment, and its index. Not concerned with how chunks make a segment: see `segment-files.ts`.
 *
 * chunk := checked line of {key, group, order, value}, as they arrived
 */
import { concatBytes } from "../../bytes/bytes.ts";
import type { EnvironmentError } from "../../platform/errors.ts";
import type { TextRecord } from "../../profile/changes.ts";
import type { SortedRecords } from "../../profile/sorted-records.ts";
import { decodeLine, encodeValueLine, linesOf, splitValue } from "./checked-line.ts";
import { ChunkIndex, hashKey, type IndexEntry, type Place } from "./chunk-index.ts";
import { type Disk, replaceFile } from "./disk.ts";
import { readPrivate, statPrivate } from "./permissions.ts";
import { damagedFile } from "./profile-errors.ts";

/** The part of a chunk file that belongs to the profile. */
export interface ChunkExtent {
  readonly count: number;
  /** Bytes; undefined = the whole file, of a chunk that is complete. */
  readonly size: number | undefined;
}

export interface ChunkFiles {
  readonly disk: Disk;
  /** Without the endings `.ndjson` and `.index`. */
  readonly path: string;
  /** Whether an index that had to be made anew is written. */
  readonly mayWrite: boolean;
}

export class Chunk {
  readonly #files: ChunkFiles;
  readonly #extent: ChunkExtent;
  #index: ChunkIndex | undefined;

  constructor(files: ChunkFiles, extent: ChunkExtent, index?: ChunkIndex) {
    this.#files = files;
    this.#extent = extent;
    this.#index = index;
  }

  get count(): number {
    return this.#extent.count;
  }

  get size(): number {
    return this.#extent.size ?? this.#load().size;
  }

  /** The text of the record's value; `hash` is its key's. Throws `EnvironmentError` DAMAGED. */
  find(key: string, hash: number): string | undefined {
    for (const place of this.#load().withHash(hash)) {
      const record = this.#read(place);
      if (record.key === key) return record.text;
    }
    return undefined;
  }

  sorted(group: string | undefined): SortedRecords {
    const index = this.#load();
    const positions = index.positionsOf(group);
    return {
      length: positions.length,
      orderAt: (at) => index.orderAt(positions.at(at)),
      textAt: (at) => this.#read(index.at(positions.at(at))).text,
    };
  }

  /** Appends to the file, durably. This chunk goes on to show what it did; the returned one shows all. */
  extend(records: readonly TextRecord[]): Chunk {
    const entries = this.count === 0 ? [] : this.#load().entries();
    const lines = records.map(encodeRecord);
    let size = this.size;
    records.forEach(({ key, group, order }, at) => {
      const length = lines[at]?.length ?? 0;
      entries.push({ hash: hashKey(key), group, order, offset: size, length });
      size += length;
    });
    this.#append(concatBytes(...lines));
    const index = ChunkIndex.of(entries, size);
    this.#writeIndex(index);
    return new Chunk(this.#files, { count: entries.length, size }, index);
  }

  /** What a checkpoint that was cut short may have left after our part is cut off first. */
  #append(bytes: Uint8Array): void {
    const { disk } = this.#files;
    const file = disk.stat(this.#dataPath) ? disk.open(this.#dataPath) : disk.create(this.#dataPath);
    try {
      file.truncate(this.size);
      file.write(this.size, bytes);
      file.sync();
    } finally {
      file.close();
    }
  }

  #read({ offset, length }: Place): TextRecord {
    const text = decodeLine(this.#files.disk.readRange(this.#dataPath, offset, length));
    if (text === undefined) throw this.#damaged(`it does not read at byte ${offset}`, "a record");
    return decodeRecord(text);
  }

  #load(): ChunkIndex {
    this.#index ??= this.#loadIndex();
    return this.#index;
  }

  /** The index from its file, or made anew when that is missing, damaged, or of another checkpoint. */
  #loadIndex(): ChunkIndex {
    const { disk, mayWrite } = this.#files;
    const found = statPrivate(disk, this.#dataPath)?.size;
    if (found === undefined) throw this.#damaged("it is missing", `${this.count} records`);
    const size = this.#extent.size ?? found;
    if (found < size) throw this.#damaged(`${size - found} of ${size} bytes are missing`);
    const stored = ChunkIndex.decode(readPrivate(disk, this.#indexPath) ?? new Uint8Array());
    if (stored?.size === size && stored.count === this.count) return stored;
    const entries = this.#scan(size);
    if (entries.length !== this.count) throw this.#damaged(`${entries.length} records instead of ${this.count}`);
    const index = ChunkIndex.of(entries, size);
    if (mayWrite) this.#writeIndex(index);
    return index;
  }

  #scan(size: number): IndexEntry[] {
    const entries: IndexEntry[] = [];
    for (const { offset, bytes } of linesOf(this.#files.disk.readRange(this.#dataPath, 0, size))) {
      const text = decodeLine(bytes);
      if (text === undefined) throw this.#damaged(`it does not read at byte ${offset}`);
      const { key, group, order } = decodeRecord(text);
      entries.push({ hash: hashKey(key), group, order, offset, length: bytes.length });
    }
    return entries;
  }

  #writeIndex(index: ChunkIndex): void {
    replaceFile(this.#files.disk, this.#indexPath, index.encoded, { durable: false });
  }

  #damaged(why: string, lost = `some of ${this.count} records`): EnvironmentError {
    return damagedFile(this.#dataPath, why, lost);
  }

  get #dataPath(): string {
    return `${this.#files.path}.ndjson`;
  }

  get #indexPath(): string {
    return `${this.#files.path}.index`;
  }
}

const encodeRecord = ({ text, ...head }: TextRecord): Uint8Array => encodeValueLine(head, text);

/** The record in the object of a line. */
export function decodeRecord(object: string): TextRecord {
  const { head, value } = splitValue(object);
  const { key, group, order }: Omit<TextRecord, "text"> = JSON.parse(head);
  return { key, group, order, text: value ?? "null" };
}
