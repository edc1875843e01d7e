/**
 * A relay between one peer that sends and three that receive, over TCP on loopback: what forwarding an envelope costs the
 * relay's process, against the sum of the primitives that it cannot do without. Those are, for packets of the same
 * size: reading one frame, taking its envelopes in, and writing three frames. System calls, acknowledgements, timers
 * and garbage are the relay's own. (It may send larger packets than it was sent, and so be cheaper than the sum.)
 */
import { setTimeout as sleep } from "node:timers/promises";
import { openCrypto } from "../src/core/crypto/open.ts";
import { AdmissionRules } from "../src/core/whisper/admission.ts";
import { decodeEnvelope } from "../src/core/whisper/envelope.ts";
import { Intake } from "../src/core/whisper/intake.ts";
import { CODES, decodeMessages } from "../src/core/whisper/packets.ts";
import { EnvelopePool } from "../src/core/whisper/pool.ts";
import { DEFAULT_WHISPER_OPTIONS } from "../src/core/whisper/whisper.ts";
import { againstReference } from "./calibration.ts";
import { type Benchmark, type Figure, spreadOf } from "./harness.ts";
import type { Usage } from "./network/answering.ts";
import { arrivals, connectedNode } from "./network/connected-node.ts";
import { inPackets, someEnvelopes } from "./network/envelopes.ts";
import { Program } from "./network/program.ts";
import { RawPeer } from "./network/raw-peer.ts";
import { joinedSessions } from "./network/sessions.ts";

const RECEIVERS = 3;
const ENVELOPES = 4000;
const ROUNDS = 5;
/** So many rounds pass before one counts: both processes have compiled what is hot by then. */
const WARM_UP = 2;
const TTL = 20;
const INJECTED = 1000;

const crypto = await openCrypto("fast");

interface Scene {
  readonly relay: Program;
  readonly enode: string;
  readonly sender: RawPeer;
  readonly receivers: readonly RawPeer[];
}

async function stage(): Promise<Scene> {
  const relay = await Program.start("relay");
  const enode = await relay.ask<string>("start", {});
  const sender = await RawPeer.connect(crypto, enode);
  const receivers = await Promise.all(Array.from({ length: RECEIVERS }, () => RawPeer.connect(crypto, enode)));
  return { relay, enode, sender, receivers };
}

/** Sends the packets through the relay: what that cost it, and how long it took. */
async function forward({ relay, sender, receivers }: Scene, packets: readonly Uint8Array[]) {
  const before = await relay.ask<Usage>("usage");
  const start = performance.now();
  for (const packet of packets) sender.send(packet);
  await Promise.all(receivers.map((receiver) => receiver.reached(receiver.received + ENVELOPES)));
  const wallMs = performance.now() - start;
  const after = await relay.ask<Usage>("usage");
  return { cpuMs: after.cpuMs - before.cpuMs, wallMs };
}

/** Processor time of the primitives for the same packets. */
function primitives(packets: readonly Uint8Array[]): number {
  const [near, far] = joinedSessions(crypto);
  const id = 0x10 + CODES.messages;
  const frames = packets.map((packet) => far.session.write(id, packet).bytes);
  const pool = new EnvelopePool(DEFAULT_WHISPER_OPTIONS.pool);
  const rules = new AdmissionRules(crypto, { ...DEFAULT_WHISPER_OPTIONS, maxSize: 2 ** 20 });
  const intake = new Intake(crypto, rules, pool);
  const start = process.cpuUsage();
  for (const frame of frames) {
    near.inbox.offer(frame);
    const message = near.session.read(near.inbox, 2 ** 21);
    for (const bytes of message ? decodeMessages(message.data) : []) {
      intake.offer(intake.read(bytes), { own: false }, Date.now());
    }
  }
  for (const packet of packets) for (let count = 0; count < RECEIVERS; count++) near.session.write(id, packet);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

interface Round {
  readonly relayUs: number;
  readonly primitivesUs: number;
  readonly perSecond: number;
}

async function roundOf(scene: Scene, size: number): Promise<Round> {
  const packets = inPackets(someEnvelopes(crypto, { count: ENVELOPES, ttl: TTL }), size);
  const { cpuMs, wallMs } = await forward(scene, packets);
  return {
    relayUs: (1000 * cpuMs) / ENVELOPES,
    primitivesUs: (1000 * primitives(packets)) / ENVELOPES,
    perSecond: (1000 * ENVELOPES) / wallMs,
  };
}

async function forwarding(scene: Scene, size: number): Promise<Figure[]> {
  const rounds: Round[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round++) rounds.push(await roundOf(scene, size));
  const counted = rounds.slice(WARM_UP);
  const primitivesUs = Math.min(...counted.map((round) => round.primitivesUs));
  return [
    {
      what: `packets of ${size}: processor time an envelope`,
      ratio: spreadOf(counted.map((round) => round.relayUs / round.primitivesUs)),
      subject: { name: "relay", value: Math.min(...counted.map(({ relayUs }) => relayUs)), unit: "us" },
      baseline: { name: "primitives", value: primitivesUs, unit: "us" },
      target: { atMost: 4 },
    },
    {
      what: `packets of ${size}: envelopes to each peer`,
      ratio: spreadOf(counted.map(({ perSecond }) => (perSecond * primitivesUs) / 10 ** 6)),
      subject: { name: "relay", value: Math.max(...counted.map(({ perSecond }) => perSecond)), unit: "per s" },
      baseline: { name: "primitives", value: 10 ** 6 / primitivesUs, unit: "per s" },
    },
  ];
}

/** Many envelopes put at once into a node of ours beside the relay, until they are in another. */
async function injection(enode: string): Promise<Figure[]> {
  const [sender, receiver] = [await connectedNode(crypto, enode), await connectedNode(crypto, enode)];
  const rounds: { first: number; last: number }[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    const envelopes = someEnvelopes(crypto, { count: INJECTED, ttl: TTL }).map((bytes) =>
      decodeEnvelope(crypto, bytes),
    );
    const arrived = arrivals(receiver, INJECTED);
    for (const envelope of envelopes) sender.node.whisper({ type: "post", envelope });
    rounds.push(await arrived);
    await sleep(200 * Math.random());
  }
  sender.stop();
  receiver.stop();
  const counted = rounds.slice(WARM_UP);
  const row = (what: string, theirs: readonly [number, number], ours: readonly number[]) =>
    againstReference({ what: `${INJECTED} at once, ${what}`, unit: "ms", theirs, ours, target: { atMost: 1 } });
  return [
    await row(
      "the first",
      [430, 450],
      counted.map(({ first }) => first),
    ),
    await row(
      "all",
      [450, 480],
      counted.map(({ last }) => last),
    ),
  ];
}

export const benchmark: Benchmark = {
  name: "relay",
  about: "envelopes of 500 bytes of data from one peer to three over TCP, against the primitives and status-go",
  async run() {
    const scene = await stage();
    const figures: Figure[] = [];
    for (const size of [1, 10, 100]) figures.push(...(await forwarding(scene, size)));
    scene.sender.close();
    for (const receiver of scene.receivers) receiver.close();
    figures.push(...(await injection(scene.enode)));
    await scene.relay.stop();
    return figures;
  },
};
