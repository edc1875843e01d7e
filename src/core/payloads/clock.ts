/** The Lamport clock of a chat (section 5.2 of the payload digest). */
import type { Millis } from "../platform/time.ts";

/** The clock of the next message: the time, or one more than the chat's last clock when that is not past. 0 = no message yet. */
export function nextClock(lastClock: number, now: Millis): number {
  return lastClock === 0 || lastClock < now ? now : lastClock + 1;
}
