/** Values that come when they come. */
import { describe, expect, it } from "vitest";
import { AsyncQueue } from "../../../src/core/node/async-queue.ts";

async function all<T>(queue: AsyncQueue<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of queue) values.push(value);
  return values;
}

describe("a reader", () => {
  it("gets what was there before it came, and what comes while it waits, in order", async () => {
    const queue = new AsyncQueue<number>();
    queue.push(1);
    queue.push(2);
    const read = all(queue);
    await Promise.resolve();
    queue.push(3);
    await Promise.resolve();
    queue.push(4);
    queue.end();
    expect(await read).toEqual([1, 2, 3, 4]);
  });

  it("gets what is there after the end", async () => {
    const queue = new AsyncQueue<number>();
    queue.push(1);
    queue.end();
    expect(await all(queue)).toEqual([1]);
  });

  it("gets the error last, and only the first one", async () => {
    const queue = new AsyncQueue<number>();
    queue.push(1);
    queue.fail(new Error("broken"));
    queue.fail(new Error("again"));
    queue.end();
    const values: number[] = [];
    const read = (async () => {
      for await (const value of queue) values.push(value);
    })();
    await expect(read).rejects.toThrow("broken");
    expect(values).toEqual([1]);
  });

  it("may leave, and another one goes on", async () => {
    const queue = new AsyncQueue<number>();
    for (const value of [1, 2, 3]) queue.push(value);
    for await (const value of queue) {
      expect(value).toBe(1);
      break;
    }
    queue.push(4);
    queue.end();
    expect((await all(queue)).at(-1)).toBe(4);
  });
});

it("keeps so many for a reader that does not keep up, and counts the others", async () => {
  const queue = new AsyncQueue<number>(2);
  for (const value of [1, 2, 3, 4]) queue.push(value);
  expect(queue.dropped).toBe(2);
  queue.end();
  expect(await all(queue)).toEqual([1, 2]);
});
