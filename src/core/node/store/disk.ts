/**
 * What the keeper of a profile asks of the file system. `system-disk.ts` is the real one; the tests have one that
 * loses whatever was not synced, in every way a power failure may.
 *
 * Paths are absolute. Every failure is an `EnvironmentError` DISK, or PERMISSIONS where the system refuses us.
 */
import { randomBytes } from "node:crypto";

export interface Disk {
  /** Who we are, to compare with owners; undefined where there are none. */
  readonly user: number | undefined;
  /** Names directly inside; none when there is no such directory. */
  list(directory: string): readonly string[];
  stat(path: string): FileState | undefined;
  /** The whole file; undefined when there is none. */
  read(path: string): Uint8Array | undefined;
  /** A part of a file, shorter when the file ends before. */
  readRange(path: string, offset: number, length: number): Uint8Array;
  /** Mode 0700, also of parents that are missing; durable when it returns. No error when it exists. */
  makeDirectory(path: string): void;
  /** A new file of mode 0600; there must be none. */
  create(path: string): DiskFile;
  /** An existing file, for reading and writing. */
  open(path: string): DiskFile;
  /** Atomic; replaces what is there. */
  rename(from: string, to: string): void;
  /** If it is there: others may clear away the same leftovers. */
  remove(path: string): void;
  /** Makes durable what was created, renamed and removed directly inside. */
  syncDirectory(path: string): void;
}

export interface DiskFile {
  write(offset: number, bytes: Uint8Array): void;
  truncate(length: number): void;
  /** Makes content and length durable. */
  sync(): void;
  close(): void;
}

export interface FileState {
  readonly kind: "file" | "directory" | "other";
  readonly size: number;
  /** The twelve permission bits. */
  readonly mode: number;
  readonly owner: number;
  /** Another value when the file has grown or another has taken its place. */
  readonly stamp: string;
}

/** Ends the names of files that are being written; leftovers of a crash are removed when the profile is opened. */
export const TEMPORARY = ".tmp";

/**
 * Puts a whole file in the place of `path`, complete or not at all. The caller syncs the directory, once for many files;
 * `durable: false` leaves the content to the system too, for files that can be made again.
 */
export function replaceFile(disk: Disk, path: string, bytes: Uint8Array, { durable } = { durable: true }): void {
  const temporary = `${path}.${randomBytes(6).toString("hex")}${TEMPORARY}`;
  const file = disk.create(temporary);
  try {
    file.write(0, bytes);
    if (durable) file.sync();
  } finally {
    file.close();
  }
  disk.rename(temporary, path);
}
