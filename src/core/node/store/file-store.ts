/**
 * The keeper on disk: a directory, made for the lowest cost of one message.
 *
 * A commit appends one line to the journal and syncs it: one write, one sync, whatever the profile holds. Reads look into
 * the journal's changes first, then into the files. When the journal has grown, a checkpoint brings its changes into the
 * files and puts another journal in its place; that rename is the moment at which the checkpoint counts, and until
 * then doing it again from the journal gives the same. So nothing here is ever undone.
 *
 * A file of its own is dear, and most documents are messages on their way, which are gone in seconds. So a document stays in
 * the journal through some checkpoints before it becomes a file.
 *
 * One process holds a profile (see `lock.ts`); others may read meanwhile (see `file-store-reader.ts`).
 */
import { EnvironmentError, UsageError } from "../../platform/errors.ts";
import type { Changes } from "../../profile/changes.ts";
import { type Layer, LayeredStore } from "../../profile/layered-store.ts";
import type { DocumentName } from "../../profile/store.ts";
import { type Disk, TEMPORARY } from "./disk.ts";
import { Files } from "./files.ts";
import { Journal, type JournalHeader, loadJournal } from "./journal.ts";
import { pathsOf } from "./layout.ts";
import { statPrivate } from "./permissions.ts";

/** Every command reads the journal when it begins: a megabyte costs it 20 ms, a smaller one more checkpoints. */
const JOURNAL_MAX = 1 << 19;

/** Two megabytes of other changes: some hundred messages. */
const STAY_CHECKPOINTS = 4;
/** Characters of documents that stay in the journal: a thousand messages on their way. */
const STAY_MAX = 1 << 21;

/** A few megabytes of messages; the index, rewritten by each checkpoint until the chunk is complete, is 112 KiB then. */
const CHUNK_RECORDS = 4096;

export interface FileStoreOptions {
  readonly disk: Disk;
  readonly directory: string;
  /** Bytes by which the journal grows until there is a checkpoint; half a megabyte by default. */
  readonly journalMax?: number;
  /** How many checkpoints a document stays in the journal, counted from its last change; four by default. */
  readonly stayCheckpoints?: number;
}

export interface NewFileStore {
  readonly disk: Disk;
  readonly directory: string;
  /** Records in a complete chunk of a segment; 4096 by default. It stays for the life of the profile. */
  readonly chunkRecords?: number;
}

/**
 * Makes an empty store; one that is still empty, because its making was cut short, is taken as it is.
 * Throws `UsageError` REFUSED when there is a profile; `EnvironmentError` PERMISSIONS, DISK.
 */
export function createFileStore({ disk, directory, chunkRecords = CHUNK_RECORDS }: NewFileStore): void {
  const paths = pathsOf(directory);
  if (disk.stat(paths.journal)) {
    const { header, transactions } = loadJournal(disk, directory);
    if (header.generation === 1 && transactions === 0) return;
    throw new UsageError("REFUSED", `there is a profile in ${directory} already`);
  }
  for (const path of [directory, paths.documents, paths.segments]) {
    disk.makeDirectory(path);
    statPrivate(disk, path);
  }
  Journal.begin(disk, directory, { journal: 1, generation: 1, chunk: chunkRecords, segments: {} }).close();
}

/** A document in the journal. */
interface Stay {
  readonly text: string;
  /** How many it has passed since it changed. */
  readonly checkpoints: number;
}

/** The store of the process that has the profile's lock. */
export class FileStore extends LayeredStore {
  readonly #options: Required<FileStoreOptions>;
  readonly #files: Files;
  #journal: Journal;
  #header: JournalHeader;
  #changes: Changes;
  /** Documents that the last checkpoint left in the journal. BOUNDED BY `STAY_MAX`. */
  #stayed: ReadonlyMap<DocumentName, Stay> = new Map();
  /** Bytes of the journal after it. */
  #startSize = 0;
  /** After a failed write nobody knows what the disk holds: only opening the profile again tells. */
  #failed = false;
  /** Bytes of an unfinished transaction that the last holder left; they were cut off. */
  readonly tornBytes: number;

  /** Throws `EnvironmentError` NO_PROFILE, PERMISSIONS, DAMAGED, SCHEMA, DISK. */
  constructor({ disk, directory, journalMax = JOURNAL_MAX, stayCheckpoints = STAY_CHECKPOINTS }: FileStoreOptions) {
    super();
    const content = loadJournal(disk, directory);
    this.#options = { disk, directory, journalMax, stayCheckpoints };
    this.#files = new Files({ disk, directory, mayWrite: true }, content.header);
    this.#journal = Journal.resume(disk, directory, content);
    this.#header = content.header;
    this.#changes = content.changes;
    this.tornBytes = content.torn;
    removeTemporaries(disk, directory);
  }

  /** Bytes in the journal: what the next opening has to read. */
  get journalSize(): number {
    return this.#journal.size;
  }

  /** Brings all of the journal's changes into the files. */
  checkpoint(): void {
    this.#guard(() => this.#checkpoint(new Map()));
  }

  /** Lets go of the files; what was not committed is gone. */
  close(): void {
    this.#journal.close();
  }

  protected override committed(): readonly Layer[] {
    return [this.#files, this.#changes];
  }

  protected override persist(changes: Changes): void {
    this.#guard(() => this.#journal.append(changes));
    this.#changes.absorb(changes);
    if (this.#journal.size - this.#startSize > this.#options.journalMax) {
      this.#guard(() => this.#checkpoint(this.#youngDocuments()));
    }
  }

  #checkpoint(stays: ReadonlyMap<DocumentName, Stay>): void {
    const { disk, directory } = this.#options;
    const staying = this.#changes.documentsWhere((name) => stays.has(name));
    const { extents, adopt } = this.#files.write(this.#changes, staying);
    const header = { ...this.#header, generation: this.#header.generation + 1, segments: extents };
    const journal = Journal.begin(disk, directory, header, staying);
    this.#journal.close();
    this.#journal = journal;
    this.#header = header;
    this.#stayed = stays;
    this.#startSize = journal.size;
    this.#changes = staying;
    adopt();
  }

  /** Those that changed lately and are still there. */
  #youngDocuments(): ReadonlyMap<DocumentName, Stay> {
    const stays = new Map<DocumentName, Stay>();
    let room = STAY_MAX;
    for (const [name, text] of this.#changes.documents) {
      if (text === undefined) continue;
      const before = this.#stayed.get(name);
      const checkpoints = before?.text === text ? before.checkpoints + 1 : 0;
      room -= text.length;
      if (checkpoints < this.#options.stayCheckpoints && room >= 0) stays.set(name, { text, checkpoints });
    }
    return stays;
  }

  #guard(write: () => void): void {
    if (this.#failed) throw new EnvironmentError("DISK", "an earlier write failed: open the profile again");
    this.#failed = true;
    write();
    this.#failed = false;
  }
}

/** What a crash left half-written. */
function removeTemporaries(disk: Disk, directory: string): void {
  const { documents, segments } = pathsOf(directory);
  for (const folder of [directory, documents, segments]) {
    for (const name of disk.list(folder)) {
      if (name.endsWith(TEMPORARY)) disk.remove(`${folder}/${name}`);
    }
  }
}
