/** The power fails between any two operations of a busy profile, and again while the profile is opened after that. */
import { describe, expect, test } from "vitest";
import { createFileStore, FileStore } from "../../../src/core/node/store/file-store.ts";
import { EnvironmentError } from "../../../src/core/platform/errors.ts";
import type { Store } from "../../../src/core/profile/store.ts";
import { type Chance, FATES, type Fate, SimulatedDisk } from "../../support/simulated-disk.ts";

const DIRECTORY = "/profile";
const COMMITS = 30;
const CONTACT = "contacts/1";
/** Small enough that the scenario passes through many checkpoints and several chunks. */
const LIMITS = { journalMax: 3000, stayCheckpoints: 1, chunkRecords: 7 };

/**
 * The nth transaction: a chat's clock, an outbox that comes and goes, a message or two, sometimes a large one. A contact
 * stays long enough to become a file, and is removed then.
 */
function transact(store: Store, n: number): void {
  store.put("chats/a", { clock: n });
  if (n === 1) store.put(CONTACT, { name: "carol" });
  if (n === 20) store.remove(CONTACT);
  store.put(`outbox/${n}`, { n });
  if (n > 2) store.remove(`outbox/${n - 2}`);
  if (n % 9 === 0) store.put("identity", { renewed: n, ballast: "x".repeat(2000) });
  store.append("messages", { key: `m${n}`, group: n % 3 === 0 ? "b" : "a", order: (n * 7) % 20, value: `text ${n}` });
  store.append("payloads", { key: `p${n}`, group: "", order: 0, value: null });
  if (n % 11 === 0) store.append("messages", { key: `long${n}`, group: "a", order: n, value: "y".repeat(1800) });
  store.commit();
}

/** Everything a store holds, through every kind of read. */
function contentOf(store: Store): unknown {
  const keys = Array.from({ length: COMMITS + 5 }, (_, n) => [`m${n}`, `p${n}`, `long${n}`]).flat();
  return {
    documents: store.list("").map((name) => [name, store.read(name)]),
    counts: [store.count("messages"), store.count("payloads")],
    a: [...store.query("messages", { group: "a" })],
    b: [...store.query("messages", { group: "b", direction: "backward" })],
    all: [...store.query("messages", { from: 3, to: 30 })],
    loaded: keys.map((key) => store.load("messages", key) ?? null),
    known: keys.filter((key) => store.has("payloads", key)),
  };
}

/** What a profile holds after each number of transactions, from one that never lost power. */
const EXPECTED: readonly unknown[] = (() => {
  const disk = new SimulatedDisk();
  createFileStore({ disk, directory: DIRECTORY, ...LIMITS });
  const store = new FileStore({ disk, directory: DIRECTORY, ...LIMITS });
  const contents = [contentOf(store)];
  for (let n = 1; n <= COMMITS + 3; n++) {
    transact(store, n);
    contents.push(contentOf(store));
  }
  return contents;
})();

/** Runs the scenario; `durable` is told how many transactions are, as far as the caller knows. */
function run(disk: SimulatedDisk, durable: (transactions: number) => void = () => undefined): void {
  createFileStore({ disk, directory: DIRECTORY, ...LIMITS });
  const store = new FileStore({ disk, directory: DIRECTORY, ...LIMITS });
  for (let n = 1; n <= COMMITS; n++) {
    transact(store, n);
    durable(n);
  }
}

/** Opens what is left; makes the profile if it never came to be. */
function reopen(disk: SimulatedDisk): FileStore {
  try {
    return new FileStore({ disk, directory: DIRECTORY, ...LIMITS });
  } catch (error) {
    if (!(error instanceof EnvironmentError && error.code === "NO_PROFILE")) throw error;
    createFileStore({ disk, directory: DIRECTORY, ...LIMITS });
    return new FileStore({ disk, directory: DIRECTORY, ...LIMITS });
  }
}

/** The store holds all that was durable, and at most the one transaction more that was under way; and it goes on. */
function isConsistent(disk: SimulatedDisk, durable: number): void {
  const store = reopen(disk);
  expect(disk.paths().filter((path) => path.endsWith(".tmp"))).toEqual([]);
  const content = contentOf(store);
  const found = [durable, durable + 1].find((n) => JSON.stringify(content) === JSON.stringify(EXPECTED[n]));
  if (found === undefined) expect(content).toEqual(EXPECTED[durable]);
  const reached = found ?? durable;
  for (let n = reached + 1; n <= reached + 2; n++) transact(store, n);
  expect(contentOf(store)).toEqual(EXPECTED[reached + 2]);
  store.close();
  expect(contentOf(new FileStore({ disk, directory: DIRECTORY, ...LIMITS }))).toEqual(EXPECTED[reached + 2]);
}

/** A small generator of chance that is the same in every run. */
function seeded(seed: number): Chance {
  let state = seed + 0x9e3779b9;
  return () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    state = Math.imul(state ^ (state >>> 12), 0x297a2d39) + 1;
    return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** Calls `fail` before each operation of `scenario` and after the last, with the operation's number. */
function atEachOperation(disk: SimulatedDisk, scenario: () => void, fail: (operation: number) => void): number {
  let operations = 0;
  disk.beforeOperation = () => fail(operations++);
  scenario();
  fail(operations);
  return operations;
}

function named(what: string, check: () => void): void {
  try {
    check();
  } catch (cause) {
    throw new Error(`${what}: ${String(cause)}`, { cause });
  }
}

const seedsOf = (fate: Fate): number[] => (fate === "dropped" || fate === "kept" ? [0] : [0, 1, 2, 3]);

describe("power failure", () => {
  test("the scenario has many checkpoints and chunks", () => {
    const disk = new SimulatedDisk();
    const contact = `${DIRECTORY}/documents/contacts~1.json`;
    const seen: boolean[] = [];
    const operations = atEachOperation(
      disk,
      () => run(disk),
      () => seen.push(disk.paths().includes(contact)),
    );
    expect(operations).toBeGreaterThan(150);
    expect([seen[0], seen.includes(true), seen.at(-1)], "a document becomes a file, and the file goes").toEqual([
      false,
      true,
      false,
    ]);
    expect(disk.paths().filter((path) => path.endsWith(".ndjson")).length).toBeGreaterThanOrEqual(8);
  });

  test.each(FATES)("between any two operations, with what was not synced %s", (fate) => {
    const disk = new SimulatedDisk();
    let durable = 0;
    const scenario = () =>
      run(disk, (transactions) => {
        durable = transactions;
      });
    atEachOperation(disk, scenario, (operation) => {
      for (const seed of seedsOf(fate)) {
        named(`${fate}, operation ${operation}, seed ${seed}`, () => {
          isConsistent(disk.afterPowerFailure(fate, seeded(operation * 31 + seed)), durable);
        });
      }
    });
  });

  test.each(FATES)("and again between any two operations of opening the profile after that, %s", (fate) => {
    const disk = new SimulatedDisk();
    let durable = 0;
    let operationsOfOpening = 0;
    const scenario = () =>
      run(disk, (transactions) => {
        durable = transactions;
      });
    atEachOperation(disk, scenario, (operation) => {
      const second = disk.afterPowerFailure(fate, seeded(operation));
      const opening = () => void reopen(second);
      operationsOfOpening += atEachOperation(second, opening, (again) => {
        named(`${fate}, operation ${operation}, again ${again}`, () => {
          isConsistent(second.afterPowerFailure(fate, seeded(operation + again)), durable);
        });
      });
    });
    expect(operationsOfOpening).toBeGreaterThan(0);
  });
});
