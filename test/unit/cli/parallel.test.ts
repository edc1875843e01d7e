import { describe, expect, test } from "vitest";
import { attemptEach, forEachParallel } from "../../../src/cli/parallel.ts";
import { EnvironmentError, UsageError } from "../../../src/core/platform/errors.ts";

/** A promise and what settles it. */
function open(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

async function* upTo(count: number): AsyncGenerator<number> {
  for (let item = 0; item < count; item++) yield item;
}

describe("tasks at once", () => {
  test("begin in the order of their items, never more than the width of them", async () => {
    const begun: number[] = [];
    let underWay = 0;
    let most = 0;
    await forEachParallel(upTo(20), 3, async (item) => {
      begun.push(item);
      most = Math.max(most, ++underWay);
      for (let turn = 0; turn <= item % 4; turn++) await nextTurn();
      underWay--;
    });
    expect(begun).toEqual(Array.from({ length: 20 }, (_, item) => item));
    expect(most).toBe(3);
  });

  test("fail as one, while the source still waits for its next item", async () => {
    const never = new Promise<void>(() => undefined);
    async function* slow(): AsyncGenerator<string> {
      yield "bad";
      await never;
    }
    const failing = forEachParallel(slow(), 2, async (item) => {
      throw new Error(item);
    });
    await expect(failing).rejects.toThrow("bad");
  });

  test("are waited for when another fails, and no more begin", async () => {
    const { promise, resolve } = open();
    const ended: number[] = [];
    const all = forEachParallel(upTo(9), 2, async (item) => {
      if (item === 1) throw new Error("the second");
      await promise;
      ended.push(item);
    });
    const outcome = all.catch((error: Error) => error.message);
    setImmediate(resolve);
    expect(await outcome).toBe("the second");
    expect(ended).toEqual([0]);
  });

  test("are waited for when the source fails", async () => {
    let closed = false;
    async function* broken(): AsyncGenerator<number> {
      yield 1;
      throw new Error("no more input");
    }
    const all = forEachParallel(broken(), 4, async () => {
      await nextTurn();
      closed = true;
    });
    await expect(all).rejects.toThrow("no more input");
    expect(closed).toBe(true);
  });

  test("leave the source behind closed", async () => {
    let closed = false;
    async function* source(): AsyncGenerator<number> {
      try {
        yield* upTo(9);
      } finally {
        closed = true;
      }
    }
    await expect(forEachParallel(source(), 1, () => Promise.reject(new Error("first")))).rejects.toThrow("first");
    await nextTurn();
    expect(closed).toBe(true);
  });
});

describe("attempts", () => {
  test("go on after a wrong item, and tell which it was", async () => {
    const done: number[] = [];
    const failures = await attemptEach(upTo(4), 1, async (item) => {
      if (item === 1) throw new UsageError("USAGE", "one is wrong");
      done.push(item);
    });
    expect(done).toEqual([0, 2, 3]);
    expect(failures).toMatchObject([{ error: { message: "one is wrong" }, at: { number: 2, item: 1 } }]);
  });

  test("end with a failure that is not the item's", async () => {
    const done: number[] = [];
    const failures = await attemptEach(upTo(4), 1, async (item) => {
      if (item === 1) throw new EnvironmentError("DISK", "full");
      done.push(item);
    });
    expect(done).toEqual([0]);
    expect(failures).toMatchObject([{ error: { message: "full" }, at: { number: 2 } }]);
  });

  test("tell of a source that breaks", async () => {
    async function* broken(): AsyncGenerator<number> {
      yield* upTo(2);
      throw new UsageError("USAGE", "a line too long");
    }
    const done: number[] = [];
    const failures = await attemptEach(broken(), 8, async (item) => void done.push(item));
    expect(done).toEqual([0, 1]);
    expect(failures).toMatchObject([{ error: { message: "a line too long" }, at: null }]);
  });
});
