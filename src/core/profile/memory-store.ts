/** The profile's store in memory, for tests and simulation. "Durable" is what outlives `crash`. */
import { Changes } from "./changes.ts";
import { type Layer, LayeredStore } from "./layered-store.ts";

export class MemoryStore extends LayeredStore {
  readonly #committed = new Changes();
  #commits = 0;

  /** How many transactions changed something. */
  get commits(): number {
    return this.#commits;
  }

  /** What the end of the process does: uncommitted changes are gone, the rest is there for the next one. */
  crash(): void {
    this.rollback();
  }

  protected override committed(): readonly Layer[] {
    return [this.#committed];
  }

  protected override persist(changes: Changes): void {
    this.#committed.absorb(changes);
    this.#commits++;
  }
}
