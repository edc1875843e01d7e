/** Seeded chance: the same seed gives the same run, whatever the machine. */
import type { Random } from "../../src/core/platform/random.ts";

/** The sfc32 generator with conveniences for scenarios. */
export class SeededRandom implements Random {
  readonly #state: Uint32Array;

  constructor(seed: number) {
    this.#state = Uint32Array.of(0x9e3779b9, 0x243f6a88, seed >>> 0, Math.floor(seed / 2 ** 32) + 1);
    for (let round = 0; round < 16; round++) this.#next();
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#next() & 0xff);
  }

  /** A number in [0, 1). */
  fraction(): number {
    return this.#next() / 2 ** 32;
  }

  /** A whole number in [from, to]. */
  between(from: number, to: number): number {
    return from + Math.floor(this.fraction() * (to - from + 1));
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.between(0, items.length - 1)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  }

  /** A generator of its own for one part of the world, so that parts do not disturb each other. */
  fork(): SeededRandom {
    return new SeededRandom(this.#next() * 2 ** 20 + (this.#next() & 0xfffff));
  }

  #next(): number {
    const [a = 0, b = 0, c = 0, counter = 0] = this.#state;
    const result = (a + b + counter) >>> 0;
    this.#state.set([b ^ (b >>> 9), (c + (c << 3)) >>> 0, (((c << 21) | (c >>> 11)) + result) >>> 0, counter + 1]);
    return result;
  }
}
