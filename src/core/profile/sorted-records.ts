/** Queries over several sorted runs of records: each layer of a store gives some, and they are merged as they are read. */
import type { SegmentQuery } from "./store.ts";

/** Records of one group (or all), by order, then by arrival. */
export interface SortedRecords {
  readonly length: number;
  orderAt(index: number): number;
  textAt(index: number): string;
}

/** The texts that `query` asks for; of equal orders the older run's come first. `runs` are given from old to new. */
export function* mergeSorted(runs: readonly SortedRecords[], query: SegmentQuery): Generator<string> {
  const backward = query.direction === "backward";
  const cursors = runs.map((run) => new Cursor(run, query));
  if (backward) cursors.reverse();
  for (let left = query.limit ?? Number.POSITIVE_INFINITY; left > 0; left--) {
    const next = nearest(cursors, backward);
    if (!next) return;
    yield next.take();
  }
}

/** The cursor whose record is due; the first of equals. BOUNDED BY one comparison per run. */
function nearest(cursors: readonly Cursor[], backward: boolean): Cursor | undefined {
  let best: Cursor | undefined;
  for (const cursor of cursors) {
    if (cursor.atEnd) continue;
    if (!best || (backward ? cursor.order > best.order : cursor.order < best.order)) best = cursor;
  }
  return best;
}

/** A position within the part of a run that lies in the bounds of the query. */
class Cursor {
  readonly #run: SortedRecords;
  readonly #step: 1 | -1;
  #index: number;
  #left: number;

  constructor(run: SortedRecords, { from, to, direction }: SegmentQuery) {
    const first = from === undefined ? 0 : firstWhere(run, (order) => order >= from);
    const end = to === undefined ? run.length : firstWhere(run, (order) => order > to);
    this.#run = run;
    this.#step = direction === "backward" ? -1 : 1;
    this.#index = direction === "backward" ? end - 1 : first;
    this.#left = Math.max(0, end - first);
  }

  get atEnd(): boolean {
    return this.#left === 0;
  }

  get order(): number {
    return this.#run.orderAt(this.#index);
  }

  take(): string {
    const text = this.#run.textAt(this.#index);
    this.#index += this.#step;
    this.#left--;
    return text;
  }
}

/** The first index whose order satisfies `reached`, by bisection; `reached` is false, then true along the run. */
function firstWhere(run: SortedRecords, reached: (order: number) => boolean): number {
  let low = 0;
  let high = run.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (reached(run.orderAt(middle))) high = middle;
    else low = middle + 1;
  }
  return low;
}
