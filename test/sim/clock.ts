/** Virtual time: tasks run in the order of their time, then of their making. */
import type { Clock } from "../../src/core/node/ports.ts";
import type { Millis } from "../../src/core/platform/time.ts";

interface Task {
  readonly time: Millis;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

export class VirtualClock implements Clock {
  #now: Millis;
  #order = 0;
  /** A binary heap, earliest first. */
  readonly #heap: Task[] = [];

  constructor(start: Millis) {
    this.#now = start;
  }

  now(): Millis {
    return this.#now;
  }

  at(time: Millis, run: () => void): () => void {
    const task: Task = { time: Math.max(time, this.#now), order: this.#order++, run, cancelled: false };
    this.#heap.push(task);
    this.#rise(this.#heap.length - 1);
    return () => {
      task.cancelled = true;
    };
  }

  after(delay: Millis, run: () => void): () => void {
    return this.at(this.#now + delay, run);
  }

  /** Runs everything due until `end`, and stands at `end`. A world that never rests is a bug: bounded steps. */
  runUntil(end: Millis, stepsMax = 5_000_000): void {
    for (let steps = 0; ; steps++) {
      const task = this.#heap[0];
      if (!task || task.time > end) break;
      if (steps === stepsMax) throw new Error(`the world did not rest within ${stepsMax} steps`);
      this.#pop();
      if (task.cancelled) continue;
      this.#now = task.time;
      task.run();
    }
    this.#now = end;
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (!last || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(from: number): void {
    for (let index = from; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfEarlier(index, parent)) return;
      index = parent;
    }
  }

  #sink(from: number): void {
    for (let index = from; ; ) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      const child = this.#earlier(right, left) ? right : left;
      if (child >= this.#heap.length || !this.#swapIfEarlier(child, index)) return;
      index = child;
    }
  }

  #earlier(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (!a || !b) return false;
    return a.time < b.time || (a.time === b.time && a.order < b.order);
  }

  #swapIfEarlier(child: number, parent: number): boolean {
    const [a, b] = [this.#heap[child], this.#heap[parent]];
    if (!a || !b || !this.#earlier(child, parent)) return false;
    this.#heap[child] = b;
    this.#heap[parent] = a;
    return true;
  }
}
