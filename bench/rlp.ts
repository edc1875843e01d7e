/** RLP on the hot path of admission: a packet of envelopes as large as a peer may send. */
import { RLP } from "@ethereumjs/rlp";
import { encodeRlp, readRlpList } from "../src/core/bytes/rlp.ts";
import { type Benchmark, compare } from "./harness.ts";

const ENVELOPES = 1800;
const envelopes = Array.from({ length: ENVELOPES }, (_, index) => [
  1583000015,
  15,
  Uint8Array.of(1, 2, 3, 4),
  new Uint8Array(540).fill(index),
  BigInt(index),
]);
const packet = encodeRlp(envelopes);
const work = { amount: packet.length / 2 ** 20, unit: "MiB" };

/** Every field of every envelope, as admission reads them. */
function readPacket(): number {
  let total = 0;
  const list = readRlpList(packet, "messages");
  while (!list.atEnd) {
    const envelope = readRlpList(list.raw("envelope"), "envelope");
    total += envelope.uint32("expiry") + envelope.uint32("ttl");
    total += envelope.bytes("topic", 4).length + envelope.bytes("data").length;
    total += Number(envelope.uint64("nonce"));
    envelope.end();
  }
  return total;
}

export const benchmark: Benchmark = {
  name: "rlp",
  about: "a packet of 1800 envelopes, against @ethereumjs/rlp",
  run: async () => [
    await compare({
      what: "read the packet, field by field",
      subject: { name: "ours", run: readPacket },
      baseline: { name: "@ethereumjs/rlp", run: () => RLP.decode(packet) },
      work,
      target: { atLeast: 2 },
    }),
    await compare({
      what: "write the packet",
      subject: { name: "ours", run: () => encodeRlp(envelopes) },
      baseline: { name: "@ethereumjs/rlp", run: () => RLP.encode(envelopes) },
      work,
      target: { atLeast: 2 },
    }),
  ],
};
