/**
 * What a relay holds on to: its process with 100,000 envelopes of 500 bytes of data in the pool, every one of which came
 * over TCP from one of four peers and went out to the other three. Read when all has been quiet for five seconds; the
 * baseline is the same process before the first envelope.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { openCrypto } from "../src/core/crypto/open.ts";
import { type Benchmark, type Figure, spreadOf } from "./harness.ts";
import type { Usage } from "./network/answering.ts";
import { inPackets, someEnvelopes } from "./network/envelopes.ts";
import { Program } from "./network/program.ts";
import { RawPeer } from "./network/raw-peer.ts";

const ENVELOPES = 100_000;
const PEERS = 4;
const PACKET = 100;
/** Sent before the next ones are made. */
const PORTION = 5000;
/** Longer than this benchmark takes. */
const TTL = 300;
const QUIET_MS = 5000;
const LIMIT = 250 * 10 ** 6;

const crypto = await openCrypto("fast");

/** Shares the sending out over the peers, and waits until each has all that the others sent. */
async function fill(peers: readonly RawPeer[]): Promise<void> {
  const per = ENVELOPES / PEERS;
  for (let sent = 0; sent < ENVELOPES; sent += PORTION) {
    const sender = peers[Math.floor(sent / per)];
    for (const packet of inPackets(someEnvelopes(crypto, { count: PORTION, ttl: TTL, minPow: 0 }), PACKET))
      sender?.send(packet);
    await Promise.all(peers.filter((peer) => peer !== sender).map((peer) => peer.reached(peer.received + PORTION)));
  }
}

function figure(what: string, before: number, after: number, limit?: number): Figure {
  const megabytes = (bytes: number) => bytes / 10 ** 6;
  const baseline = { name: limit === undefined ? "empty" : "limit", value: megabytes(limit ?? before), unit: "MB" };
  return {
    what,
    ratio: spreadOf([after / (limit ?? before)]),
    subject: { name: "full", value: megabytes(after), unit: "MB" },
    baseline,
    ...(limit !== undefined && { target: { atMost: 1 } }),
  };
}

export const benchmark: Benchmark = {
  name: "relay-memory",
  about: `a relay with ${ENVELOPES.toLocaleString("en")} envelopes of 500 bytes and ${PEERS} peers`,
  async run() {
    const relay = await Program.start("relay");
    const pool = { maxCount: 2 * ENVELOPES, maxBytes: 2 ** 28 };
    const enode = await relay.ask<string>("start", { pool, minPow: 0 });
    const peers = await Promise.all(Array.from({ length: PEERS }, () => RawPeer.connect(crypto, enode)));
    const before = await relay.ask<Usage>("usage");
    await fill(peers);
    await sleep(QUIET_MS);
    const after = await relay.ask<Usage>("usage");
    const { count } = await relay.ask<{ count: number }>("statistics");
    for (const peer of peers) peer.close();
    await relay.stop();
    if (count !== ENVELOPES) throw new Error(`the pool holds ${count} envelopes`);
    return [
      figure("resident (VmRSS)", before.resident, after.resident, LIMIT),
      figure("resident, against the empty relay", before.resident, after.resident),
      figure("heap in use", before.heapUsed, after.heapUsed),
      figure("outside of the heap", before.external, after.external),
    ];
  },
};
