/** Who is told of a node's events, and streams of them for `for await`. */
import { AsyncQueue } from "./async-queue.ts";
import type { NodeEvent } from "./node-io.ts";

export type Listener = (event: NodeEvent) => void;

export class Hub {
  readonly #listeners = new Set<Listener>(); // BOUNDED BY what this process waits for
  #dropped = 0;

  /** How many events were lost because readers of streams did not keep up. */
  get dropped(): number {
    return this.#dropped;
  }

  readonly tell: Listener = (event) => {
    for (const listener of this.#listeners) listener(event);
  };

  /** The result takes the listener away. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Resolves with the first event that `choose` makes something of, or undefined when `signal` aborts; rejects with
   * what `choose` throws.
   */
  first<T>(choose: (event: NodeEvent) => T | undefined, signal: AbortSignal): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        leave();
        signal.removeEventListener("abort", abort);
        settle();
      };
      const abort = (): void => end(() => resolve(undefined));
      const leave = this.listen((event) => {
        try {
          const value = choose(event);
          if (value !== undefined) end(() => resolve(value));
        } catch (error) {
          end(() => reject(error));
        }
      });
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort, { once: true });
    });
  }

  /**
   * What `choose` makes of the events from now on, until `signal` aborts; listening begins with the call. What `choose`
   * throws is what the reader gets last.
   */
  stream<T>(choose: (event: NodeEvent) => T | undefined, signal: AbortSignal): EventStream<T> {
    const missed = (): void => void this.#dropped++;
    return new EventStream((hear) => this.listen((event) => hear(() => choose(event))), signal, missed);
  }
}

/** Events as a queue, until the signal aborts. */
export class EventStream<T> implements AsyncIterable<T> {
  readonly #queue: AsyncQueue<T>;
  readonly #leave: () => void;

  constructor(
    listen: (hear: (choose: () => T | undefined) => void) => () => void,
    signal: AbortSignal,
    missed: () => void,
  ) {
    this.#queue = new AsyncQueue<T>(undefined, missed);
    this.#leave = listen((choose) => this.#hear(choose));
    if (signal.aborted) this.#queue.end();
    signal.addEventListener("abort", () => this.#queue.end(), { once: true });
  }

  /** How many were lost because the reader did not keep up. */
  get dropped(): number {
    return this.#queue.dropped;
  }

  #hear(choose: () => T | undefined): void {
    try {
      const value = choose();
      if (value !== undefined) this.#queue.push(value);
    } catch (error) {
      this.#queue.fail(error);
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    try {
      yield* this.#queue;
    } finally {
      this.#leave();
    }
  }
}
