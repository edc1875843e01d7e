import { describe, expect, test } from "vitest";
import { EnvironmentError } from "../../../src/core/platform/errors.ts";
import { MemoryStore } from "../../../src/core/profile/memory-store.ts";
import { type Migration, migrate, SCHEMA } from "../../../src/core/profile/migrations.ts";
import type { Store } from "../../../src/core/profile/store.ts";

/** From 1 to 2 contacts get a flag; from 2 to 3 they move to another folder. */
const MIGRATIONS: readonly Migration[] = [
  {
    from: 1,
    apply(store) {
      for (const name of store.list("friends")) store.put(name, { ...(store.read(name) as object), blocked: false });
    },
  },
  {
    from: 2,
    apply(store) {
      for (const name of store.list("friends")) {
        store.put(name.replace("friends/", "contacts/"), store.read(name) ?? null);
        store.remove(name);
      }
    },
  },
];

function firstGeneration(): MemoryStore {
  const store = new MemoryStore();
  migrate(store, { present: 1, migrations: [] });
  store.put("friends/bob", { name: "Bob" });
  store.put("identity", "alice");
  store.commit();
  return store;
}

function codeOf(task: () => unknown): string {
  try {
    task();
  } catch (error) {
    if (error instanceof EnvironmentError) return error.code;
    throw error;
  }
  return "none";
}

const documentsOf = (store: Store) => Object.fromEntries(store.list("").map((name) => [name, store.read(name)]));

test("a new store is of the present generation", () => {
  const store = new MemoryStore();
  expect(migrate(store)).toBe(SCHEMA);
  store.commit();
  expect(store.read("meta")).toEqual({ schema: SCHEMA });
});

test("the present generation is left alone", () => {
  const store = firstGeneration();
  const commits = store.commits;
  expect(migrate(store, { present: 1, migrations: [] })).toBe(1);
  store.commit();
  expect(store.commits).toBe(commits);
});

describe("an older generation", () => {
  test("becomes the present one step by step, and its documents are kept", () => {
    const store = firstGeneration();
    expect(migrate(store, { present: 3, migrations: MIGRATIONS })).toBe(1);
    store.commit();
    expect(documentsOf(store)).toEqual({
      meta: { schema: 3 },
      identity: "alice",
      "contacts/bob": { name: "Bob", blocked: false },
      "previous/meta": { schema: 1 },
      "previous/identity": "alice",
      "previous/friends/bob": { name: "Bob" },
    });
  });

  test("keeps only the generation before the last migration", () => {
    const store = firstGeneration();
    migrate(store, { present: 2, migrations: MIGRATIONS });
    store.commit();
    store.remove("identity");
    migrate(store, { present: 3, migrations: MIGRATIONS });
    store.commit();
    expect(store.list("previous")).toEqual(["previous/friends/bob", "previous/meta"]);
    expect(store.read("previous/meta")).toEqual({ schema: 2 });
  });

  test("is as it was until the migration is committed", () => {
    const store = firstGeneration();
    const before = documentsOf(store);
    migrate(store, { present: 3, migrations: MIGRATIONS });
    expect(store.read("meta")).toEqual({ schema: 3 });
    store.crash();
    expect(documentsOf(store)).toEqual(before);
  });

  test("is as it was when a migration fails", () => {
    const store = firstGeneration();
    const before = documentsOf(store);
    const failing: Migration = {
      from: 2,
      apply() {
        throw new Error("half-way");
      },
    };
    const migrations = [...MIGRATIONS.slice(0, 1), failing];
    expect(() => migrate(store, { present: 3, migrations })).toThrow("half-way");
    store.commit();
    expect(documentsOf(store)).toEqual(before);
  });
});

test("a newer generation is refused, and says which", () => {
  const store = new MemoryStore();
  store.put("meta", { schema: SCHEMA + 1 });
  expect(codeOf(() => migrate(store))).toBe("SCHEMA");
  expect(() => migrate(store)).toThrow(`generation ${SCHEMA + 1}`);
});

test("documents without a generation, or with a senseless one, are damage", () => {
  const store = new MemoryStore();
  store.put("identity", "alice");
  expect(codeOf(() => migrate(store))).toBe("DAMAGED");
  for (const meta of [{}, { schema: 0 }, { schema: "1" }, { schema: 1.5 }, [], null]) {
    store.put("meta", meta);
    expect(codeOf(() => migrate(store))).toBe("DAMAGED");
  }
});
