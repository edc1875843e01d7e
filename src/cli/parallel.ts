/** A bounded number of tasks at once. */

/** Runs `task` on every item, at most `width` at a time, in order of their coming; rejects with the first failure. */
export async function forEachParallel<T>(
  items: AsyncIterable<T> | Iterable<T>,
  width: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>(); // BOUNDED BY width
  for await (const item of items) {
    const run = task(item).finally(() => running.delete(run));
    running.add(run);
    if (running.size >= width) await Promise.race(running);
  }
  await Promise.all(running);
}
