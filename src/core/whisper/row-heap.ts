/**
 * Pool rows in an order of their own, as a binary heap: the first row is at hand, any row is removed in logarithmic time.
 * Rows are small whole numbers; the place of each is kept, so nothing is ever searched.
 */
export class RowHeap {
  readonly #before: (row: number, other: number) => boolean;
  readonly #rows: number[] = [];
  /** Where each row stands in `#rows`. BOUNDED BY the highest row of the pool. */
  readonly #places: number[] = [];

  /** `before` says whether `row` comes out ahead of `other`; it must not change for a row that is in the heap. */
  constructor(before: (row: number, other: number) => boolean) {
    this.#before = before;
  }

  get first(): number | undefined {
    return this.#rows[0];
  }

  add(row: number): void {
    this.#rows.push(row);
    this.#rise(row, this.#rows.length - 1);
  }

  /** Takes out a row that is in the heap. */
  remove(row: number): void {
    const place = this.#places[row] ?? 0;
    const last = this.#rows.pop();
    if (last === undefined || last === row) return;
    this.#rise(last, place);
    this.#sink(last, this.#places[last] ?? 0);
  }

  #rise(row: number, from: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#rows[parent] ?? 0;
      if (!this.#before(row, above)) break;
      this.#put(above, place);
      place = parent;
    }
    this.#put(row, place);
  }

  #sink(row: number, from: number): void {
    let place = from;
    for (;;) {
      const child = this.#firstChild(place);
      const below = this.#rows[child];
      if (below === undefined || !this.#before(below, row)) break;
      this.#put(below, place);
      place = child;
    }
    this.#put(row, place);
  }

  #firstChild(place: number): number {
    const left = 2 * place + 1;
    const [one, other] = [this.#rows[left], this.#rows[left + 1]];
    return one !== undefined && other !== undefined && this.#before(other, one) ? left + 1 : left;
  }

  #put(row: number, place: number): void {
    this.#rows[place] = row;
    this.#places[row] = place;
  }
}
