/**
 * Simulated TCP: reliable, ordered byte streams with latency. A stream can be cut with everything in flight, and a
 * partition keeps two hosts from each other. Bytes are delivered in pieces of random size, as TCP does.
 */
import { concatBytes } from "../../src/core/bytes/bytes.ts";
import type { Address, Dialer, Wire, WireEvents } from "../../src/core/node/ports.ts";
import type { Millis } from "../../src/core/platform/time.ts";
import type { VirtualClock } from "./clock.ts";
import type { SeededRandom } from "./random.ts";

export interface StreamOptions {
  readonly latencyMs: readonly [from: Millis, to: Millis];
  /** Time after which the other end of a cut stream notices. */
  readonly noticeMs: Millis;
  /** Longest time for which a stream now and then holds everything back, to deliver it in one piece. */
  readonly stallMs?: Millis;
}

/** How often a stream that may stall does so, for what is written to it. */
const STALL_CHANCE = 0.1;

type Accept = (wire: Wire) => WireEvents;

/** Both directions of one stream. */
export interface Stream {
  readonly ends: readonly [string, string];
  /** Drops everything in flight; both ends learn of it in time. */
  cut(): void;
  /** Flips one bit of the next piece that arrives at `end`. */
  corrupt(end: string): void;
}

export class Streams {
  readonly #clock: VirtualClock;
  readonly #random: SeededRandom;
  readonly #options: StreamOptions;
  readonly #listeners = new Map<string, Accept>();
  readonly #open = new Set<Duplex>();
  #apart: (a: string, b: string) => boolean = () => false;

  constructor(clock: VirtualClock, random: SeededRandom, options: StreamOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#options = options;
  }

  listen(host: string, accept: Accept): () => void {
    this.#listeners.set(host, accept);
    return () => this.#listeners.delete(host);
  }

  dialer(from: string): Dialer {
    return {
      dial: ({ host }: Address, opened, failed) => {
        const latency = this.#latency();
        return this.#clock.after(2 * latency, () => {
          const accept = this.#listeners.get(host);
          if (!accept || this.#apart(from, host)) failed(new Error(`${host} does not answer`));
          else this.#join([from, host], [opened, accept], latency);
        });
      },
    };
  }

  get open(): readonly Stream[] {
    return [...this.#open];
  }

  /** Cuts every stream between hosts that are apart, and keeps them from joining. */
  partition(apart: (a: string, b: string) => boolean): void {
    this.#apart = apart;
    for (const stream of this.#open) if (apart(...stream.ends)) stream.cut();
  }

  heal(): void {
    this.#apart = () => false;
  }

  /** The host is gone: its streams break. */
  unplug(host: string): void {
    this.#listeners.delete(host);
    for (const stream of this.#open) if (stream.ends.includes(host)) stream.cut();
  }

  #latency(): Millis {
    return this.#random.between(...this.#options.latencyMs);
  }

  #join(ends: [string, string], accept: [Accept, Accept], latency: Millis): void {
    const { noticeMs, stallMs = 0 } = this.#options;
    const stream = new Duplex(ends, this.#clock, this.#random, { latency, noticeMs, stallMs });
    this.#open.add(stream);
    stream.onOver = () => this.#open.delete(stream);
    stream.start(accept);
  }
}

interface Half {
  /** Who is told what arrives here. */
  events?: WireEvents;
  over: boolean;
  /** Nothing arrives before this, so that pieces stay in order. */
  clearAt: Millis;
  corruptNext: boolean;
  /** What is held back while the stream stalls. */
  held: Uint8Array[] | undefined;
}

interface Times {
  readonly latency: Millis;
  readonly noticeMs: Millis;
  readonly stallMs: Millis;
}

class Duplex implements Stream {
  readonly ends: [string, string];
  onOver: () => void = () => undefined;
  readonly #clock: VirtualClock;
  readonly #random: SeededRandom;
  readonly #times: Times;
  readonly #halves: [Half, Half] = [half(), half()];
  #cut = false;

  constructor(ends: [string, string], clock: VirtualClock, random: SeededRandom, times: Times) {
    this.ends = ends;
    this.#clock = clock;
    this.#random = random;
    this.#times = times;
  }

  /** The accepting side first: it must be ready for what the dialling side writes at once. */
  start([dialled, accepted]: [Accept, Accept]): void {
    this.#halves[1].events = accepted(this.#wire(1));
    this.#halves[0].events = dialled(this.#wire(0));
  }

  cut(): void {
    if (this.#cut) return;
    this.#cut = true;
    this.onOver();
    for (const side of [0, 1] as const) {
      this.#clock.after(this.#times.noticeMs, () => this.#end(side, new Error("connection reset")));
    }
  }

  corrupt(end: string): void {
    this.#halves[end === this.ends[0] ? 0 : 1].corruptNext = true;
  }

  #wire(side: 0 | 1): Wire {
    const other = side === 0 ? 1 : 0;
    return {
      remoteAddress: this.ends[other],
      backlog: 0,
      write: (bytes) => this.#halves[side].over || this.#stallOrSend(other, bytes.slice()),
      close: () => this.#close(side, other),
    };
  }

  #stallOrSend(to: 0 | 1, bytes: Uint8Array): void {
    const end = this.#halves[to];
    const { stallMs } = this.#times;
    if (end.held) end.held.push(bytes);
    else if (stallMs > 0 && this.#random.chance(STALL_CHANCE)) {
      end.held = [bytes];
      this.#clock.after(this.#random.between(1, stallMs), () => this.#release(to));
    } else this.#send(to, bytes);
  }

  #release(to: 0 | 1): void {
    const { held } = this.#halves[to];
    this.#halves[to].held = undefined;
    if (held) this.#later(to, () => this.#arrive(to, concatBytes(...held)));
  }

  /** Delivers in one or two pieces: the receiver must not rely on packet borders. */
  #send(to: 0 | 1, bytes: Uint8Array): void {
    const middle = this.#random.between(0, bytes.length);
    for (const piece of [bytes.subarray(0, middle), bytes.subarray(middle)]) {
      if (piece.length > 0) this.#later(to, () => this.#arrive(to, piece));
    }
  }

  #arrive(to: 0 | 1, piece: Uint8Array): void {
    const end = this.#halves[to];
    if (this.#cut || end.over) return;
    if (end.corruptNext) {
      const at = this.#random.between(0, piece.length - 1);
      piece[at] = (piece[at] ?? 0) ^ (1 << this.#random.between(0, 7));
      end.corruptNext = false;
    }
    end.events?.bytes(piece);
  }

  #close(side: 0 | 1, other: 0 | 1): void {
    if (this.#halves[side].over) return;
    this.#release(other);
    this.#later(other, () => {
      this.onOver();
      if (!this.#cut) this.#end(other);
    });
    this.#clock.after(0, () => this.#end(side));
  }

  #later(to: 0 | 1, run: () => void): void {
    const end = this.#halves[to];
    end.clearAt = Math.max(end.clearAt, this.#clock.now() + this.#times.latency);
    this.#clock.at(end.clearAt, run);
  }

  #end(side: 0 | 1, error?: Error): void {
    const end = this.#halves[side];
    if (end.over) return;
    end.over = true;
    end.events?.closed(error);
  }
}

const half = (): Half => ({ over: false, clearAt: 0, corruptNext: false, held: undefined });
