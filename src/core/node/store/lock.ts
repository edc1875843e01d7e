/**
 * Who holds a profile: one process at a time, named in the file `lock`. The file appears with its content, by `link`, so
 * that whoever finds it can read who holds the profile. How it changes hands is in `lock-claim.ts`.
 */
import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { EnvironmentError } from "../../platform/errors.ts";
import type { Millis } from "../../platform/time.ts";
import { TEMPORARY } from "./disk.ts";
import { pathsOf } from "./layout.ts";
import { claim, type LockFiles } from "./lock-claim.ts";
import { statPrivate } from "./permissions.ts";
import { isProcessAlive, startOf } from "./process-life.ts";
import { noProfile } from "./profile-errors.ts";
import { systemDisk } from "./system-disk.ts";

const POLL_MS = 40;

const holderSchema = v.object({
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  host: v.string(),
  /** Such as `statusctl watch`. */
  command: v.string(),
  /** When it took the lock. */
  since: v.number(),
  /** See `startOf`. */
  start: v.nullable(v.string()),
  /** Where it takes work from others, once it does. */
  socket: v.nullable(v.string()),
  nonce: v.pipe(v.string(), v.regex(/^[0-9a-z]+$/)),
});

/** The process that holds a profile. */
export type LockHolder = Readonly<v.InferOutput<typeof holderSchema>>;

/** What a file says that is no lock: a power failure emptied it, so its process is gone. */
const NOBODY: LockHolder = { pid: 1, host: "", command: "", since: 0, start: null, socket: null, nonce: "unreadable" };

export interface LockOptions {
  /** How others see this process. */
  readonly command: string;
  readonly now: Millis;
}

export class ProfileLock {
  readonly #path: string;
  #holder: LockHolder;

  private constructor(path: string, holder: LockHolder) {
    this.#path = path;
    this.#holder = holder;
  }

  /** Takes the lock, or says who has it. Throws `EnvironmentError` NO_PROFILE, PERMISSIONS, DISK. */
  static try(directory: string, { command, now }: LockOptions): ProfileLock | LockHolder {
    if (!statPrivate(systemDisk, directory)) throw noProfile(directory);
    const path = pathsOf(directory).lock;
    const identity = { pid: process.pid, host: hostname(), start: startOf(process.pid), nonce: newNonce() };
    const holder = { ...identity, command, since: now, socket: null };
    return onDisk(path, () => claim(lockFiles, path, holder)) ?? new ProfileLock(path, holder);
  }

  get holder(): LockHolder {
    return this.#holder;
  }

  /** Tells others where this process takes work. */
  announce(socket: string): void {
    this.#holder = { ...this.#holder, socket };
    onDisk(this.#path, () => withFile(this.#path, this.#holder, (temporary) => renameSync(temporary, this.#path)));
  }

  /** Lets go; idempotent. */
  release(): void {
    onDisk(this.#path, () => {
      if (readHolder(this.#path)?.nonce === this.#holder.nonce) unlinkSync(this.#path);
    });
  }
}

/** Who holds the profile now; undefined when nobody does. */
export function holderOf(directory: string): LockHolder | undefined {
  const path = pathsOf(directory).lock;
  const holder = onDisk(path, () => readHolder(path));
  return holder && isAlive(holder) ? holder : undefined;
}

export interface WaitingLockOptions {
  readonly command: string;
  /** How long to wait for the present holder; 0 = not at all. */
  readonly waitMs: number;
  readonly signal?: AbortSignal;
}

/** Takes the lock, if need be after its holder. Throws `EnvironmentError` LOCKED naming the holder. */
export async function acquireLock(directory: string, options: WaitingLockOptions): Promise<ProfileLock> {
  const { command, waitMs, signal } = options;
  const deadline = Date.now() + waitMs;
  for (;;) {
    const lock = ProfileLock.try(directory, { command, now: Date.now() });
    if (lock instanceof ProfileLock) return lock;
    if (Date.now() >= deadline) throw lockedBy(lock, directory);
    await sleep(POLL_MS * (0.5 + Math.random()), undefined, signal ? { signal } : {});
  }
}

/** The error that names who holds the profile. */
export function lockedBy({ pid, host, command, since }: LockHolder, directory: string): EnvironmentError {
  const where = host === hostname() ? `process ${pid}` : `process ${pid} on ${host}`;
  const time = new Date(since).toISOString();
  return new EnvironmentError("LOCKED", `the profile is in use by "${command}" (${where}, since ${time})`, {
    details: { pid, host, command, since, file: pathsOf(directory).lock },
  });
}

const lockFiles: LockFiles<LockHolder> = {
  add: (path, holder) => withFile(path, holder, (temporary) => linked(temporary, path)),
  read: readHolder,
  remove: unlinkSync,
  isAlive,
};

/** Another machine's processes cannot be looked at, so they are taken to live. */
function isAlive({ pid, host, start, nonce }: LockHolder): boolean {
  if (nonce === NOBODY.nonce) return false;
  return host !== hostname() || isProcessAlive(pid, start);
}

function readHolder(path: string): LockHolder | undefined {
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  try {
    return v.parse(holderSchema, JSON.parse(text));
  } catch {
    return NOBODY;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Runs `use` with a file that holds all of `holder`, and sees that the file is gone afterwards. */
function withFile<T>(path: string, holder: LockHolder, use: (temporary: string) => T): T {
  const temporary = `${path}.${newNonce()}${TEMPORARY}`;
  writeFileSync(temporary, `${JSON.stringify(holder)}\n`, { mode: 0o600, flag: "wx" });
  try {
    return use(temporary);
  } finally {
    removeIfThere(temporary);
  }
}

function linked(temporary: string, path: string): boolean {
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    // The holder clears away temporary files when it opens the profile, so ours may be missing.
    if (isErrno(error, "EEXIST") || isErrno(error, "ENOENT")) return false;
    throw error;
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
}

function onDisk<T>(path: string, task: () => T): T {
  try {
    return task();
  } catch (cause) {
    throw new EnvironmentError("DISK", `cannot lock with ${path}: ${String(cause)}`, {
      cause,
      details: { file: path },
    });
  }
}

const newNonce = (): string => randomBytes(8).toString("hex");

const isErrno = (error: unknown, errno: string): boolean =>
  error instanceof Error && "code" in error && error.code === errno;
