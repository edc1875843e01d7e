/** Simulated UDP: datagrams are lost, doubled and overtake each other. */
import type { Millis } from "../../src/core/platform/time.ts";
import type { VirtualClock } from "./clock.ts";
import type { SeededRandom } from "./random.ts";

export interface DatagramOptions {
  readonly latencyMs: readonly [from: Millis, to: Millis];
  /** Probabilities, 0 .. 1. */
  readonly loss: number;
  readonly duplication: number;
}

type Receive = (from: string, bytes: Uint8Array) => void;

export class Datagrams {
  readonly #clock: VirtualClock;
  readonly #random: SeededRandom;
  readonly #options: DatagramOptions;
  readonly #receivers = new Map<string, Receive>();

  constructor(clock: VirtualClock, random: SeededRandom, options: DatagramOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#options = options;
  }

  bind(host: string, receive: Receive): () => void {
    this.#receivers.set(host, receive);
    return () => this.#receivers.delete(host);
  }

  /** Each copy takes a time of its own, so later datagrams may arrive earlier. */
  send(from: string, to: string, bytes: Uint8Array): void {
    const copies = this.#random.chance(this.#options.loss) ? 0 : this.#random.chance(this.#options.duplication) ? 2 : 1;
    const copy = bytes.slice();
    for (let count = 0; count < copies; count++) {
      const latency = this.#random.between(...this.#options.latencyMs);
      this.#clock.after(latency, () => this.#receivers.get(to)?.(from, copy.slice()));
    }
  }
}
