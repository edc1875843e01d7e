import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, expect, test } from "vitest";
import { hashKey } from "../../../src/core/node/store/chunk-index.ts";
import { createFileStore, FileStore } from "../../../src/core/node/store/file-store.ts";
import { systemDisk } from "../../../src/core/node/store/system-disk.ts";
import { storeContract } from "../../contract/store.ts";

const root = mkdtempSync(`${tmpdir()}/statusctl-store-`);
afterAll(() => rmSync(root, { recursive: true }));
let profiles = 0;

/** With a journal of this size. */
const onDisk = (journalMax: number) => () => {
  const options = { disk: systemDisk, directory: `${root}/${profiles++}`, journalMax };
  createFileStore({ ...options, chunkRecords: 3 });
  let store: FileStore | undefined;
  return {
    open: () => {
      store?.close();
      store = new FileStore(options);
      return store;
    },
  };
};

storeContract("the store on disk, all in its journal", onDisk(1 << 20));
storeContract("the store on disk, with a checkpoint after each commit", onDisk(0));

test("keys with the same hash are told apart", () => {
  expect(hashKey("plumless")).toBe(hashKey("buckeroo"));
  const keeper = onDisk(0)();
  const store = keeper.open();
  store.append("messages", { key: "plumless", group: "a", order: 1, value: "first" });
  store.commit();
  expect(store.has("messages", "buckeroo")).toBe(false);
  store.append("messages", { key: "buckeroo", group: "a", order: 2, value: "second" });
  store.commit();
  const again = keeper.open();
  expect([again.load("messages", "plumless"), again.load("messages", "buckeroo")]).toEqual(["first", "second"]);
});
