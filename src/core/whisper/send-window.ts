/**
 * How much a peer is sent before it has taken what came earlier.
 *
 * Without it a new neighbour is sent a full pool as fast as we can write, and a slow one is hung up on for the bytes that
 * wait for it. Peers acknowledge each batch with one packet, so counting suffices; of peers that acknowledge nothing, what
 * is old enough counts as taken.
 */
import { type Millis, SECOND } from "../platform/time.ts";

/** Bytes under way to one peer: enough for 10 MB a second at a round trip of 100 ms. */
const WINDOW_BYTES = 2 ** 20;
/** What was sent so long ago is no longer waited for. A silent peer is thus sent half a megabyte per second. */
const PATIENCE: Millis = 2 * SECOND;

interface Flight {
  readonly bytes: number;
  readonly at: Millis;
}

export class SendWindow {
  /** Oldest first. BOUNDED BY the window, as each holds a byte or more. */
  readonly #flights: Flight[] = [];
  #bytes = 0;

  /** The earliest time at which something may be sent, as far as is known now. */
  opensAt(): Millis {
    const [oldest] = this.#flights;
    if (oldest === undefined || this.#bytes < WINDOW_BYTES) return Number.NEGATIVE_INFINITY;
    return oldest.at + PATIENCE;
  }

  sent(bytes: number, now: Millis): void {
    this.#flights.push({ bytes, at: now });
    this.#bytes += bytes;
  }

  /** The peer took one batch. */
  acknowledged(): void {
    this.#bytes -= this.#flights.shift()?.bytes ?? 0;
  }

  /** Stops waiting for what is too old. */
  settle(now: Millis): void {
    while (this.#flights[0] !== undefined && this.#flights[0].at + PATIENCE <= now) this.acknowledged();
  }
}
