/** What it costs to take in an envelope, against the two hashes that nobody is spared: its identity and its proof of work. */
import { encodeRlp } from "../src/core/bytes/rlp.ts";
import { openHashes } from "../src/core/crypto/open.ts";
import type { NodeId } from "../src/core/platform/node-id.ts";
import { AdmissionRules } from "../src/core/whisper/admission.ts";
import { bloomOf, joinBlooms } from "../src/core/whisper/bloom.ts";
import type { Topic } from "../src/core/whisper/envelope.ts";
import { Intake } from "../src/core/whisper/intake.ts";
import { CODES, decodeMessages, encodeMessages, NO_LIMITS } from "../src/core/whisper/packets.ts";
import { EnvelopePool } from "../src/core/whisper/pool.ts";
import { encodeStatus } from "../src/core/whisper/status.ts";
import { DEFAULT_WHISPER_OPTIONS, Whisper } from "../src/core/whisper/whisper.ts";
import { type Benchmark, type Comparison, compare } from "./harness.ts";

const NOW = 1_585_000_000_000;
const TTL = 15;
/** Of an envelope's data, so that it has 500 bytes in all. */
const DATA_LENGTH = 480;
const IN_PACKET = 50;
const PACKETS = 40;
const COUNT = IN_PACKET * PACKETS;

const hashes = await openHashes("fast");
const bloom = joinBlooms(["0x01020300", "0x01020301"].map((topic) => bloomOf(topic as Topic)));
const encoded = Array.from({ length: COUNT }, (_, number) => {
  const data = new Uint8Array(DATA_LENGTH);
  new DataView(data.buffer).setUint32(0, number);
  return encodeRlp([NOW / 1000 + TTL, TTL, Uint8Array.of(1, 2, 3, number & 1), data, 1]);
});
const packets = Array.from({ length: PACKETS }, (_, index) =>
  encodeMessages(encoded.slice(IN_PACKET * index, IN_PACKET * (index + 1))),
);
const peers = ["1", "2", "3", "4", "5"].map((digit) => `0x${digit.repeat(128)}` as NodeId);

const hashing = (times: number) => ({
  name: times === 1 ? "one hash each" : `${times} hashes each`,
  run() {
    for (const bytes of encoded) for (let time = 0; time < times; time++) hashes.keccak256(bytes);
  },
});

const terms = { ...DEFAULT_WHISPER_OPTIONS, minPow: 0, bloom, maxSize: 2 ** 20 };

const newPool = () => new EnvelopePool(DEFAULT_WHISPER_OPTIONS.pool);

/** From the bytes of a packet into the pool: decoded, hashed, judged, copied. */
function admitAll(pool: EnvelopePool): void {
  const intake = new Intake(hashes, new AdmissionRules(hashes, terms), pool);
  for (const packet of packets) {
    for (const bytes of decodeMessages(packet)) intake.offer(intake.read(bytes), { own: false }, NOW);
  }
  if (pool.count !== COUNT) throw new Error(`${pool.count} of ${COUNT} envelopes were admitted`);
}

const full = newPool();
admitAll(full);

/** From a neighbour's packets to four others and the answers: all that a relay does but framing and encryption. */
function relayAll(): void {
  const relay = new Whisper(hashes, { minPow: 0 });
  const status = { version: 6, minPow: 0, bloom, light: false, confirmations: true, rateLimits: NO_LIMITS };
  for (const peer of peers) {
    relay.feed({ type: "connected", peer, address: "192.0.2.1", trusted: false }, NOW);
    relay.feed({ type: "packet", peer, code: CODES.status, data: encodeStatus(status) }, NOW);
  }
  const [sender] = peers;
  if (!sender) return;
  for (const [index, data] of packets.entries()) {
    relay.feed({ type: "packet", peer: sender, code: CODES.messages, data }, NOW + 50 * index);
  }
}

const work = { amount: COUNT, unit: "envelopes" };

const comparisons: Comparison[] = [
  {
    what: "admit envelopes of 500 bytes",
    subject: { name: "admit", run: () => admitAll(newPool()) },
    baseline: hashing(2),
    work,
    target: { atLeast: 1 / 3 },
  },
  {
    what: "recognise them when they come again",
    subject: { name: "recognise", run: () => admitAll(full) },
    baseline: hashing(1),
    work,
    target: { atLeast: 1 / 3 },
  },
  { what: "relay them to four neighbours", subject: { name: "relay", run: relayAll }, baseline: hashing(2), work },
];

export const benchmark: Benchmark = {
  name: "admission",
  about: "envelopes from packet bytes into the pool, and on to peers",
  async run() {
    const figures = [];
    for (const comparison of comparisons) figures.push(await compare(comparison));
    return figures;
  },
};
