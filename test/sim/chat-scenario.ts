/**
 * A public chat over two relays, whose members crash between any two inputs and start again from what was committed:
 * no message is kept or shown twice, none that was accepted is lost to its sender, every outbox drains. What is said while no
 * relay can be reached, however long, is sent when they are back; and once the world is calm everybody hears everybody.
 */
import { aliasOf } from "../../src/core/accounts/alias.ts";
import { openKeyring } from "../../src/core/accounts/keyring.ts";
import type { Crypto, SecretKey } from "../../src/core/crypto/crypto.ts";
import { Messenger } from "../../src/core/messenger/messenger.ts";
import type { MessageId } from "../../src/core/messenger/messenger-io.ts";
import type { MessengerNews, NodeEvent } from "../../src/core/node/node-io.ts";
import { MINUTE, type Millis, SECOND } from "../../src/core/platform/time.ts";
import { MESSAGES } from "../../src/core/profile/documents.ts";
import { MemoryStore } from "../../src/core/profile/memory-store.ts";
import { StoredMessengerState } from "../../src/core/profile/messenger-state.ts";
import type { EnvelopeHash } from "../../src/core/whisper/envelope.ts";
import { SIM_MIN_POW } from "./drafts.ts";
import { type Host, World } from "./world.ts";

const CHAT = "sim";
const MEMBERS = 4;
const MESSAGES_SAID = 12;
const CRASHES = 8;
/** Longer than six envelopes live, one after the other. */
const OUTAGE_MS = 3 * MINUTE;
/** An envelope that has less than this to live when a relay takes it may die on the way to others. */
const PASSAGE_MS = 2 * SECOND;

interface Member {
  readonly name: string;
  readonly chatKey: SecretKey;
  readonly nodeKey: SecretKey;
  readonly store: MemoryStore;
  /** How often each message was shown, over all lives. */
  readonly shown: Map<MessageId, number>;
  /** What this member was told is on its way. */
  readonly accepted: Set<MessageId>;
  /** What this member was told a relay has. */
  readonly sent: Set<MessageId>;
  host: Host | undefined;
}

export function chatScenario(seed: number, crypto: Crypto): { failures: string[]; checks: number } {
  const scenario = new ChatScenario(seed, crypto);
  scenario.turmoil();
  scenario.outage();
  scenario.calm();
  return scenario.verdict();
}

class ChatScenario {
  readonly #crypto: Crypto;
  readonly #world: World;
  readonly #chatSymKey: Uint8Array;
  readonly #relays: Host[];
  readonly #members: Member[];
  /** A member that only listens, and that no crash and no outage keeps from the relays. */
  readonly #ear: Member;
  readonly #failures: string[] = [];
  /** What was said when nothing was in the way any more. */
  readonly #calmMessages = new Set<MessageId>();
  /** What a relay has to take, and the ear to hear: said when nothing but time was in the way. */
  readonly #outageMessages = new Set<MessageId>();
  /** What left so late that it may have died on the way to the ear. */
  readonly #late = new Set<MessageId>();
  /** When envelopes expire. */
  readonly #expiries = new Map<EnvelopeHash, Millis>();
  /** Where accepted messages are noted besides. */
  #phase: Set<MessageId> | undefined;
  #requests = 0;
  #said = 0;

  constructor(seed: number, crypto: Crypto) {
    this.#crypto = crypto;
    this.#world = new World(seed, crypto);
    this.#chatSymKey = this.#world.random.bytes(32);
    this.#relays = ["relay0", "relay1"].map((name) => this.#world.host(name, { whisper: { minPow: SIM_MIN_POW } }));
    const [one, other] = this.#relays;
    if (one && other) one.node.connect(other.enode);
    this.#members = Array.from({ length: MEMBERS }, (_, index) => this.#member(`member${index}`));
    this.#ear = this.#member("ear");
    for (const member of [...this.#members, this.#ear]) this.#boot(member);
    for (const relay of this.#relays) this.#ear.host?.node.connect(relay.enode);
  }

  turmoil(): void {
    const { clock, random, streams } = this.#world;
    const start = clock.now();
    const sometime = (task: () => void) => clock.at(start + random.between(0, MINUTE), task);
    for (let index = 0; index < MESSAGES_SAID; index++) sometime(() => this.#say(random.pick(this.#members)));
    for (let index = 0; index < CRASHES; index++) sometime(() => this.#crash(random.pick(this.#members)));
    for (let index = random.between(0, 6); index > 0; index--) {
      sometime(() => {
        for (const stream of streams.open) if (random.chance(0.5)) stream.cut();
      });
    }
    clock.runUntil(start + 2 * MINUTE);
  }

  /** No relay can be reached, and members crash with what they have said. */
  outage(): void {
    const { clock, random, streams } = this.#world;
    for (const member of this.#members) if (!member.host) this.#boot(member);
    streams.partition((...ends) => ends.some((end) => end.startsWith("member")));
    clock.runUntil(clock.now() + SECOND);
    const start = clock.now();
    const sometime = (task: () => void) => clock.at(start + random.between(0, MINUTE), task);
    this.#phase = this.#outageMessages;
    for (const member of this.#members) {
      for (let count = random.between(1, 2); count > 0; count--) sometime(() => this.#say(member));
      if (random.chance(0.5)) sometime(() => this.#crash(member));
    }
    clock.runUntil(start + OUTAGE_MS);
    streams.heal();
  }

  calm(): void {
    const { clock } = this.#world;
    clock.runUntil(clock.now() + 2 * MINUTE);
    this.#phase = this.#calmMessages;
    for (const member of this.#members) this.#say(member);
    clock.runUntil(clock.now() + MINUTE);
    for (const { host } of [...this.#members, this.#ear]) host?.node.stop();
  }

  verdict(): { failures: string[]; checks: number } {
    let checks = this.#outageMessages.size;
    for (const id of this.#outageMessages) {
      const isSent = this.#members.some(({ sent }) => sent.has(id));
      if (!isSent) this.#failures.push(`${id}, said without a relay, was never sent`);
      else if (!this.#late.has(id) && !this.#ear.shown.has(id)) this.#failures.push(`nobody heard ${id}`);
    }
    for (const member of [...this.#members, this.#ear]) {
      const state = new StoredMessengerState(this.#crypto, member.store);
      for (const [id, times] of member.shown) {
        if (times > 1) this.#failures.push(`${member.name} was shown ${id} ${times} times`);
      }
      for (const id of member.accepted) {
        checks++;
        if (!state.hasMessage(id)) this.#failures.push(`${member.name} lost its own ${id}`);
      }
      for (const id of this.#calmMessages) {
        checks++;
        if (!state.hasMessage(id)) this.#failures.push(`${member.name} never heard ${id}`);
      }
      const waiting = state.outbox().filter(({ state }) => state === "queued" || state === "posted");
      if (waiting.length > 0) this.#failures.push(`${member.name} still has ${waiting.length} messages in the outbox`);
      const kept = [...member.store.query(MESSAGES, {})].length;
      if (kept !== member.store.count(MESSAGES)) this.#failures.push(`${member.name} miscounts its messages`);
    }
    if (this.#calmMessages.size !== MEMBERS) this.#failures.push("not everybody could speak in the end");
    return { failures: this.#failures, checks };
  }

  #member(name: string): Member {
    const { random } = this.#world;
    const [chatKey, nodeKey] = [random.bytes(32), random.bytes(32)];
    const store = new MemoryStore();
    return { name, chatKey, nodeKey, store, shown: new Map(), accepted: new Set(), sent: new Set(), host: undefined };
  }

  #boot(member: Member): void {
    const { random } = this.#world;
    const messenger = new Messenger(this.#crypto, {
      state: new StoredMessengerState(this.#crypto, member.store),
      keyring: openKeyring(this.#crypto, member.chatKey),
      random: random.fork(),
      aliasOf,
    });
    const options = {
      messenger,
      commit: () => member.store.commit(),
      whisper: { minPow: SIM_MIN_POW },
      observe: (event: NodeEvent) => this.#observe(member, event),
    };
    member.host = this.#world.host(member.name, options, member.nodeKey);
    member.host.node.messenger({ type: "join", chat: CHAT, key: this.#chatSymKey });
    for (const relay of this.#relays) if (random.chance(0.8)) member.host.node.connect(relay.enode);
    member.host.node.connect(random.pick(this.#relays).enode);
  }

  /** Dies without a word, and comes back after a while. */
  #crash(member: Member): void {
    const { clock, random } = this.#world;
    if (!member.host) return;
    this.#world.crash(member.host);
    member.store.crash();
    member.host = undefined;
    clock.after(random.between(1, 10) * SECOND, () => member.host || this.#boot(member));
  }

  #say(member: Member): void {
    if (!member.host) return;
    const utterance = { chat: CHAT, text: `message ${++this.#said}`, contentType: "text" } as const;
    member.host.node.messenger({ type: "say", utterance, request: ++this.#requests });
  }

  #observe(member: Member, event: NodeEvent): void {
    if (event.type === "failed") this.#failures.push(`${member.name} failed: ${String(event.error)}`);
    if (event.type === "whisper" && event.event.type === "envelope") {
      const { hash, expiry } = event.event.envelope;
      this.#expiries.set(hash, expiry * SECOND);
    }
    if (event.type === "messenger") this.#hear(member, event.event);
  }

  #hear(member: Member, news: MessengerNews): void {
    if (news.type === "accepted") {
      member.accepted.add(news.message);
      this.#phase?.add(news.message);
    }
    if (news.type === "message") {
      const { id } = news.message;
      member.shown.set(id, (member.shown.get(id) ?? 0) + 1);
    }
    if (news.type === "delivery" && news.state === "sent") {
      member.sent.add(news.message);
      const expiry = (news.envelope && this.#expiries.get(news.envelope)) ?? 0;
      if (expiry - this.#world.clock.now() < PASSAGE_MS) this.#late.add(news.message);
    }
  }
}
