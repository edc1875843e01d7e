/** Looking at a profile that another process holds. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFileStore, FileStore } from "../../../src/core/node/store/file-store.ts";
import { FileStoreReader } from "../../../src/core/node/store/file-store-reader.ts";
import { systemDisk } from "../../../src/core/node/store/system-disk.ts";

let directory: string;
let holder: FileStore;
let reader: FileStoreReader;

beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/statusctl-reader-`);
  createFileStore({ disk: systemDisk, directory, chunkRecords: 3 });
  holder = new FileStore({ disk: systemDisk, directory });
  reader = new FileStoreReader({ disk: systemDisk, directory });
});

afterEach(() => {
  holder.close();
  rmSync(directory, { recursive: true });
});

test("a reader sees what is committed, as it is committed, across checkpoints", () => {
  for (let n = 0; n < 20; n++) {
    holder.put("clock", n);
    holder.append("messages", { key: `m${n}`, group: "a", order: n, value: n });
    expect(reader.count("messages")).toBe(n);
    holder.commit();
    if (n % 4 === 3) holder.checkpoint();
    expect(reader.read("clock")).toBe(n);
    expect(reader.list("")).toEqual(["clock"]);
    expect(reader.load("messages", `m${n}`)).toBe(n);
    expect([...reader.query("messages", { direction: "backward", limit: 2 })]).toEqual(
      [n, n - 1].filter((m) => m >= 0),
    );
  }
});

test("a query that is being read goes on through a checkpoint", () => {
  for (let n = 0; n < 10; n++) holder.append("messages", { key: `m${n}`, group: "a", order: n, value: n });
  holder.commit();
  const seen: unknown[] = [];
  for (const value of reader.query("messages", {})) {
    seen.push(value);
    holder.append("messages", { key: `later${seen.length}`, group: "a", order: -1, value: "later" });
    holder.commit();
    holder.checkpoint();
  }
  expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("a reader finds a document gone that was removed after it was in a file", () => {
  holder.put("outbox/1", "waiting");
  holder.commit();
  holder.checkpoint();
  expect(reader.read("outbox/1")).toBe("waiting");
  holder.remove("outbox/1");
  holder.commit();
  expect(reader.read("outbox/1")).toBeUndefined();
  holder.checkpoint();
  expect(reader.list("outbox")).toEqual([]);
});

test("a reader changes nothing, not even a missing index", () => {
  for (let n = 0; n < 7; n++) holder.append("messages", { key: `m${n}`, group: "a", order: n, value: n });
  holder.commit();
  holder.checkpoint();
  rmSync(`${directory}/segments/messages.000001.index`);
  expect(reader.load("messages", "m1")).toBe(1);
  expect(systemDisk.list(`${directory}/segments`)).not.toContain("messages.000001.index");
  reader.put("clock", 1);
  expect(() => reader.commit()).toThrow("reader");
});
