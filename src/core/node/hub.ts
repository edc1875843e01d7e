/** Who is told of a node's events, and streams of them for `for await`. */
import type { NodeEvent } from "./node-io.ts";

/** Events kept for one reader that does not keep up: a few megabytes. What comes then is counted, not kept. */
const QUEUE_MAX = 20_000;

export type Listener = (event: NodeEvent) => void;

export class Hub {
  readonly #listeners = new Set<Listener>(); // BOUNDED BY what this process waits for

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

  /** What `choose` makes of the events from now on, until `signal` aborts; listening begins with the call. */
  stream<T>(choose: (event: NodeEvent) => T | undefined, signal: AbortSignal): EventStream<T> {
    return new EventStream((push) => this.listen((event) => push(choose(event))), signal);
  }
}

/** A queue between events and a reader. Ends when its signal aborts and the queue is empty. */
export class EventStream<T> implements AsyncIterable<T> {
  readonly #queue: T[] = []; // BOUNDED BY QUEUE_MAX
  readonly #signal: AbortSignal;
  readonly #leave: () => void;
  #wake: () => void = () => undefined;
  #dropped = 0;

  constructor(listen: (push: (value: T | undefined) => void) => () => void, signal: AbortSignal) {
    this.#signal = signal;
    this.#leave = listen((value) => this.#push(value));
    signal.addEventListener("abort", () => this.#wake(), { once: true });
  }

  /** How many were lost because the reader did not keep up. */
  get dropped(): number {
    return this.#dropped;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    try {
      for (;;) {
        while (this.#queue.length > 0) yield* this.#queue.splice(0);
        if (this.#signal.aborted) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      this.#leave();
    }
  }

  #push(value: T | undefined): void {
    if (value === undefined) return;
    if (this.#queue.length >= QUEUE_MAX) this.#dropped++;
    else this.#queue.push(value);
    this.#wake();
  }
}
