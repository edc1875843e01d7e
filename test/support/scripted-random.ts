/** Chance as written beforehand: for recordings that say which random bytes were drawn. */
import { expect } from "vitest";
import type { Random } from "../../src/core/platform/random.ts";

export interface ScriptedRandom extends Random {
  /** Asserts that everything was drawn. */
  end(): void;
}

/** Gives the parts one after another, each to a draw of exactly its length. */
export function scriptedRandom(...parts: readonly Uint8Array[]): ScriptedRandom {
  const left = [...parts];
  return {
    bytes(length) {
      const part = left.shift();
      expect(part?.length, "length of a random draw").toBe(length);
      return part ?? new Uint8Array(length);
    },
    end: () => expect(left, "random bytes that were not drawn").toEqual([]),
  };
}
