/** A Whisper machine among peers that send anything: it hangs up on them or bears with them, and stays within its bounds. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { toHex } from "../../src/core/bytes/hex.ts";
import { encodeRlp } from "../../src/core/bytes/rlp.ts";
import { openHashes } from "../../src/core/crypto/open.ts";
import type { NodeId } from "../../src/core/platform/node-id.ts";
import type { Millis } from "../../src/core/platform/time.ts";
import { bloomOf } from "../../src/core/whisper/bloom.ts";
import { type Envelope, hashOf } from "../../src/core/whisper/envelope.ts";
import {
  type BatchHash,
  CODES,
  decodeMessages,
  encodeBatchAcknowledged,
  encodeBloomFilter,
  encodeDirect,
  encodeMessageResponse,
  encodeMessages,
  encodePowRequirement,
  encodeRateLimits,
  type MessageResponse,
  type Packet,
} from "../../src/core/whisper/packets.ts";
import { floatFromBits } from "../../src/core/whisper/pow.ts";
import { encodeStatus } from "../../src/core/whisper/status.ts";
import { Whisper, type WhisperOptions } from "../../src/core/whisper/whisper.ts";
import type { Bloom, WhisperInput, WhisperOutput } from "../../src/core/whisper/whisper-io.ts";
import { SeededRandom } from "../sim/random.ts";
import { ALICE, BOB, CAROL, CHAT, envelopeOf, NOW, OPEN_STATUS, OTHER_CHAT } from "../support/whisper-machines.ts";

const hashes = await openHashes("fast");
const PEERS = [ALICE, BOB, CAROL];
const TOPICS = [CHAT, OTHER_CHAT];
const POOL = { maxBytes: 5000, maxCount: 30 };
const STEPS = 150;

/** Good, weak, old and early envelopes, short and long ones. */
const ENVELOPES = Array.from({ length: 60 }, (_, seed) =>
  envelopeOf(hashes, {
    seed,
    ttl: 1 + (seed % 7) * 30,
    ...(seed % 4 === 0 && { expiresIn: seed - 30 }),
    topic: TOPICS[seed & 1] ?? CHAT,
    length: seed * (seed % 3) * 5,
    minPow: 0,
  }),
);

test("random packets in random states: nothing but drops, and everything bounded", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.nat(2 ** 32 - 1), (seed) => {
      for (const type of new Session(seed).run()) seen.add(type);
    }),
    { numRuns: 150 },
  );
  const all = ["confirmed", "drop", "envelope", "expired", "mail", "packet", "ready", "refused", "rejected", "sent"];
  expect([...seen].sort(), "kinds of output that came about").toEqual(all);
});

/** One machine, driven at random from a seed; every step is checked. */
class Session {
  readonly #random: SeededRandom;
  readonly #machine: Whisper;
  readonly #connected = new Set<NodeId>();
  /** What the machine sent, to be answered for. */
  readonly #batches: Uint8Array[] = [];
  #now: Millis = NOW;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    this.#machine = new Whisper(hashes, this.#options());
  }

  /** Gives the kinds of output that came about. */
  run(): ReadonlySet<string> {
    const seen = new Set<string>();
    for (let step = 0; step < STEPS; step++) {
      const input = this.#random.chance(0.15) ? undefined : this.#input();
      if (input === undefined) this.#now += this.#random.pick([0, 1, 50, 50, 300, 300, 1000, 20_000]);
      if (input?.type === "connected") this.#connected.add(input.peer);
      if (input?.type === "disconnected") this.#connected.delete(input.peer);
      const outputs = input ? this.#machine.feed(input, this.#now) : this.#machine.tick(this.#now);
      this.#check(outputs);
      for (const { type } of outputs) seen.add(type);
    }
    return seen;
  }

  #check(outputs: readonly WhisperOutput[]): void {
    for (const output of outputs) {
      if (output.type === "packet") expect(output.data.length).toBeLessThanOrEqual(2 ** 20);
      if (output.type === "packet" && output.code === CODES.messages) this.#batches.push(output.data);
      if ("peer" in output) expect(this.#connected).toContain(output.peer);
      if (output.type === "drop") this.#connected.delete(output.peer);
    }
    const { count, bytes } = this.#machine.statistics;
    expect(count).toBeLessThanOrEqual(POOL.maxCount);
    expect(bytes).toBeLessThanOrEqual(POOL.maxBytes);
    for (const { peer, owed } of this.#machine.peers) {
      expect(this.#connected).toContain(peer);
      expect(owed).toBeLessThanOrEqual(count);
    }
    // A machine that wants to be woken at once would keep its shell busy for ever.
    expect(this.#machine.wakeAt()).toBeGreaterThan(this.#now);
  }

  #options(): Partial<WhisperOptions> {
    const random = this.#random;
    return {
      pool: POOL,
      minPow: random.pick([0, 0, 0.001]),
      bloom: this.#bloom(),
      light: random.chance(0.3),
      restrictLight: random.chance(0.3),
      confirmations: random.chance(0.8),
      maxPacketBytes: random.pick([2 ** 20, 500]),
      rateLimits: { ip: random.pick([0, 3]), peerId: random.pick([0, 2]), topic: random.pick([0, 1]) },
      transmitIntervalMs: random.pick([0, 50, 300]),
    };
  }

  #input(): WhisperInput {
    const random = this.#random;
    const peer = random.pick(PEERS);
    const kind = random.between(0, 40);
    if (kind === 0) return { type: "disconnected", peer };
    if (kind <= 2) return { type: "connected", peer, address: random.pick(["a", "b"]), trusted: random.chance(0.3) };
    if (kind <= 12) return { type: "post", envelope: random.pick(ENVELOPES) };
    if (kind === 13) return { type: "direct", peer, envelopes: this.#envelopes() };
    if (kind === 14) return { type: "mail", peer, code: random.between(123, 126), data: random.bytes(9) };
    if (kind === 15) return { type: "trust", peer, trusted: random.chance(0.5) };
    if (kind === 16) return { type: "minPow", minPow: random.pick([0, 0, 0.002]) };
    if (kind === 17) return { type: "bloom", bloom: random.pick([bloomOf(OTHER_CHAT), random.bytes(64)]) };
    const { code, data } =
      this.#awaitsStatus(peer) && random.chance(0.9) ? { code: CODES.status, data: this.#status() } : this.#packet();
    return { type: "packet", peer, code, data: random.chance(0.1) ? this.#mutated(data) : data };
  }

  #awaitsStatus(peer: NodeId): boolean {
    return this.#connected.has(peer) && !this.#machine.peers.some((ready) => ready.peer === peer);
  }

  #packet(): Packet {
    const random = this.#random;
    const raw = () => this.#envelopes().map(({ bytes }) => bytes);
    return random.pick([
      () => ({ code: random.between(0, 127), data: random.bytes(random.between(0, 80)) }),
      () => ({ code: random.between(123, 126), data: random.bytes(9) }),
      () => ({ code: CODES.messages, data: encodeMessages(raw()) }),
      () => ({ code: CODES.powRequirement, data: encodePowRequirement(random.pick([0, 0, 0.01, 3])) }),
      () => ({ code: CODES.powRequirement, data: encodePowRequirement(floatFromBits(this.#uint64())) }),
      () => ({ code: CODES.bloomFilter, data: encodeBloomFilter(random.bytes(random.pick([64, 64, 63]))) }),
      () => ({ code: CODES.batchAcknowledged, data: encodeBatchAcknowledged(this.#response().batch) }),
      () => ({
        code: CODES.messageResponse,
        data: encodeMessageResponse(this.#response()),
      }),
      () => ({
        code: CODES.rateLimits,
        data: encodeRateLimits({ ip: random.between(0, 9), peerId: random.between(0, 9), topic: random.between(0, 2) }),
      }),
      () => ({ code: CODES.rateLimits, data: encodeRlp([this.#uint64(), this.#uint64(), this.#uint64()]) }),
      () => ({ code: CODES.p2pMessage, data: encodeDirect(raw()) }),
    ])();
  }

  #status(): Uint8Array {
    const random = this.#random;
    const rateLimits = { ip: random.pick([0, 4]), peerId: random.pick([0, 2 ** 40]), topic: random.pick([0, 2]) };
    return encodeStatus({
      ...OPEN_STATUS,
      minPow: random.pick([0, 0, 0.01]),
      bloom: this.#bloom(),
      rateLimits,
      light: random.chance(0.3),
      confirmations: random.chance(0.7),
    });
  }

  #bloom(): Bloom | undefined {
    const random = this.#random;
    return random.chance(0.6) ? undefined : random.pick([bloomOf(CHAT), new Uint8Array(64), random.bytes(64)]);
  }

  #envelopes(): Envelope[] {
    return Array.from({ length: this.#random.between(0, 6) }, () => this.#random.pick(ENVELOPES));
  }

  /** An answer for a batch that was sent, or for none. */
  #response(): MessageResponse {
    const random = this.#random;
    const data = this.#batches.length > 0 ? random.pick(this.#batches) : encodeMessages([]);
    const named = decodeMessages(data).filter(() => random.chance(0.5));
    const errors = named.map((bytes) => ({
      hash: hashOf(hashes, bytes),
      code: random.between(0, 99),
      description: "no",
    }));
    return { batch: toHex(hashes.keccak256(data)) as BatchHash, errors };
  }

  #uint64(): bigint {
    return this.#random.bytes(8).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  #mutated(data: Uint8Array): Uint8Array {
    const copy = data.slice(0, this.#random.between(0, 4) === 0 ? this.#random.between(0, data.length) : data.length);
    if (copy.length > 0) copy[this.#random.between(0, copy.length - 1)] = this.#random.between(0, 255);
    return copy;
  }
}
