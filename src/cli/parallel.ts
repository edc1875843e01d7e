/** A bounded number of tasks at once. */
import { UsageError } from "../core/platform/errors.ts";

/** What could not be done. */
export interface Failed<T> {
  readonly error: unknown;
  /** Which item, from 1, and what it is; null: the source itself failed. */
  readonly at: { readonly number: number; readonly item: T } | null;
}

/**
 * Runs `task` on every item, at most `width` at a time, in order of their coming. After the first failure nothing more is
 * begun; it is thrown once the tasks under way have settled, even while the source still waits for an item.
 */
export async function forEachParallel<T>(
  items: AsyncIterable<T>,
  width: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const source = items[Symbol.asyncIterator]();
  const running = new Set<Promise<void>>(); // BOUNDED BY width
  let isOver = false;
  const work = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await source.next();
      if (done || isOver) return;
      const run = task(value);
      running.add(run);
      await run.finally(() => running.delete(run));
    }
  };
  try {
    await Promise.all(Array.from({ length: width }, work));
  } finally {
    isOver = true;
    await Promise.allSettled(running);
    // Not waited for: it would wait for the item that the source waits for.
    source.return?.().catch(() => undefined);
  }
}

/**
 * As `forEachParallel`, but never rejects: what fails does not take with it what became of the others. An item that is wrong
 * (`UsageError`) does not keep the next ones from being tried; any other failure does, as it would be theirs too.
 */
export async function attemptEach<T>(
  items: AsyncIterable<T>,
  width: number,
  task: (item: T, number: number) => Promise<void>,
): Promise<readonly Failed<T>[]> {
  const failures: Failed<T>[] = []; // BOUNDED BY the items
  let count = 0;
  const attempt = async (item: T): Promise<void> => {
    const number = ++count;
    try {
      await task(item, number);
    } catch (error) {
      failures.push({ error, at: { number, item } });
      if (!(error instanceof UsageError)) throw error;
    }
  };
  try {
    await forEachParallel(items, width, attempt);
  } catch (error) {
    if (!failures.some((failure) => failure.error === error)) failures.push({ error, at: null });
  }
  return failures;
}
