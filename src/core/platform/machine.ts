/**
 * The one idea of this code base: a protocol is a value that is told things and says what it wants done.
 *
 * A machine never reads a clock, a socket, a file or a source of randomness; the shell (`node/`) owns those
 * and performs the outputs. So a network of machines runs in one test, in virtual time, from a seed.
 */
import type { Millis } from "./time.ts";

export interface Machine<Input, Output> {
  /** Takes one input. Whatever it changes in the profile is durable before an output is performed. */
  feed(input: Input, now: Millis): Output[];
  /** Does what has fallen due by `now`. */
  tick(now: Millis): Output[];
  /** When `tick` wants to be called next; `NEVER` when idle. */
  wakeAt(): Millis;
}
