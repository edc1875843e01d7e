/** What passed by on the wire, in figures: how much, on which topics, of what size and work. */
import { type Envelope, sizeOf, type Topic } from "../core/whisper/envelope.ts";

/** Topics that are told apart; the rest counts as others. */
const TOPICS_MAX = 10_000;
const TOP = 10;

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export interface TrafficReport {
  readonly envelopes: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly topics: readonly { readonly topic: Topic; readonly name: string | null; readonly envelopes: number }[];
  readonly size: Spread | null;
  readonly pow: Spread | null;
  readonly ttl: Spread | null;
}

/** Values kept for medians: a sample of the first ones would do as well, but all of an hour fit. */
const SAMPLE_MAX = 100_000;

export class Traffic {
  readonly #start: number;
  readonly #names: ReadonlyMap<Topic, string>;
  readonly #topics = new Map<Topic, number>(); // BOUNDED BY TOPICS_MAX
  readonly #sizes: number[] = []; // BOUNDED BY SAMPLE_MAX, as are the others
  readonly #pows: number[] = [];
  readonly #ttls: number[] = [];
  #envelopes = 0;
  #bytes = 0;

  /** `names` are the chats whose topics are known. */
  constructor(now: number, names: ReadonlyMap<Topic, string> = new Map()) {
    this.#start = now;
    this.#names = names;
  }

  add(envelope: Envelope): void {
    this.#envelopes++;
    this.#bytes += envelope.bytes.length;
    const known = this.#topics.get(envelope.topic);
    if (known !== undefined || this.#topics.size < TOPICS_MAX) this.#topics.set(envelope.topic, (known ?? 0) + 1);
    if (this.#sizes.length >= SAMPLE_MAX) return;
    this.#sizes.push(sizeOf(envelope));
    this.#pows.push(envelope.pow);
    this.#ttls.push(envelope.ttl);
  }

  report(now: number): TrafficReport {
    const seconds = Math.max(now - this.#start, 1) / 1000;
    const busiest = [...this.#topics].sort(([, a], [, b]) => b - a).slice(0, TOP);
    return {
      envelopes: this.#envelopes,
      bytes: this.#bytes,
      seconds,
      perSecond: this.#envelopes / seconds,
      topics: busiest.map(([topic, envelopes]) => ({ topic, name: this.#names.get(topic) ?? null, envelopes })),
      size: spreadOf(this.#sizes),
      pow: spreadOf(this.#pows),
      ttl: spreadOf(this.#ttls),
    };
  }
}

function spreadOf(values: readonly number[]): Spread | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [min] = sorted;
  const [median, max] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return min === undefined || median === undefined || max === undefined ? null : { min, median, max };
}

export function trafficLines({
  envelopes,
  bytes,
  seconds,
  perSecond,
  topics,
  size,
  pow,
  ttl,
}: TrafficReport): string[] {
  const spread = (what: string, values: Spread | null) =>
    values
      ? [`${what.padEnd(5)} ${[values.min, values.median, values.max].map(compact).join(" / ")} (least, median, most)`]
      : [];
  const most = topics[0]?.envelopes ?? 1;
  return [
    `${envelopes} envelopes, ${bytes} bytes in ${seconds.toFixed(1)} s: ${perSecond.toFixed(2)} per second`,
    ...spread("size", size),
    ...spread("work", pow),
    ...spread("ttl", ttl),
    ...topics.map(({ topic, name, envelopes: count }) => {
      const bar = "#".repeat(Math.max(1, Math.round((20 * count) / most)));
      return `${topic} ${String(count).padStart(6)} ${bar}${name === null ? "" : ` #${name}`}`;
    }),
  ];
}

const compact = (value: number): string => (Number.isInteger(value) ? String(value) : value.toPrecision(3));
