/**
 * Random networks of relays and light clients whose links break and heal: every envelope reaches every interested node
 * to which a path of forwarding nodes joins the sender, held up long enough before its expiry; no node sees it twice, and
 * nobody breaks the rules of relays.
 */
import type { Crypto } from "../../src/core/crypto/crypto.ts";
import type { NodeEvent } from "../../src/core/node/node-io.ts";
import type { NodeId } from "../../src/core/platform/node-id.ts";
import { MINUTE, type Millis, SECOND } from "../../src/core/platform/time.ts";
import { bloomOf, joinBlooms, matches } from "../../src/core/whisper/bloom.ts";
import type { Envelope, EnvelopeHash, Topic } from "../../src/core/whisper/envelope.ts";
import { topicOf } from "../../src/core/whisper/topic.ts";
import { largeEnvelope, randomEnvelope, SIM_MIN_POW } from "./drafts.ts";
import { type Honest, RelayRules } from "./relay-rules.ts";
import type { Stream } from "./streams.ts";
import { type Host, World } from "./world.ts";

const HOSTS = 10;
const TOPICS = 4;
const ENVELOPES = 12;
/** Large envelopes that are posted at once: more than fits into one packet. */
const BURST = 5;
/** The time in which links break and envelopes are posted. */
const TURMOIL: Millis = 60 * SECOND;
/** Streams stall, so that what was said at different times arrives in one piece. */
const STREAMS = { latencyMs: [5, 80], noticeMs: 200, stallMs: 300 } as const;
/** One hop over a link that is up: the transmission cycle of 300 ms, a stall, twice the highest latency, and some room. */
const HOP: Millis = 1.2 * SECOND;

interface Member extends Honest {
  readonly host: Host;
  readonly own: Set<EnvelopeHash>;
  readonly received: Map<EnvelopeHash, number>;
}

/** When the link of two hosts was up, as both of them know it. */
interface Interval {
  readonly from: Millis;
  to: Millis;
}

interface Posting {
  readonly envelope: Envelope;
  readonly sender: Member;
  readonly at: Millis;
}

/** Runs one network; the result says what went wrong, or how much was proven. */
export function relayScenario(seed: number, crypto: Crypto): { failures: string[]; checks: number } {
  const scenario = new RelayScenario(seed, crypto);
  scenario.run();
  return scenario.verdict();
}

export class RelayScenario {
  readonly world: World;
  readonly #crypto: Crypto;
  readonly #failures: string[] = [];
  readonly #topics: readonly Topic[];
  readonly #members: Member[] = [];
  readonly #postings: Posting[] = [];
  /** Up-times per pair of hosts. */
  readonly #intervals = new Map<string, Interval[]>();
  /** Which ends of a pair have said that they are ready. */
  readonly #ready = new Map<string, Set<string>>();

  constructor(seed: number, crypto: Crypto) {
    this.#crypto = crypto;
    this.world = new World(seed, crypto, STREAMS);
    this.#topics = Array.from({ length: TOPICS }, (_, index) => topicOf(crypto, `topic ${seed} ${index}`));
    for (let index = 0; index < HOSTS; index++) this.#members.push(this.#member(`host${index}`));
    this.#link();
  }

  /** The honest nodes. */
  get hosts(): readonly Host[] {
    return this.#members.map(({ host }) => host);
  }

  run(): void {
    const { clock, random } = this.world;
    const start = clock.now();
    const sometime = (task: () => void) => clock.at(start + random.between(0, TURMOIL), task);
    for (let index = 0; index < ENVELOPES; index++) sometime(() => this.#post());
    sometime(() => this.#postMany());
    for (let index = random.between(0, 12); index > 0; index--) sometime(() => this.#disturb());
    clock.runUntil(start + 3 * MINUTE);
    for (const { host } of this.#members) host.node.stop();
  }

  verdict(): { failures: string[]; checks: number } {
    const failures = [...this.#failures];
    let checks = 0;
    for (const posting of this.#postings) {
      const arrivals = this.#guaranteed(posting);
      for (const [member, arrival] of arrivals) {
        if (!wants(member, posting.envelope)) continue;
        checks++;
        if (!member.received.has(posting.envelope.hash)) failures.push(this.#missed(posting, member, arrival));
      }
    }
    for (const member of this.#members) {
      for (const [hash, times] of member.received) {
        if (times > 1) failures.push(`${member.host.name} was given ${hash} ${times} times`);
      }
    }
    return { failures, checks };
  }

  #member(name: string): Member {
    const { random } = this.world;
    const light = random.chance(0.3);
    const choosy = light || random.chance(0.2);
    const wanted = this.#topics.filter(() => random.chance(0.5));
    const bloom = choosy ? joinBlooms(wanted.map(bloomOf)) : undefined;
    const [received, own] = [new Map<EnvelopeHash, number>(), new Set<EnvelopeHash>()];
    const rules = new RelayRules(this.#crypto, { name, bloom, light, own }, this, this.#failures);
    const observe = (event: NodeEvent): void => {
      rules.observe(event);
      this.#observe(name, received, event);
    };
    const whisper = { light, minPow: SIM_MIN_POW, ...(bloom ? { bloom } : {}) };
    const host = this.world.host(name, { whisper, trace: true, observe });
    return { name, host, bloom, light, own, received };
  }

  byId(id: NodeId): Honest | undefined {
    return this.#members.find(({ host }) => host.enode.id === id);
  }

  byName(name: string): Honest | undefined {
    return this.#members.find((member) => member.name === name);
  }

  #observe(name: string, received: Map<EnvelopeHash, number>, event: NodeEvent): void {
    if (event.type !== "whisper") return;
    if (event.event.type === "envelope") {
      const { hash } = event.event.envelope;
      received.set(hash, (received.get(hash) ?? 0) + 1);
    } else if (event.event.type === "ready") {
      const other = this.byId(event.event.peer);
      if (other) this.#up(name, other.name);
    }
  }

  #up(one: string, other: string): void {
    const pair = pairOf(one, other);
    const ready = this.#ready.get(pair) ?? new Set();
    ready.add(one);
    this.#ready.set(pair, ready);
    if (ready.size < 2) return;
    const intervals = this.#intervals.get(pair) ?? [];
    intervals.push({ from: this.world.clock.now(), to: Number.POSITIVE_INFINITY });
    this.#intervals.set(pair, intervals);
  }

  #down(stream: Stream): void {
    const pair = pairOf(...stream.ends);
    this.#ready.delete(pair);
    const last = this.#intervals.get(pair)?.at(-1);
    if (last) last.to = Math.min(last.to, this.world.clock.now());
  }

  /** A random tree, so that all are joined, and some more links. */
  #link(): void {
    const { random } = this.world;
    const pairs = new Set<string>();
    const join = (a: number, b: number): void => {
      const [one, other] = [this.#members[a], this.#members[b]];
      if (!one || !other || pairs.has(pairOf(one.host.name, other.host.name))) return;
      // Two light clients refuse each other; such a pair would only dial for ever.
      if (one.light && other.light) return;
      pairs.add(pairOf(one.host.name, other.host.name));
      one.host.node.connect(other.host.enode);
    };
    for (let index = 1; index < HOSTS; index++) join(index, random.between(0, index - 1));
    for (let extra = random.between(0, HOSTS); extra > 0; extra--) {
      const [a, b] = [random.between(0, HOSTS - 1), random.between(0, HOSTS - 1)];
      if (a !== b) join(a, b);
    }
  }

  #post(): void {
    const { clock, random } = this.world;
    const [sender, topic] = this.#speaker();
    const ttl = random.between(5, 60);
    if (sender) this.#say(sender, randomEnvelope(this.#crypto, random, { topic, ttl, now: clock.now() }));
  }

  #postMany(): void {
    const { clock, random } = this.world;
    const [sender, topic] = this.#speaker();
    for (let index = 0; sender && index < BURST; index++) {
      this.#say(sender, largeEnvelope(this.#crypto, random, { topic, ttl: 15, now: clock.now() }));
    }
  }

  /** Who says something about what; nobody when the one is not interested in the other. */
  #speaker(): [Member | undefined, Topic] {
    const { random } = this.world;
    const [sender, topic] = [random.pick(this.#members), random.pick(this.#topics)];
    return [matches(sender.bloom, bloomOf(topic)) ? sender : undefined, topic];
  }

  #say(sender: Member, envelope: Envelope): void {
    this.#postings.push({ envelope, sender, at: this.world.clock.now() });
    sender.own.add(envelope.hash);
    sender.host.node.whisper({ type: "post", envelope });
  }

  /** Cuts up to half of the links, or parts the hosts in two for a while. */
  #disturb(): void {
    const { random, streams } = this.world;
    if (random.chance(0.3)) {
      this.#partition();
      return;
    }
    const share = random.fraction() / 2;
    for (const stream of streams.open) {
      if (!random.chance(share)) continue;
      this.#down(stream);
      stream.cut();
    }
  }

  #partition(): void {
    const { clock, random, streams } = this.world;
    const side = new Set(this.#members.filter(() => random.chance(0.5)).map(({ host }) => host.name));
    const apart = (a: string, b: string): boolean => side.has(a) !== side.has(b);
    for (const stream of streams.open) if (apart(...stream.ends)) this.#down(stream);
    streams.partition(apart);
    clock.after(random.between(1, 20) * SECOND, () => streams.heal());
  }

  /** The latest time at which each member must have the envelope, by the links that were up. */
  #guaranteed({ envelope, sender, at }: Posting): Map<Member, Millis> {
    const arrivals = new Map<Member, Millis>([[sender, at]]);
    const queue = [sender];
    for (let from = queue.shift(); from; from = queue.shift()) {
      if (from !== sender && !forwards(from, envelope)) continue;
      for (const to of this.#members) {
        const arrival = this.#hop(from, to, arrivals.get(from) ?? at, envelope);
        if (arrival === undefined || arrival >= (arrivals.get(to) ?? Number.POSITIVE_INFINITY)) continue;
        arrivals.set(to, arrival);
        queue.push(to);
      }
    }
    return arrivals;
  }

  #hop(from: Member, to: Member, since: Millis, envelope: Envelope): Millis | undefined {
    if (!wants(to, envelope)) return undefined;
    for (const interval of this.#intervals.get(pairOf(from.host.name, to.host.name)) ?? []) {
      const arrival = Math.max(since, interval.from) + HOP;
      if (arrival <= interval.to && arrival < envelope.expiry * SECOND) return arrival;
    }
    return undefined;
  }

  #missed({ envelope, sender }: Posting, member: Member, arrival: Millis): string {
    const left = envelope.expiry * SECOND - arrival;
    return `${member.host.name} missed ${envelope.hash} of ${sender.host.name}, due ${left} ms before its expiry`;
  }
}

const pairOf = (a: string, b: string): string => (a < b ? `${a} ${b}` : `${b} ${a}`);

const wants = (member: Member, envelope: Envelope): boolean => matches(member.bloom, bloomOf(envelope.topic));

const forwards = (member: Member, envelope: Envelope): boolean => !member.light && wants(member, envelope);
