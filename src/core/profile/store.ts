/**
 * What the profile asks of whoever keeps it: documents that are replaced whole, and segments that only grow.
 *
 * A transaction changes any number of both, all or nothing, and is durable when `commit` returns. `node/store` keeps it
 * in a directory of JSON files with a journal; the simulation keeps it in memory, with crashes.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A document's name: path segments of `[a-z0-9._-]`, such as `identity` or `chats/6368617431`. */
export type DocumentName = string;
/** A segment's name, such as `messages` or `seen`. */
export type SegmentName = string;

/** One record of a segment. Keys are unique within the segment: appending a known key is a bug of the caller. */
export interface SegmentRecord {
  readonly key: string;
  /** Groups records for `query`, such as a chat id; order within a group is by `order`, then by arrival. */
  readonly group: string;
  readonly order: number;
  readonly value: Json;
}

/** By `order`, then by arrival; without `group`, the whole segment in that order. */
export interface SegmentQuery {
  readonly group?: string;
  /** Inclusive bounds on `order`. */
  readonly from?: number;
  readonly to?: number;
  readonly limit?: number;
  /** "forward" by default. */
  readonly direction?: "forward" | "backward";
}

/**
 * Reads see the committed state and the open transaction's own changes. What is read is the caller's own: values are
 * never shared. Any read may throw `EnvironmentError` DAMAGED.
 */
export interface Store {
  read(document: DocumentName): Json | undefined;
  /** Names of the documents below `prefix`, sorted: `chats` gives `chats/...`, the empty prefix gives all. */
  list(prefix: string): readonly DocumentName[];
  has(segment: SegmentName, key: string): boolean;
  load(segment: SegmentName, key: string): Json | undefined;
  /** Values as they are now: what is appended during the iteration is not in it. */
  query(segment: SegmentName, query: SegmentQuery): Iterable<Json>;
  count(segment: SegmentName): number;

  put(document: DocumentName, value: Json): void;
  remove(document: DocumentName): void;
  append(segment: SegmentName, record: SegmentRecord): void;

  /** Makes all changes since the last commit durable, all or nothing. Throws `EnvironmentError` DISK. */
  commit(): void;
  /** Forgets all changes since the last commit. */
  rollback(): void;
}
