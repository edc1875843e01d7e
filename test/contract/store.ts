/** What every store owes the profile, whatever it is kept in: one suite, run against each of them. */
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import type { Json, SegmentRecord, Store } from "../../src/core/profile/store.ts";

/** A kept thing that outlives the stores opened on it. */
export interface Keeper {
  /** A store on what is kept; the one opened before is as good as crashed. */
  open(): Store;
}

export function storeContract(name: string, make: () => Keeper): void {
  describe(name, () => {
    let keeper: Keeper;
    let store: Store;

    beforeEach(() => {
      keeper = make();
      store = keeper.open();
    });

    test("a new store has nothing", () => {
      expect(store.read("identity")).toBeUndefined();
      expect(store.list("")).toEqual([]);
      expect(store.has("messages", "a")).toBe(false);
      expect(store.load("messages", "a")).toBeUndefined();
      expect(store.count("messages")).toBe(0);
      expect([...store.query("messages", {})]).toEqual([]);
    });

    test("a document is read in its own transaction and after it", () => {
      store.put("identity", { name: "alice" });
      expect(store.read("identity")).toEqual({ name: "alice" });
      store.commit();
      expect(store.read("identity")).toEqual({ name: "alice" });
      expect(keeper.open().read("identity")).toEqual({ name: "alice" });
    });

    test("every kind of value comes back, null and false too", () => {
      const values: Json[] = [null, false, 0, -1.5, "", "\u0000 \u2028 ü 😀", [], {}, [null, { a: [1] }], 2 ** 53 - 1];
      for (const [index, value] of values.entries()) store.put(`values/${index}`, value);
      store.commit();
      const again = keeper.open();
      for (const [index, value] of values.entries()) expect(again.read(`values/${index}`)).toEqual(value);
    });

    test("what is not committed is gone with the process", () => {
      store.put("a", 1);
      store.commit();
      store.put("a", 2);
      store.put("b", 2);
      store.append("messages", record("m", "chat", 1));
      const again = keeper.open();
      expect(again.read("a")).toBe(1);
      expect(again.read("b")).toBeUndefined();
      expect(again.has("messages", "m")).toBe(false);
    });

    test("rolling back forgets the open transaction alone", () => {
      store.put("a", 1);
      store.append("messages", record("m1", "chat", 1));
      store.commit();
      store.put("a", 2);
      store.remove("a");
      store.append("messages", record("m2", "chat", 2));
      store.rollback();
      store.commit();
      expect(store.read("a")).toBe(1);
      expect(store.has("messages", "m2")).toBe(false);
      expect(keeper.open().count("messages")).toBe(1);
    });

    test("a removed document is gone, and can come back", () => {
      store.put("outbox/1", "first");
      store.commit();
      store.remove("outbox/1");
      expect(store.read("outbox/1")).toBeUndefined();
      expect(store.list("outbox")).toEqual([]);
      store.commit();
      expect(keeper.open().read("outbox/1")).toBeUndefined();
      const again = keeper.open();
      again.put("outbox/1", "second");
      again.commit();
      expect(keeper.open().read("outbox/1")).toBe("second");
    });

    test("removing what is not there changes nothing", () => {
      store.remove("nobody");
      store.commit();
      expect(keeper.open().list("")).toEqual([]);
    });

    test("a list has the names below its prefix, sorted, committed or not", () => {
      for (const document of ["chats/b", "chats/a", "chats.x", "chatsy/c", "meta"]) store.put(document, 1);
      store.commit();
      store.put("chats/0", 1);
      store.remove("chats/b");
      expect(store.list("chats")).toEqual(["chats/0", "chats/a"]);
      expect(store.list("")).toEqual(["chats.x", "chats/0", "chats/a", "chatsy/c", "meta"]);
      expect(store.list("chat")).toEqual([]);
      expect(keeper.open().list("chats")).toEqual(["chats/a", "chats/b"]);
    });

    test("what was read or written is not shared", () => {
      const value = { list: [1] };
      store.put("a", value);
      value.list.push(2);
      const read = store.read("a") as { list: number[] };
      expect(read.list).toEqual([1]);
      read.list.push(3);
      expect(store.read("a")).toEqual({ list: [1] });
    });

    test("a record is loaded by its key", () => {
      store.append("messages", record("m1", "chat", 5, { text: "hello" }));
      expect(store.load("messages", "m1")).toEqual({ text: "hello" });
      store.commit();
      const again = keeper.open();
      expect(again.load("messages", "m1")).toEqual({ text: "hello" });
      expect(again.has("messages", "m1")).toBe(true);
      expect(again.has("seen", "m1")).toBe(false);
      expect(again.count("messages")).toBe(1);
    });

    test("any text is a key or a group", () => {
      const odd = ["", "\n", '"', '","value":1}', "ü/../x", "__proto__", "constructor", "x".repeat(5000)];
      for (const text of odd) store.append("odd", record(text, text, 1, text));
      store.commit();
      const again = keeper.open();
      for (const text of odd) {
        expect(again.load("odd", text)).toBe(text);
        expect([...again.query("odd", { group: text })]).toEqual([text]);
      }
    });

    test("a key is used once", () => {
      store.append("messages", record("m1", "chat", 1));
      expect(() => store.append("messages", record("m1", "chat", 2))).toThrow("twice");
      store.commit();
      expect(() => keeper.open().append("messages", record("m1", "other", 3))).toThrow("twice");
    });

    test("names that could leave the profile, and orders that are no numbers, are bugs", () => {
      for (const name of ["", "/a", "a/", "a//b", "../a", "a/..", "A", "a b", "a~b", "a\n", "x".repeat(201)]) {
        expect(() => store.put(name, 1), name).toThrow("assertion");
      }
      for (const name of ["", "a/b", "..", "a.b"]) {
        expect(() => store.append(name, record("k", "g", 1)), name).toThrow("assertion");
      }
      expect(() => store.append("messages", record("k", "g", Number.NaN))).toThrow("assertion");
    });

    test("a query goes by order, then by arrival, within the group", () => {
      appendAll(store, [
        ["m1", "a", 30],
        ["m2", "b", 20],
        ["m3", "a", 10],
      ]);
      store.commit();
      appendAll(store, [
        ["m4", "a", 30],
        ["m5", "a", 20],
      ]);
      expect([...store.query("messages", { group: "a" })]).toEqual(["m3", "m5", "m1", "m4"]);
      expect([...store.query("messages", { group: "a", direction: "backward" })]).toEqual(["m4", "m1", "m5", "m3"]);
      expect([...store.query("messages", {})]).toEqual(["m3", "m2", "m5", "m1", "m4"]);
      expect([...store.query("messages", { group: "c" })]).toEqual([]);
    });

    test("bounds are inclusive and the limit counts from the beginning of the direction", () => {
      appendAll(
        store,
        Array.from({ length: 10 }, (_, index) => [`m${index}`, "a", index] as const),
      );
      store.commit();
      expect([...store.query("messages", { from: 3, to: 5 })]).toEqual(["m3", "m4", "m5"]);
      expect([...store.query("messages", { from: 8 })]).toEqual(["m8", "m9"]);
      expect([...store.query("messages", { to: 1, direction: "backward" })]).toEqual(["m1", "m0"]);
      expect([...store.query("messages", { from: 3, limit: 2 })]).toEqual(["m3", "m4"]);
      expect([...store.query("messages", { to: 7, limit: 2, direction: "backward" })]).toEqual(["m7", "m6"]);
      expect([...store.query("messages", { from: 6, to: 5 })]).toEqual([]);
      expect([...store.query("messages", { limit: 0 })]).toEqual([]);
    });

    test("a query shows what there was when it was asked, each time it is gone through", () => {
      appendAll(store, [["m1", "a", 1]]);
      const asked = store.query("messages", {});
      appendAll(store, [["m2", "a", 2]]);
      store.commit();
      expect([...asked]).toEqual(["m1"]);
      expect([...asked]).toEqual(["m1"]);
    });

    test("any sequence of transactions reads like a plain model of it", () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 40 }), (steps) => behavesLikeModel(make(), steps)),
        {
          numRuns: 60,
        },
      );
    });
  });
}

function record(key: string, group: string, order: number, value: Json = key): SegmentRecord {
  return { key, group, order, value };
}

function appendAll(store: Store, records: readonly (readonly [string, string, number])[]): void {
  for (const [key, group, order] of records) store.append("messages", record(key, group, order));
}

type Step =
  | { readonly do: "put"; readonly name: string; readonly value: number }
  | { readonly do: "remove"; readonly name: string }
  | { readonly do: "append"; readonly key: string; readonly group: string; readonly order: number }
  | { readonly do: "commit" | "rollback" | "reopen" };

const names = fc.constantFrom("a", "b", "chats/a", "chats/b", "outbox/1");
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("put" as const), name: names, value: fc.nat(9) }),
  fc.record({ do: fc.constant("remove" as const), name: names }),
  fc.record({
    do: fc.constant("append" as const),
    key: fc.nat(30).map(String),
    group: fc.constantFrom("x", "y"),
    order: fc.nat(5),
  }),
  fc.record({ do: fc.constantFrom("commit" as const, "commit" as const, "rollback" as const, "reopen" as const) }),
);

interface Model {
  readonly documents: Map<string, number>;
  readonly records: { key: string; group: string; order: number }[];
}

const copy = ({ documents, records }: Model): Model => ({ documents: new Map(documents), records: [...records] });

function behavesLikeModel(keeper: Keeper, steps: readonly Step[]): void {
  let store = keeper.open();
  let committed: Model = { documents: new Map(), records: [] };
  let open = copy(committed);
  for (const step of steps) {
    if (step.do === "reopen") store = keeper.open();
    else perform(store, open, step);
    if (step.do === "commit") committed = copy(open);
    if (step.do === "rollback" || step.do === "reopen") open = copy(committed);
    readsLike(store, open);
  }
  readsLike(keeper.open(), committed);
}

function perform(store: Store, model: Model, step: Exclude<Step, { do: "reopen" }>): void {
  if (step.do === "put") {
    store.put(step.name, step.value);
    model.documents.set(step.name, step.value);
  } else if (step.do === "remove") {
    store.remove(step.name);
    model.documents.delete(step.name);
  } else if (step.do === "append") {
    const { key, group, order } = step;
    if (model.records.some((known) => known.key === key)) return;
    store.append("messages", record(key, group, order));
    model.records.push({ key, group, order });
  } else if (step.do === "commit") store.commit();
  else store.rollback();
}

function readsLike(store: Store, { documents, records }: Model): void {
  expect(store.list("")).toEqual([...documents.keys()].sort());
  for (const [name, value] of documents) expect(store.read(name)).toBe(value);
  expect(store.count("messages")).toBe(records.length);
  const sorted = records.toSorted((a, b) => a.order - b.order);
  const x = sorted.filter(({ group, order }) => group === "x" && order >= 1 && order <= 4).map(({ key }) => key);
  const query = { group: "x", from: 1, to: 4 };
  expect([...store.query("messages", query)]).toEqual(x);
  expect([...store.query("messages", { ...query, direction: "backward" })]).toEqual(x.toReversed());
  expect([...store.query("messages", { limit: 3 })]).toEqual(sorted.slice(0, 3).map(({ key }) => key));
  for (const { key } of records) expect(store.load("messages", key)).toBe(key);
}
