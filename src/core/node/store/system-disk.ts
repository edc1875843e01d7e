/** The file system of this machine. Files are private from their first byte: created with their mode, never changed after. */
import * as fs from "node:fs";
import { dirname } from "node:path";
import { EnvironmentError } from "../../platform/errors.ts";
import type { Disk, DiskFile, FileState } from "./disk.ts";

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

export const systemDisk: Disk = {
  user: process.getuid?.(),
  list: (directory) => attempt("list", directory, () => fs.readdirSync(directory), []),
  stat: (path) => attempt("look at", path, () => stateOf(fs.statSync(path, { bigint: true })), undefined),
  read: (path) => attempt("read", path, () => fs.readFileSync(path), undefined),
  readRange: (path, offset, length) => attempt("read", path, () => readRange(path, offset, length)),
  makeDirectory: (path) => attempt("create", path, () => makeDirectory(path)),
  create: (path) => attempt("create", path, () => new SystemFile(path, fs.openSync(path, "wx", FILE_MODE))),
  open: (path) => attempt("open", path, () => new SystemFile(path, fs.openSync(path, "r+"))),
  rename: (from, to) => attempt("rename", from, () => fs.renameSync(from, to)),
  remove: (path) => attempt("remove", path, () => fs.rmSync(path, { force: true })),
  syncDirectory: (path) => attempt("sync", path, () => syncDirectory(path)),
};

class SystemFile implements DiskFile {
  readonly #path: string;
  readonly #descriptor: number;

  constructor(path: string, descriptor: number) {
    this.#path = path;
    this.#descriptor = descriptor;
  }

  write(offset: number, bytes: Uint8Array): void {
    attempt("write", this.#path, () => {
      for (let done = 0; done < bytes.length; ) {
        done += fs.writeSync(this.#descriptor, bytes, done, bytes.length - done, offset + done);
      }
    });
  }

  truncate(length: number): void {
    attempt("shorten", this.#path, () => fs.ftruncateSync(this.#descriptor, length));
  }

  sync(): void {
    attempt("sync", this.#path, () => fs.fdatasyncSync(this.#descriptor));
  }

  close(): void {
    attempt("close", this.#path, () => fs.closeSync(this.#descriptor));
  }
}

function readRange(path: string, offset: number, length: number): Uint8Array {
  const descriptor = fs.openSync(path, "r");
  try {
    const bytes = new Uint8Array(length);
    let done = 0;
    for (let read = -1; read !== 0 && done < length; done += read) {
      read = fs.readSync(descriptor, bytes, done, length - done, offset + done);
    }
    return bytes.subarray(0, done);
  } finally {
    fs.closeSync(descriptor);
  }
}

function makeDirectory(path: string): void {
  const first = fs.mkdirSync(path, { recursive: true, mode: DIRECTORY_MODE });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) syncDirectory(dirname(made));
}

function syncDirectory(path: string): void {
  const descriptor = fs.openSync(path, "r");
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

function stateOf(stats: fs.BigIntStats): FileState {
  return {
    kind: stats.isFile() ? "file" : stats.isDirectory() ? "directory" : "other",
    size: Number(stats.size),
    mode: Number(stats.mode & 0o7777n),
    owner: Number(stats.uid),
    stamp: `${stats.dev}:${stats.ino}:${stats.size}:${stats.ctimeNs}`,
  };
}

/** Runs `task`; a missing file gives `missing` where that is an answer, everything else is named as what it is. */
function attempt<T>(what: string, path: string, task: () => T, ...missing: [T] | []): T {
  try {
    return task();
  } catch (cause) {
    const errno = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    if (errno === "ENOENT" && missing.length === 1) return missing[0];
    const refused = errno === "EACCES" || errno === "EPERM";
    throw new EnvironmentError(refused ? "PERMISSIONS" : "DISK", `cannot ${what} ${path}: ${reasonOf(cause)}`, {
      cause,
      details: { file: path, errno },
    });
  }
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
