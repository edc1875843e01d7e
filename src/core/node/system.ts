/** The system's clock and randomness, as the ports of the shell. */
import { randomFillSync } from "node:crypto";
import type { Random } from "../platform/random.ts";
import type { Clock } from "./ports.ts";

/** Longest delay of one timer; a wake-up further away is armed again. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  at(time, task) {
    const delay = Math.ceil(time - Date.now());
    if (delay <= 0) return soon(task);
    const timer = setTimeout(task, Math.min(delay, TIMER_MS_MAX));
    return () => clearTimeout(timer);
  },
};

/** Behind the events that are at hand, and ahead of all later ones. */
function soon(task: () => void): () => void {
  const immediate = setImmediate(task);
  return () => clearImmediate(immediate);
}

export const systemRandom: Random = {
  bytes: (length) => randomFillSync(new Uint8Array(length)),
};
