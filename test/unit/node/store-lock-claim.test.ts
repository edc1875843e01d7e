/**
 * A lock that changes hands, step by step: before any operation on a file of one process, another process does the same
 * from beginning to end, or the first one dies.
 */
import { describe, expect, test } from "vitest";
import { claim, type LockFiles } from "../../../src/core/node/store/lock-claim.ts";

interface Holder {
  readonly process: string;
  readonly nonce: string;
}

class Death extends Error {}

class World {
  readonly #files = new Map<string, Holder>();
  readonly dead = new Set<string>();
  #nonces = 0;

  /** The files as `process` meets them; `interrupt` is called before each operation with its number. */
  filesOf(process: string, interrupt: (operation: number) => void = () => undefined): LockFiles<Holder> {
    let operations = 0;
    const step = (): void => {
      if (this.dead.has(process)) throw new Death();
      interrupt(operations++);
      if (this.dead.has(process)) throw new Death();
    };
    return {
      add: (path, holder) => {
        step();
        if (this.#files.has(path)) return false;
        this.#files.set(path, holder);
        return true;
      },
      read: (path) => {
        step();
        return this.#files.get(path);
      },
      remove: (path) => {
        step();
        expect(this.#files.delete(path), `${process} removes ${path}, which is there`).toBe(true);
      },
      isAlive: (holder) => !this.dead.has(holder.process),
    };
  }

  /** Tries to take the lock; whether it has it. */
  take(process: string, interrupt?: (operation: number) => void): boolean {
    const ours = { process, nonce: `n${this.#nonces++}` };
    try {
      return claim(this.filesOf(process, interrupt), "lock", ours) === undefined;
    } catch (error) {
      if (error instanceof Death) return false;
      throw error;
    }
  }

  release(): void {
    this.#files.delete("lock");
  }

  /** Whom the lock names. */
  get holder(): string | undefined {
    return this.#files.get("lock")?.process;
  }

  get paths(): string[] {
    return [...this.#files.keys()];
  }
}

/** A world in which a process has died with the lock, and another with the right to remove it. */
function afterDeaths(deaths: number): World {
  const world = new World();
  for (let death = 0; death < deaths; death++) {
    const process = `dead ${death}`;
    // The first dies with the lock, each other when it has just got the right to remove its predecessor's.
    world.take(process, (operation) => {
      if (death > 0 && operation === 2 * death + 1) world.dead.add(process);
    });
    world.dead.add(process);
  }
  return world;
}

const DEATHS = [0, 1, 2, 3];

test("the deaths that the other tests begin with leave a chain of rights", () => {
  expect(DEATHS.map((deaths) => afterDeaths(deaths).paths.length)).toEqual([0, 1, 2, 3]);
});

describe.each(DEATHS)("after %i deaths", (deaths) => {
  test("one process takes the lock and leaves nothing else behind", () => {
    const world = afterDeaths(deaths);
    expect(world.take("a")).toBe(true);
    expect(world.paths).toEqual(["lock"]);
    expect(world.holder).toBe("a");
  });

  test("a process that is interrupted anywhere by two others, one within the other, never makes a second holder", () => {
    let interruptions = 0;
    for (let first = 0; first < 40; first++) {
      for (let second = 0; second < 40; second++) {
        const world = afterDeaths(deaths);
        const holders: string[] = [];
        const take = (process: string, interrupt?: (operation: number) => void): void => {
          if (world.take(process, interrupt)) holders.push(process);
        };
        take("a", (operation) => {
          if (operation !== first) return;
          take("b", (inner) => {
            if (inner !== second) return;
            interruptions++;
            take("c");
          });
        });
        expect(holders.length, `a at ${first}, b at ${second}: ${holders}`).toBeLessThanOrEqual(1);
        if (holders[0] !== undefined) expect(world.holder).toBe(holders[0]);
      }
    }
    expect(interruptions).toBeGreaterThan(0);
  });

  test("another that comes, takes the lock, and lets go, disturbs nobody", () => {
    for (let first = 0; first < 40; first++) {
      const world = afterDeaths(deaths);
      const mine = world.take("a", (operation) => {
        if (operation !== first || !world.take("b")) return;
        world.release();
      });
      if (mine) expect(world.holder).toBe("a");
      else expect(world.take("d")).toBe(true);
    }
  });

  test("a process that dies anywhere leaves the lock to the next", () => {
    for (let operation = 0; operation < 40; operation++) {
      const world = afterDeaths(deaths);
      world.take("a", (at) => {
        if (at === operation) world.dead.add("a");
      });
      world.dead.add("a");
      expect(world.take("b"), `a dies at ${operation}`).toBe(true);
      expect(world.holder).toBe("b");
      // Between the removal of a lock and that of the right to it, a death leaves a right that nobody will want.
      expect(world.paths.length).toBeLessThanOrEqual(2);
    }
  });
});
