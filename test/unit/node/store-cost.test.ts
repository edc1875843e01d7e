/** What a message costs does not depend on how many there are. Counted, not timed: see `bench/store.ts` for times. */
import { describe, expect, test } from "vitest";
import { createFileStore, FileStore } from "../../../src/core/node/store/file-store.ts";
import { SimulatedDisk } from "../../support/simulated-disk.ts";

const DIRECTORY = "/profile";
const TEXT = "a message of some length, with what surrounds it in a record ".repeat(10);
const MANY = 20_000;

/** A profile with so many messages, all in files. */
function profileOf(messages: number): SimulatedDisk {
  const disk = new SimulatedDisk();
  createFileStore({ disk, directory: DIRECTORY });
  const store = new FileStore({ disk, directory: DIRECTORY });
  for (let n = 0; n < messages; n++) {
    append(store, n);
    if (n % 500 === 499) store.commit();
  }
  store.commit();
  store.checkpoint();
  store.close();
  return disk;
}

function append(store: FileStore, n: number): void {
  store.append("messages", {
    key: `0x${n.toString(16).padStart(64, "0")}`,
    group: `chat ${n % 5}`,
    order: n,
    value: TEXT,
  });
  store.put("chats/61", { clock: n });
}

const few = profileOf(10);
const many = profileOf(MANY);

/** Operations, syncs and bytes written by `task`. */
function costOf(disk: SimulatedDisk, task: (store: FileStore) => void) {
  const store = new FileStore({ disk, directory: DIRECTORY });
  const before = { syncs: disk.syncs, bytes: disk.bytesWritten };
  let operations = 0;
  disk.beforeOperation = () => {
    operations++;
  };
  task(store);
  store.close();
  return { operations, syncs: disk.syncs - before.syncs, bytes: disk.bytesWritten - before.bytes };
}

describe("writing", () => {
  test("a message is one write of little more than itself, and one sync, whatever is stored", () => {
    const one = (n: number) => (store: FileStore) => {
      append(store, n);
      store.commit();
    };
    const cost = costOf(few, one(1_000_000));
    expect(cost).toMatchObject({ operations: 2, syncs: 1 });
    expect(cost.bytes).toBeLessThan(TEXT.length + 300);
    expect(costOf(many, one(1_000_000))).toEqual(cost);
  });

  test("several changes in one transaction are one sync", () => {
    const ten = (store: FileStore) => {
      for (let n = 0; n < 10; n++) append(store, 2_000_000 + n);
      store.commit();
    };
    expect(costOf(many, ten).syncs).toBe(1);
  });

  test("with its share of the checkpoints a message costs the same, too", () => {
    const thousands = (from: number) => (store: FileStore) => {
      for (let n = from; n < from + 8192; n++) {
        append(store, n);
        if (n % 64 === 63) store.commit();
      }
    };
    const cheap = costOf(few, thousands(3_000_000));
    const dear = costOf(many, thousands(3_000_000));
    expect(dear.bytes / cheap.bytes).toBeLessThan(1.05);
    expect(dear.bytes / 8192).toBeLessThan(3 * TEXT.length);
    expect(dear.syncs).toBeLessThanOrEqual(cheap.syncs + 8);
  });

  test("a document that comes and goes is never a file, one that stays becomes one", () => {
    const disk = new SimulatedDisk();
    createFileStore({ disk, directory: DIRECTORY });
    const cost = costOf(disk, (store) => {
      store.put("identity", { name: "alice" });
      for (let n = 0; n < 8000; n++) {
        store.put(`outbox/${n}`, { text: TEXT });
        if (n >= 100) store.remove(`outbox/${n - 100}`);
        if (n % 10 === 9) store.commit();
      }
    });
    expect(disk.paths().filter((path) => path.endsWith(".json"))).toEqual([`${DIRECTORY}/documents/identity.json`]);
    expect(cost.syncs).toBeLessThan(800 + 80);
    expect(new FileStore({ disk, directory: DIRECTORY }).list("outbox").length).toBe(100);
  });

  test("nothing to commit costs nothing", () => {
    expect(costOf(many, (store) => store.commit()).operations).toBe(0);
  });
});

describe("reading", () => {
  const readBy = (task: (store: FileStore) => void): number => {
    const before = many.bytesRead;
    const store = new FileStore({ disk: many, directory: DIRECTORY });
    task(store);
    store.close();
    return many.bytesRead - before;
  };

  test("opening reads the journal and no message", () => {
    expect(readBy(() => undefined)).toBeLessThanOrEqual((many.stat(`${DIRECTORY}/journal`)?.size ?? 0) + 1);
    expect(readBy((store) => expect(store.count("messages")).toBeGreaterThan(MANY))).toBeLessThan(1.2e6);
  });

  test("knowing a message reads indexes, some tens of bytes for each that is stored", () => {
    const opening = readBy(() => undefined);
    const knowing = readBy((store) => expect(store.has("messages", "unknown")).toBe(false)) - opening;
    expect(knowing / MANY).toBeGreaterThan(28);
    expect(knowing / MANY).toBeLessThan(60);
  });

  test("the last twenty messages of a chat are twenty records", () => {
    const known = readBy((store) => void store.has("messages", "unknown"));
    const reading = readBy((store) => {
      store.has("messages", "unknown");
      const last = [...store.query("messages", { group: "chat 1", to: MANY - 1, limit: 20, direction: "backward" })];
      expect(last.length).toBe(20);
    });
    expect(reading - known).toBeLessThan(20 * (TEXT.length + 200));
  });
});
