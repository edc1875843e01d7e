/** Values that come when they come, for `for await`. */

export class AsyncQueue<T> implements AsyncIterable<T> {
  /** BOUNDED BY `max`; what comes when it is full is counted in `dropped`. */
  readonly #values: T[] = [];
  readonly #max: number;
  readonly #missed: () => void;
  #dropped = 0;
  #end: "open" | "ended" | { readonly error: unknown } = "open";
  #wake: () => void = () => undefined;

  /** `max`: values kept for a reader that does not keep up; `missed` is called for each that is not. */
  constructor(max = 20_000, missed: () => void = () => undefined) {
    this.#max = max;
    this.#missed = missed;
  }

  get dropped(): number {
    return this.#dropped;
  }

  push(value: T): void {
    if (this.#values.length >= this.#max) {
      this.#dropped++;
      this.#missed();
      return;
    }
    this.#values.push(value);
    this.#wake();
  }

  /** No more will come; what is there is still read. */
  end(): void {
    if (this.#end === "open") this.#end = "ended";
    this.#wake();
  }

  /** As `end`, but the reader gets the error last. */
  fail(error: unknown): void {
    if (this.#end === "open") this.#end = { error };
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for (;;) {
      while (this.#values.length > 0) yield* this.#values.splice(0);
      if (this.#end === "ended") return;
      if (this.#end !== "open") throw this.#end.error;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
