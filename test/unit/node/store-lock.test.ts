import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFileStore, FileStore } from "../../../src/core/node/store/file-store.ts";
import { acquireLock, holderOf, type LockHolder, ProfileLock } from "../../../src/core/node/store/lock.ts";
import { isProcessAlive, startOf } from "../../../src/core/node/store/process-life.ts";
import { systemDisk } from "../../../src/core/node/store/system-disk.ts";
import { EnvironmentError } from "../../../src/core/platform/errors.ts";
import { ended, startChild } from "../../support/child.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/statusctl-lock-`);
});

afterEach(() => rmSync(directory, { recursive: true }));

const take = (command = "statusctl test"): ProfileLock | LockHolder =>
  ProfileLock.try(directory, { command, now: 1_583_000_000_000 });

function mustTake(): ProfileLock {
  const lock = take();
  if (lock instanceof ProfileLock) return lock;
  throw new Error(`held by ${lock.command}`);
}

/** Leaves a lock as a process would have that is gone, or is what `changes` say. */
function leaveLock(changes: Partial<LockHolder> = {}, name = "lock"): LockHolder {
  const gone = { pid: 2 ** 22 + 1, host: hostname(), command: "statusctl gone", since: 1, start: null, socket: null };
  const holder = { ...gone, nonce: "0123456789abcdef", ...changes };
  writeFileSync(`${directory}/${name}`, JSON.stringify(holder), { mode: 0o600 });
  return holder;
}

const locks = (): string[] => readdirSync(directory).filter((name) => name.startsWith("lock"));

describe("one process", () => {
  test("takes the lock, is named in it, and lets go", () => {
    const lock = mustTake();
    const named = {
      pid: process.pid,
      host: hostname(),
      command: "statusctl test",
      since: 1_583_000_000_000,
      socket: null,
    };
    expect(lock.holder).toMatchObject(named);
    expect(JSON.parse(readFileSync(`${directory}/lock`, "utf8"))).toEqual(lock.holder);
    expect(holderOf(directory)).toEqual(lock.holder);
    lock.release();
    lock.release();
    expect(holderOf(directory)).toBeUndefined();
    expect(locks()).toEqual([]);
  });

  test("cannot take it twice", () => {
    const lock = mustTake();
    expect(take("statusctl other")).toEqual(lock.holder);
    lock.release();
    mustTake().release();
  });

  test("says where it takes work", () => {
    const lock = mustTake();
    lock.announce("/run/user/1000/statusctl/a.sock");
    expect(holderOf(directory)).toEqual({ ...lock.holder, socket: "/run/user/1000/statusctl/a.sock" });
    lock.release();
    expect(locks()).toEqual([]);
  });

  test("does not let go of what has become another's", () => {
    const lock = mustTake();
    const other = leaveLock({ pid: process.pid, nonce: "ffff" });
    lock.release();
    expect(holderOf(directory)).toEqual(other);
  });

  test("is told when there is no profile", () => {
    rmSync(directory, { recursive: true });
    expect(() => take()).toThrow("no profile");
    mkdirSync(directory);
  });
});

describe("waiting", () => {
  test("without it, the error names holder, command and time at once", async () => {
    const lock = mustTake();
    const refused = acquireLock(directory, { command: "statusctl send", waitMs: 0 });
    await expect(refused).rejects.toThrow(EnvironmentError);
    await expect(refused).rejects.toMatchObject({
      code: "LOCKED",
      message: expect.stringContaining(`"statusctl test" (process ${process.pid}, since 2020-02-29T18:13:20.000Z)`),
      details: { pid: process.pid, command: "statusctl test", file: `${directory}/lock` },
    });
    lock.release();
  });

  test("ends with the lock when the holder lets go", async () => {
    const lock = mustTake();
    const waiting = acquireLock(directory, { command: "statusctl send", waitMs: 60_000 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    lock.release();
    const next = await waiting;
    expect(next.holder.command).toBe("statusctl send");
    next.release();
  });

  test("can be given up", async () => {
    const lock = mustTake();
    const controller = new AbortController();
    const waiting = acquireLock(directory, { command: "send", waitMs: 60_000, signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toThrow("abort");
    expect(locks()).toEqual(["lock"]);
    lock.release();
  });
});

describe("what a dead process left", () => {
  test("is taken over", () => {
    leaveLock();
    expect(holderOf(directory)).toBeUndefined();
    mustTake().release();
    expect(locks()).toEqual([]);
  });

  test.runIf(startOf(process.pid))("is known by its start when its number lives again", () => {
    leaveLock({ pid: process.pid, start: "another boot:12345" });
    mustTake().release();
    const start = startOf(process.pid);
    expect(isProcessAlive(process.pid, start)).toBe(true);
    expect(isProcessAlive(process.pid, `${start}0`)).toBe(false);
    const alive = leaveLock({ pid: process.pid, start });
    expect(take()).toEqual(alive);
  });

  test("is not judged when it was on another machine", () => {
    const remote = leaveLock({ host: "another-machine" });
    expect(take()).toEqual(remote);
  });

  test("may have been emptied by a power failure", () => {
    for (const content of ["", "\0\0\0\0", "{", "[]", '{"pid":-1}']) {
      writeFileSync(`${directory}/lock`, content);
      mustTake().release();
    }
    expect(locks()).toEqual([]);
  });

  test("may be its right to remove another's lock, too", () => {
    leaveLock();
    leaveLock({ nonce: "aaaa" }, "lock.0123456789abcdef");
    leaveLock({ nonce: "bbbb" }, "lock.0123456789abcdef.aaaa");
    mustTake().release();
    expect(locks()).toEqual([]);
  });

  test("is left to the process that is removing it", () => {
    leaveLock();
    const undertaker = leaveLock({ pid: process.pid, nonce: "aaaa" }, "lock.0123456789abcdef");
    expect(take()).toEqual(undertaker);
  });
});

describe("many processes", () => {
  test("a killed holder's lock is taken over at once", async () => {
    const child = startChild("store-child.ts", "hold", directory);
    const end = ended(child);
    for await (const _ of child.stdout) break;
    expect(holderOf(directory)).toMatchObject({ pid: child.pid, command: "test hold" });
    expect(take()).toMatchObject({ pid: child.pid });
    child.kill("SIGKILL");
    await end;
    mustTake().release();
  });

  test("each in its turn changes one profile, and no change is lost", async () => {
    createFileStore({ disk: systemDisk, directory });
    leaveLock(); // and all begin by burying a dead one
    const [processes, times] = [6, 12];
    const children = Array.from({ length: processes }, () =>
      startChild("store-child.ts", "count", directory, String(times)),
    );
    expect(await Promise.all(children.map(ended))).toEqual(Array.from({ length: processes }, () => 0));
    const store = new FileStore({ disk: systemDisk, directory });
    expect(store.read("counter")).toBe(processes * times);
    expect(store.count("counted")).toBe(processes * times);
    store.close();
    expect(locks()).toEqual([]);
  });
});
