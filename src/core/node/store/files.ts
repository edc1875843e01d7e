/** The files of a profile as of its last checkpoint: the layer below the journal. */
import type { Changes } from "../../profile/changes.ts";
import type { Layer } from "../../profile/layered-store.ts";
import type { SortedRecords } from "../../profile/sorted-records.ts";
import type { DocumentName, SegmentName } from "../../profile/store.ts";
import type { Disk } from "./disk.ts";
import { DocumentFiles } from "./document-files.ts";
import type { JournalHeader, SegmentExtents } from "./journal.ts";
import { pathsOf } from "./layout.ts";
import { SegmentFiles } from "./segment-files.ts";

export interface FilesOptions {
  readonly disk: Disk;
  /** The profile's. */
  readonly directory: string;
  /** False for a reader, who must not even mend an index. */
  readonly mayWrite: boolean;
}

export class Files implements Layer {
  readonly #documents: DocumentFiles;
  readonly #segments: SegmentFiles;

  /** The header is the journal's. */
  constructor({ disk, directory, mayWrite }: FilesOptions, { chunk, segments }: JournalHeader) {
    const paths = pathsOf(directory);
    this.#documents = new DocumentFiles(disk, paths.documents);
    this.#segments = new SegmentFiles({ disk, directory: paths.segments, mayWrite, chunkRecords: chunk }, segments);
  }

  /**
   * Makes `changes` durable in the files, but for those that stay in the journal. They count once a journal with these
   * extents stands, and then `adopt` is due.
   */
  write(changes: Changes, staying: Changes): { readonly extents: SegmentExtents; readonly adopt: () => void } {
    this.#documents.write(changes.documentsWhere((name) => !staying.documents.has(name)));
    return this.#segments.write(changes);
  }

  read(document: DocumentName): string | undefined {
    return this.#documents.read(document);
  }

  names(): Iterable<readonly [DocumentName, boolean]> {
    return this.#documents.names();
  }

  find(segment: SegmentName, key: string): string | undefined {
    return this.#segments.find(segment, key);
  }

  sorted(segment: SegmentName, group: string | undefined): readonly SortedRecords[] {
    return this.#segments.sorted(segment, group);
  }

  count(segment: SegmentName): number {
    return this.#segments.count(segment);
  }
}
