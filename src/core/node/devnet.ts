/** A throw-away network on loopback, in this process: relays joined in a line, a ring, or all with all. */
import type { Crypto } from "../crypto/crypto.ts";
import type { Random } from "../platform/random.ts";
import type { WhisperOptions } from "../whisper/whisper.ts";
import { freshSecret } from "./fresh-secret.ts";
import type { NodeEvent } from "./node-io.ts";
import type { Clock, Dialer, Miner } from "./ports.ts";
import { type Relay, startRelay } from "./relay.ts";
import { seededRandom } from "./seeded-random.ts";
import { type Weather, weatherOf } from "./weather.ts";

export const TOPOLOGIES = ["line", "ring", "full"] as const;
export type Topology = (typeof TOPOLOGIES)[number];

export interface DevnetOptions {
  readonly crypto: Crypto;
  readonly random: Random;
  /** Makes the keys and the weather of each relay the same again. */
  readonly seed?: number;
  readonly clock: Clock;
  readonly dialer: Dialer;
  readonly miner: Miner;
  readonly clientId: string;
  readonly relays: number;
  readonly topology: Topology;
  readonly host?: string;
  /** Of the first relay; the others follow. 0 = any free ones. */
  readonly port?: number;
  readonly whisper?: Partial<WhisperOptions>;
  readonly weather?: Weather;
  readonly observe?: (relay: number, event: NodeEvent) => void;
}

export interface Devnet {
  readonly relays: readonly Relay[];
  stop(): Promise<void>;
}

export async function startDevnet(options: DevnetOptions): Promise<Devnet> {
  const relays: Relay[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(relays.map((relay) => relay.stop()));
  };
  try {
    for (let index = 0; index < options.relays; index++) relays.push(await member(options, index));
  } catch (error) {
    await stop();
    throw error;
  }
  for (const [from, to] of edges(options.relays, options.topology)) {
    const [one, other] = [relays[from], relays[to]];
    if (one && other) one.node.connect(other.enode);
  }
  return { relays, stop };
}

function member(options: DevnetOptions, index: number): Promise<Relay> {
  const { host = "127.0.0.1", port = 0, weather, observe, seed, ...ports } = options;
  const { crypto, clock, random } = ports;
  const chance = (stream: number) => (seed === undefined ? random : seededRandom(crypto, seed, 2 * index + stream));
  return startRelay({
    ...ports,
    nodeSecret: freshSecret(crypto, chance(0)),
    listen: { host, port: port === 0 ? 0 : port + index },
    // Of its own: how many handshakes draw before the next link is a matter of timing.
    ...(weather ? { wrap: weatherOf(weather, clock, chance(1)) } : {}),
    ...(observe ? { observe: (event: NodeEvent) => observe(index, event) } : {}),
  });
}

/** Which relay dials which. */
export function edges(count: number, topology: Topology): [from: number, to: number][] {
  const pairs: [number, number][] = [];
  for (let from = 0; from < count; from++) {
    for (let to = from + 1; to < count; to++) {
      const closes = topology === "ring" && from === 0 && to === count - 1;
      if (topology === "full" || to === from + 1 || closes) pairs.push([from, to]);
    }
  }
  return pairs;
}
