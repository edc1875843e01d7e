/**
 * A relay with four peers that send it 100,000 envelopes of 500 bytes. Prints, as JSON, the resident bytes of this process
 * before and after. For `../pool-memory.ts`.
 */
import { encodeRlp } from "../../src/core/bytes/rlp.ts";
import { openHashes } from "../../src/core/crypto/open.ts";
import type { NodeId } from "../../src/core/platform/node-id.ts";
import { CODES, encodeMessages, NO_LIMITS } from "../../src/core/whisper/packets.ts";
import { encodeStatus } from "../../src/core/whisper/status.ts";
import { Whisper } from "../../src/core/whisper/whisper.ts";

const PACKETS = 2000;
const IN_PACKET = 50;
/** Of an envelope's data, so that it has 500 bytes in all. */
const DATA_LENGTH = 480;
const NOW = 1_585_000_000;
const TTL = 900;

const before = process.memoryUsage.rss();
const relay = new Whisper(await openHashes("fast"), { minPow: 0 });
const peers = ["1", "2", "3", "4"].map((digit) => `0x${digit.repeat(128)}` as NodeId);
const status = { version: 6, minPow: 0, bloom: undefined, light: false, confirmations: true, rateLimits: NO_LIMITS };
for (const peer of peers) {
  relay.feed({ type: "connected", peer, address: "192.0.2.1", trusted: false }, 1000 * NOW);
  relay.feed({ type: "packet", peer, code: CODES.status, data: encodeStatus(status) }, 1000 * NOW);
}
for (let packet = 0; packet < PACKETS; packet++) {
  const peer = peers[packet % peers.length];
  const data = encodeMessages(Array.from({ length: IN_PACKET }, (_, index) => envelope(IN_PACKET * packet + index)));
  if (peer) relay.feed({ type: "packet", peer, code: CODES.messages, data }, 1000 * NOW + 50 * packet);
}
const { count, bytes } = relay.statistics;
console.log(JSON.stringify({ before, after: process.memoryUsage.rss(), count, bytes }));

/** Encoded; all are different. */
function envelope(number: number): Uint8Array {
  const data = new Uint8Array(DATA_LENGTH);
  new DataView(data.buffer).setUint32(0, number);
  return encodeRlp([NOW + TTL, TTL, Uint8Array.of(1, 2, 3, number & 0xff), data, 1]);
}
