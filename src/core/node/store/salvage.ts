/** Going on after damage: what reads of a profile, taken into a new one. The damaged one is left as it is. */
import { EnvironmentError } from "../../platform/errors.ts";
import type { SegmentRecord, Store } from "../../profile/store.ts";
import { decodeLine, linesOf } from "./checked-line.ts";
import { decodeRecord } from "./chunk.ts";
import type { Disk } from "./disk.ts";
import { DocumentFiles } from "./document-files.ts";
import { createFileStore, FileStore } from "./file-store.ts";
import { replayReadable } from "./journal.ts";
import { pathsOf } from "./layout.ts";
import { readPrivate } from "./permissions.ts";

export interface Loss {
  readonly file: string;
  readonly lost: string;
}

/**
 * Makes a profile in `to` of all that reads in `from`, and says what does not. Afterwards sessions may be older than what
 * the other side has seen: whoever restores them that way has to renew them.
 *
 * Throws `UsageError` REFUSED when there is a profile in `to`; `EnvironmentError` PERMISSIONS, DISK.
 */
export function salvageFileStore(disk: Disk, from: string, to: string): readonly Loss[] {
  createFileStore({ disk, directory: to });
  const store = new FileStore({ disk, directory: to });
  const losses = [
    ...salvageDocuments(disk, from, store),
    ...salvageSegments(disk, from, store),
    ...salvageJournal(disk, from, store),
  ];
  store.close();
  return losses;
}

function salvageDocuments(disk: Disk, from: string, to: Store): Loss[] {
  const { documents } = pathsOf(from);
  const files = new DocumentFiles(disk, documents);
  const losses: Loss[] = [];
  for (const [name] of files.names()) {
    try {
      to.put(name, JSON.parse(files.read(name) ?? "null"));
    } catch (error) {
      if (!(error instanceof EnvironmentError && error.code === "DAMAGED")) throw error;
      losses.push({ file: String(error.details.file), lost: `the document ${name}` });
    }
  }
  to.commit();
  return losses;
}

/** A chunk is a transaction: the whole profile need not fit into memory. */
function salvageSegments(disk: Disk, from: string, to: Store): Loss[] {
  const { segments } = pathsOf(from);
  const losses: Loss[] = [];
  for (const name of disk.list(segments).toSorted()) {
    const segment = /^([a-z0-9-]+)\.\d+\.ndjson$/.exec(name)?.[1];
    if (segment === undefined) continue;
    const file = `${segments}/${name}`;
    const lost = salvageLines(readPrivate(disk, file) ?? new Uint8Array(), segment, to);
    if (lost > 0) losses.push({ file, lost: `${lost} records` });
    to.commit();
  }
  return losses;
}

/** Copies the records that read; how many do not. */
function salvageLines(bytes: Uint8Array, segment: string, to: Store): number {
  let lost = 0;
  for (const line of linesOf(bytes)) {
    const object = decodeLine(line.bytes);
    if (object === undefined) {
      lost++;
      continue;
    }
    const { text, ...record } = decodeRecord(object);
    appendOnce(to, segment, { ...record, value: JSON.parse(text) });
  }
  return lost;
}

function salvageJournal(disk: Disk, from: string, to: Store): Loss[] {
  const { journal } = pathsOf(from);
  const bytes = readPrivate(disk, journal);
  if (!bytes) return [{ file: journal, lost: "what changed recently" }];
  const unreadable = replayReadable(bytes, {
    put: (document, value) => to.put(document, value),
    remove: (document) => to.remove(document),
    append: (segment, record) => appendOnce(to, segment, record),
  });
  to.commit();
  return unreadable === 0 ? [] : [{ file: journal, lost: `${unreadable} of the recent transactions` }];
}

/** A checkpoint that was cut short leaves records in the files that stand in the journal too. */
function appendOnce(to: Store, segment: string, record: SegmentRecord): void {
  if (!to.has(segment, record.key)) to.append(segment, record);
}
