/**
 * Segments as chunk files that only grow, so many records each, with an index beside them.
 *
 * ```
 * messages.000001.ndjson   checked lines of {key, group, order, value}, as they arrived
 * messages.000001.index    see chunk-index.ts
 * ```
 * Only checkpoints write here. How many bytes count is written in the journal's header, so what a checkpoint that was cut
 * short has appended is not seen, and is overwritten by the next.
 */
import type { Changes, TextRecord } from "../../profile/changes.ts";
import type { SortedRecords } from "../../profile/sorted-records.ts";
import type { SegmentName } from "../../profile/store.ts";
import { Chunk, type ChunkExtent } from "./chunk.ts";
import { hashKey } from "./chunk-index.ts";
import type { Disk } from "./disk.ts";
import type { SegmentExtent, SegmentExtents } from "./journal.ts";

/** Indexes are loaded when they are first needed. BOUNDED BY the records / `chunkRecords`. */
type Chunks = readonly Chunk[];

export interface SegmentFilesOptions {
  readonly disk: Disk;
  readonly directory: string;
  readonly mayWrite: boolean;
  /** Records in a complete chunk. */
  readonly chunkRecords: number;
}

export class SegmentFiles {
  readonly #options: SegmentFilesOptions;
  #segments: ReadonlyMap<SegmentName, Chunks>;

  /** `extents` are those of the journal's header. */
  constructor(options: SegmentFilesOptions, extents: SegmentExtents) {
    this.#options = options;
    this.#segments = new Map(Object.entries(extents).map(([name, extent]) => [name, this.#chunksOf(name, extent)]));
  }

  find(segment: SegmentName, key: string): string | undefined {
    const hash = hashKey(key);
    for (const chunk of this.#chunks(segment)) {
      const text = chunk.find(key, hash);
      if (text !== undefined) return text;
    }
    return undefined;
  }

  sorted(segment: SegmentName, group: string | undefined): readonly SortedRecords[] {
    return this.#chunks(segment).map((chunk) => chunk.sorted(group));
  }

  count(segment: SegmentName): number {
    return countOf(this.#chunks(segment));
  }

  /** Writes what was appended, durably. It counts from `adopt` on, which comes after the journal that says so. */
  write(changes: Changes): { readonly extents: SegmentExtents; readonly adopt: () => void } {
    const segments = new Map(this.#segments);
    for (const name of changes.segments()) {
      segments.set(name, this.#extend(name, changes.records(name)));
    }
    this.#options.disk.syncDirectory(this.#options.directory);
    return {
      extents: Object.fromEntries([...segments].map(([name, chunks]) => [name, extentOf(chunks)])),
      adopt: () => {
        this.#segments = segments;
      },
    };
  }

  #extend(name: SegmentName, records: readonly TextRecord[]): Chunks {
    const { chunkRecords } = this.#options;
    const chunks = [...this.#chunks(name)];
    for (let rest = records; rest.length > 0; ) {
      const last = chunks.at(-1);
      const open = last && last.count < chunkRecords ? chunks.pop() : undefined;
      const chunk = open ?? this.#chunk(name, chunks.length, { count: 0, size: 0 });
      const fitting = rest.slice(0, chunkRecords - chunk.count);
      chunks.push(chunk.extend(fitting));
      rest = rest.slice(fitting.length);
    }
    return chunks;
  }

  #chunks(segment: SegmentName): Chunks {
    return this.#segments.get(segment) ?? [];
  }

  #chunksOf(name: SegmentName, { count, lastSize }: SegmentExtent): Chunks {
    const { chunkRecords } = this.#options;
    const complete = Math.ceil(count / chunkRecords) - 1;
    return Array.from({ length: complete + 1 }, (_, index) => {
      const last = { count: count - complete * chunkRecords, size: lastSize };
      return this.#chunk(name, index, index < complete ? { count: chunkRecords, size: undefined } : last);
    });
  }

  #chunk(name: SegmentName, index: number, extent: ChunkExtent): Chunk {
    const { disk, directory, mayWrite } = this.#options;
    const path = `${directory}/${name}.${String(index + 1).padStart(6, "0")}`;
    return new Chunk({ disk, path, mayWrite }, extent);
  }
}

const countOf = (chunks: Chunks): number => chunks.reduce((total, chunk) => total + chunk.count, 0);

const extentOf = (chunks: Chunks): SegmentExtent => ({ count: countOf(chunks), lastSize: chunks.at(-1)?.size ?? 0 });
