import { expect, test } from "vitest";
import { MemoryStore } from "../../../src/core/profile/memory-store.ts";
import { storeContract } from "../../contract/store.ts";

storeContract("the store in memory", () => {
  const store = new MemoryStore();
  return {
    open: () => {
      store.crash();
      return store;
    },
  };
});

test("commits count when they change something", () => {
  const store = new MemoryStore();
  store.commit();
  store.put("a", 1);
  store.commit();
  store.commit();
  expect(store.commits).toBe(1);
});
