/**
 * A relay under attack: it runs in a process of its own, two honest peers talk through it all the while, and what it needs
 * at most is compared with a limit.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { Enode } from "../../src/core/devp2p/enode.ts";
import { freshSecret } from "../../src/core/node/fresh-secret.ts";
import { threadMiner } from "../../src/core/node/miner.ts";
import { Presence } from "../../src/core/node/presence.ts";
import { systemClock, systemRandom } from "../../src/core/node/system.ts";
import { tcpDialer } from "../../src/core/node/tcp.ts";
import { toSeconds } from "../../src/core/platform/time.ts";
import { type Envelope, type EnvelopeDraft, encodeEnvelope } from "../../src/core/whisper/envelope.ts";
import { topicOf } from "../../src/core/whisper/topic.ts";
import type { WhisperOptions } from "../../src/core/whisper/whisper.ts";
import type { PeerStatus } from "../../src/core/whisper/whisper-io.ts";
import type { Figures, Question, RelayProcessOptions } from "../hostile/relay-process.ts";
import { Attacker } from "./attacker.ts";
import { fast as crypto } from "./doors.ts";

const MB = 2 ** 20;
/** For one envelope from one honest peer to the other. Far more than it takes: machines under test are busy. */
const DELIVERY_MS = 15_000;

/** What the honest put into their envelopes, a hundred times what relays ask for: a few hundred hashes. */
const HONEST_POW = 0.1;

export interface AttackLimits {
  /** What the relay may need for it at most, in MB. */
  readonly memoryMb: number;
}

/** What an attack came to. */
export interface AttackReport {
  /** What the relay needed for it at most, in MB. */
  readonly memoryMb: number;
  /** How long the honest peers' envelopes took meanwhile, in milliseconds. */
  readonly deliveries: readonly number[];
  readonly before: Figures;
  readonly after: Figures;
}

export class Arena {
  readonly enode: Enode;
  readonly #process: ChildProcess;
  readonly #honest: HonestPair;
  /** Those of the attack that is under way; they leave with it. */
  readonly #attackers: Attacker[] = [];
  /** Who waits for the next answers, in their order. */
  readonly #asking: ((figures: Figures) => void)[] = [];

  static async open(options: RelayProcessOptions = {}): Promise<Arena> {
    const file = new URL("../hostile/relay-process.ts", import.meta.url).pathname;
    const child = fork(file, [JSON.stringify(options)], { execArgv: ["--import", "tsx"] });
    const [enode] = (await once(child, "message")) as [Enode];
    const arena = new Arena(child, enode);
    await arena.#honest.join();
    // The first envelopes and handshakes also load and compile code; that is nobody's fault.
    for (let times = 0; times < 20; times++) await arena.#honest.exchange();
    return arena;
  }

  private constructor(child: ChildProcess, enode: Enode) {
    this.#process = child;
    this.enode = enode;
    this.#honest = new HonestPair(enode);
    child.on("message", (figures: Figures) => this.#asking.shift()?.(figures));
  }

  /** Runs the attack while honest peers talk; then the relay must live, and have kept within the limits. */
  async attack(limits: AttackLimits, run: () => Promise<void>): Promise<AttackReport> {
    const before = await this.ask("rest");
    const deliveries: number[] = [];
    let over = false;
    const attack = run().finally(() => {
      over = true;
    });
    const talk = async (): Promise<void> => {
      do {
        deliveries.push(await this.#honest.exchange());
        await sleep(20);
      } while (!over);
    };
    try {
      await Promise.all([attack, talk()]);
      await this.#honest.exchange();
    } catch (error) {
      const { farewells, failure } = await this.ask("figures");
      throw new Error(`${error}; the relay: ${failure ?? (farewells.slice(-5).join("; ") || "well")}`, {
        cause: error,
      });
    } finally {
      this.dismiss();
    }
    const after = await this.ask("figures");
    const memoryMb = (after.peak - before.rss) / MB;
    expect(after.failure, "the relay still runs").toBeUndefined();
    expect(memoryMb, "MB that the relay needed").toBeLessThan(limits.memoryMb);
    return { memoryMb, deliveries, before, after };
  }

  /** An attacker that has said nothing. */
  stranger(): Promise<Attacker> {
    return this.#enlist(Attacker.open(this.enode));
  }

  /** An attacker that has read ack, and said nothing since. */
  shaken(): Promise<Attacker> {
    return this.#enlist(Attacker.shaken(this.enode));
  }

  /** An attacker that has said Hello, and nothing since. */
  met(): Promise<Attacker> {
    return this.#enlist(Attacker.met(this.enode));
  }

  /** An attacker that is as good a peer as any other, up to now. */
  joined(status: Partial<PeerStatus> = {}): Promise<Attacker> {
    return this.#enlist(Attacker.joined(this.enode, status));
  }

  /** Sends all attackers away. */
  dismiss(): void {
    for (const attacker of this.#attackers.splice(0)) attacker.close();
  }

  async #enlist(coming: Promise<Attacker>): Promise<Attacker> {
    const attacker = await coming;
    this.#attackers.push(attacker);
    return attacker;
  }

  ask(question: Question): Promise<Figures> {
    return new Promise((resolve) => {
      this.#asking.push(resolve);
      this.#process.send(question);
    });
  }

  async close(): Promise<void> {
    this.#honest.stop();
    const gone = once(this.#process, "exit");
    await this.ask("stop");
    await gone;
  }
}

/** The report in a line, for `annotate`. */
export function summary({ memoryMb, deliveries }: AttackReport): string {
  const slowest = Math.max(...deliveries);
  return `${memoryMb.toFixed(1)} MB; ${deliveries.length} honest deliveries, the slowest ${slowest.toFixed(0)} ms`;
}

/** Two clients that know nobody but the relay. */
class HonestPair {
  readonly #alice: Presence;
  readonly #bob: Presence;

  constructor(relay: Enode) {
    // They want nothing of a flood: this process has enough to do with making it.
    this.#alice = honestPeer(relay, "alice", { minPow: HONEST_POW });
    this.#bob = honestPeer(relay, "bob", { minPow: HONEST_POW });
  }

  async join(): Promise<void> {
    for (const peer of [this.#alice, this.#bob]) {
      peer.start();
      expect(await peer.joined(AbortSignal.timeout(DELIVERY_MS)), "an honest peer gets in").toBe(true);
    }
  }

  /** Alice says something, and Bob hears it; how long it took. */
  async exchange(): Promise<number> {
    const envelope = honestEnvelope();
    const start = performance.now();
    const heard = this.#bob.hub.first((event) => {
      if (event.type !== "whisper" || event.event.type !== "envelope") return undefined;
      return event.event.envelope.hash === envelope.hash ? true : undefined;
    }, AbortSignal.timeout(DELIVERY_MS));
    this.#alice.node.whisper({ type: "post", envelope });
    expect(await heard, "an honest envelope arrives").toBe(true);
    return performance.now() - start;
  }

  stop(): void {
    this.#alice.stop();
    this.#bob.stop();
  }
}

/** A client as the commands make one. */
export function honestPeer(relay: Enode, name: string, whisper: Partial<WhisperOptions> = {}): Presence {
  return new Presence({
    crypto,
    random: systemRandom,
    clock: systemClock,
    dialer: tcpDialer(),
    miner: threadMiner(crypto),
    nodeSecret: freshSecret(crypto, systemRandom),
    clientId: `statusctl/${name}`,
    peers: [relay],
    whisper,
  });
}

/** Small, and with more work than anybody asks for. */
const honestEnvelope = (): Envelope => someEnvelope({ data: systemRandom.bytes(100), minPow: HONEST_POW });

export interface EnvelopeChoice extends Partial<EnvelopeDraft> {
  /** 0.001, what relays ask for, when it is not given. */
  readonly minPow?: number;
}

/** A valid envelope of the present. */
export function someEnvelope({ minPow = 0.001, ...draft }: EnvelopeChoice = {}): Envelope {
  const { ttl = 10, data = systemRandom.bytes(8), topic = topicOf(crypto, "arena") } = draft;
  const { expiry = toSeconds(Date.now()) + ttl } = draft;
  for (let nonce = 0n; ; nonce++) {
    const envelope = encodeEnvelope(crypto, { expiry, ttl, topic, data }, nonce);
    if (envelope.pow >= minPow) return envelope;
  }
}
