/**
 * The journal: everything committed since the last checkpoint, one line per transaction. Appending and syncing a line is
 * what makes a transaction durable, and all that a commit costs.
 *
 * ```
 * journal := header transaction*          each a checked line
 * header  := {journal: 1, generation, chunk, segments: {NAME: SegmentExtent}}
 * transaction := {n, put: {NAME: value}, removed: [NAME], appended: {SEGMENT: [[key, group, order, value]]}}
 * ```
 * `n` counts from 1. A line that was being written when the machine stopped is the last, and is cut off; a line that does
 * not read before one that does is damage. The header says how far the segments' files count: what a checkpoint that
 * was cut short left there is not yet part of the profile, for the same records still stand here.
 */
import { concatBytes } from "../../bytes/bytes.ts";
import { EnvironmentError } from "../../platform/errors.ts";
import { Changes } from "../../profile/changes.ts";
import type { DocumentName, Json, SegmentName, SegmentRecord, Store } from "../../profile/store.ts";
import { decodeLine, encodeLine, type Line, linesOf } from "./checked-line.ts";
import { type Disk, type DiskFile, replaceFile } from "./disk.ts";
import { pathsOf } from "./layout.ts";
import { readPrivate, statPrivate } from "./permissions.ts";
import { damagedFile, noProfile } from "./profile-errors.ts";

/** How much of a segment's files belongs to the profile. */
export interface SegmentExtent {
  /** Records in all. */
  readonly count: number;
  /** Bytes of the last chunk file; the others count whole. */
  readonly lastSize: number;
}

export type SegmentExtents = Readonly<Record<SegmentName, SegmentExtent>>;

export interface JournalHeader {
  readonly journal: 1;
  /** Counts the checkpoints. */
  readonly generation: number;
  /** Records in a complete chunk file. */
  readonly chunk: number;
  readonly segments: SegmentExtents;
}

/** What a journal holds. */
export interface JournalContent {
  readonly header: JournalHeader;
  readonly changes: Changes;
  readonly transactions: number;
  /** Bytes that read. */
  readonly size: number;
  /** Bytes of an unfinished transaction after them. */
  readonly torn: number;
}

/** A transaction as it stands in the journal. */
interface Transaction {
  readonly n: number;
  readonly put: Readonly<Record<string, Json>>;
  readonly removed: readonly string[];
  readonly appended: Readonly<Record<SegmentName, readonly (readonly [string, string, number, Json])[]>>;
}

/** The journal in `directory`. Throws `EnvironmentError` NO_PROFILE, PERMISSIONS, DAMAGED, SCHEMA. */
export function loadJournal(disk: Disk, directory: string): JournalContent {
  const { journal, documents, segments } = pathsOf(directory);
  for (const path of [directory, documents, segments]) statPrivate(disk, path);
  const bytes = readPrivate(disk, journal);
  if (bytes) return readJournal(journal, bytes);
  if (disk.list(documents).length > 0 || disk.list(segments).length > 0) {
    throw damagedFile(journal, "it is missing", "what changed recently");
  }
  throw noProfile(directory);
}

/** Reads the bytes of a journal. Throws `EnvironmentError` DAMAGED naming `path`, or SCHEMA. */
export function readJournal(path: string, bytes: Uint8Array): JournalContent {
  const lines = [...linesOf(bytes)];
  const header = readHeader(path, lines[0]);
  const replayed = new Replayed();
  let size = lines[0]?.bytes.length ?? 0;
  let transactions = 0;
  for (const line of lines.slice(1)) {
    const transaction = readTransaction(line, transactions + 1);
    if (!transaction) break;
    replay(transaction, replayed);
    size += line.bytes.length;
    transactions++;
  }
  refuseHoles(path, lines.slice(1 + transactions));
  return { header, changes: replayed.changes(), transactions, size, torn: bytes.length - size };
}

function readHeader(path: string, line: Line | undefined): JournalHeader {
  const text = line && decodeLine(line.bytes);
  if (text === undefined) throw damagedFile(path, "its first line does not read", "what changed recently");
  const { journal, generation, chunk, segments }: JournalHeader = JSON.parse(text);
  if (journal !== 1) {
    throw new EnvironmentError("SCHEMA", `${path} is of a later form: use a newer statusctl`, {
      details: { file: path },
    });
  }
  return { journal, generation, chunk, segments };
}

function readTransaction(line: Line, n: number): Transaction | undefined {
  const text = decodeLine(line.bytes);
  const transaction: Transaction | undefined = text === undefined ? undefined : JSON.parse(text);
  return transaction?.n === n ? transaction : undefined;
}

/** Each transaction was durable before the next was begun: one that reads after one that does not means damage. */
function refuseHoles(path: string, rest: readonly Line[]): void {
  const whole = rest.filter((line) => decodeLine(line.bytes) !== undefined).length;
  if (whole === 0) return;
  const lost = `${rest.length - whole} of the recent transactions, and ${whole} after them cannot be relied on`;
  throw damagedFile(path, `it does not read at byte ${rest[0]?.offset ?? 0}`, lost);
}

/** What a transaction is replayed to. */
type Changed = Pick<Store, "put" | "remove" | "append">;

/** Makes text of what is replayed when it is asked for: most of it is replaced by the next transaction, or never read. */
class Replayed implements Changed {
  readonly #documents = new Map<DocumentName, Json | undefined>(); // BOUNDED BY the journal
  readonly #records = new Changes();

  put(document: DocumentName, value: Json): void {
    this.#documents.set(document, value);
  }

  remove(document: DocumentName): void {
    this.#documents.set(document, undefined);
  }

  append(segment: SegmentName, { key, group, order, value }: SegmentRecord): void {
    this.#records.appendText(segment, {
      key,
      group,
      order,
      get text() {
        return JSON.stringify(value);
      },
    });
  }

  changes(): Changes {
    for (const [document, value] of this.#documents) {
      if (value === undefined) this.#records.remove(document);
      else this.#records.put(document, value);
    }
    return this.#records;
  }
}

function replay({ put, removed, appended }: Transaction, to: Changed): void {
  for (const [name, value] of Object.entries(put)) to.put(name, value);
  for (const name of removed) to.remove(name);
  for (const [segment, records] of Object.entries(appended)) {
    for (const [key, group, order, value] of records) to.append(segment, { key, group, order, value });
  }
}

/** Replays whatever reads of a damaged journal, and says how many lines do not. */
export function replayReadable(bytes: Uint8Array, to: Changed): number {
  let unreadable = 0;
  for (const { offset, bytes: line } of linesOf(bytes)) {
    const text = decodeLine(line);
    if (text === undefined) unreadable++;
    else if (offset > 0) replay(JSON.parse(text), to);
  }
  return unreadable;
}

/** The line of a transaction. Values are text already and are put together as they are. */
export function encodeTransaction(n: number, changes: Changes): Uint8Array {
  const quote = JSON.stringify;
  const documents = [...changes.documents];
  const put = documents.flatMap(([name, text]) => (text === undefined ? [] : [`${quote(name)}:${text}`]));
  const removed = documents.flatMap(([name, text]) => (text === undefined ? [quote(name)] : []));
  const appended = [...changes.segments()].map((segment) => {
    const records = changes.records(segment);
    const rows = records.map(({ key, group, order, text }) => `[${quote(key)},${quote(group)},${order},${text}]`);
    return `${quote(segment)}:[${rows}]`;
  });
  return encodeLine(`{"n":${n},"put":{${put}},"removed":[${removed}],"appended":{${appended}}}`);
}

/** The journal of the process that holds the profile. */
export class Journal {
  readonly #file: DiskFile;
  /** Bytes; BOUNDED BY the checkpoint that it brings about. */
  #size: number;
  #transactions: number;

  private constructor(file: DiskFile, size: number, transactions: number) {
    this.#file = file;
    this.#size = size;
    this.#transactions = transactions;
  }

  /** Puts a journal of these changes in the place of the old: the moment at which a checkpoint counts. */
  static begin(disk: Disk, directory: string, header: JournalHeader, changes = new Changes()): Journal {
    const { journal } = pathsOf(directory);
    const transactions = changes.isEmpty ? [] : [encodeTransaction(1, changes)];
    const bytes = concatBytes(encodeLine(JSON.stringify(header)), ...transactions);
    replaceFile(disk, journal, bytes);
    disk.syncDirectory(directory);
    return new Journal(disk.open(journal), bytes.length, transactions.length);
  }

  /** Goes on with what was read, without its unfinished end. */
  static resume(disk: Disk, directory: string, { size, torn, transactions }: JournalContent): Journal {
    const file = disk.open(pathsOf(directory).journal);
    if (torn > 0) file.truncate(size);
    return new Journal(file, size, transactions);
  }

  get size(): number {
    return this.#size;
  }

  /** Durable when it returns. When it throws, the journal is not to be used any more. */
  append(changes: Changes): void {
    const line = encodeTransaction(this.#transactions + 1, changes);
    this.#file.write(this.#size, line);
    this.#file.sync();
    this.#size += line.length;
    this.#transactions++;
  }

  close(): void {
    this.#file.close();
  }
}
