/**
 * A set of pool rows as bits: what one peer knows costs 12 KiB for 100,000 envelopes, where a set of hashes costs megabytes.
 * BOUNDED BY the highest row of the pool.
 */
export class RowSet {
  #words = new Uint32Array(8);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(row: number): boolean {
    return (((this.#words[row >>> 5] ?? 0) >>> (row & 31)) & 1) === 1;
  }

  add(row: number): void {
    if (this.has(row)) return;
    const word = row >>> 5;
    if (word >= this.#words.length) this.#grow(word + 1);
    this.#words[word] = (this.#words[word] ?? 0) | (1 << (row & 31));
    this.#size++;
  }

  delete(row: number): void {
    if (!this.has(row)) return;
    const word = row >>> 5;
    this.#words[word] = (this.#words[word] ?? 0) & ~(1 << (row & 31));
    this.#size--;
  }

  clear(): void {
    this.#words.fill(0);
    this.#size = 0;
  }

  /** The first member that is not before `row`. */
  from(row: number): number | undefined {
    if (this.#size === 0) return undefined;
    let word = row >>> 5;
    let bits = (this.#words[word] ?? 0) & (-1 << (row & 31));
    while (bits === 0 && ++word < this.#words.length) bits = this.#words[word] ?? 0;
    return bits === 0 ? undefined : 32 * word + 31 - Math.clz32(bits & -bits);
  }

  #grow(needed: number): void {
    const words = new Uint32Array(Math.max(needed, 2 * this.#words.length));
    words.set(this.#words);
    this.#words = words;
  }
}
