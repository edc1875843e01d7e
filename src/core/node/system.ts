/** The system's clock and randomness, as the ports of the shell. */
import { randomFillSync } from "node:crypto";
import type { Random } from "../platform/random.ts";
import type { Clock } from "./ports.ts";

/** Longest delay of one timer; a wake-up further away is armed again. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  at(time, task) {
    const delay = Math.min(Math.max(0, Math.ceil(time - Date.now())), TIMER_MS_MAX);
    const timer = setTimeout(task, delay);
    return () => clearTimeout(timer);
  },
};

export const systemRandom: Random = {
  bytes: (length) => randomFillSync(new Uint8Array(length)),
};
