/** A Whisper machine and those who mean it harm. */
import { describe, expect, test } from "vitest";
import { NEVER } from "../../../src/core/platform/time.ts";
import {
  CODES,
  decodeMessageResponse,
  encodeBatchAcknowledged,
  encodeBloomFilter,
  encodeMessageResponse,
  encodeMessages,
  type Packet,
} from "../../../src/core/whisper/packets.ts";
import type { Whisper, WhisperOptions } from "../../../src/core/whisper/whisper.ts";
import {
  ALICE,
  answer,
  BOB,
  batchHash,
  connected,
  drops,
  envelopeOf,
  hashes,
  hashesOf,
  hello,
  introduce,
  messages,
  NOW,
  nodeId,
  ofType,
  packetsTo,
  payloadsTo,
  receive,
  relayWith,
  sentTo,
} from "../../support/whisper-machines.ts";

describe("someone hostile", () => {
  const flood = (relay: Whisper, packet: Packet, count: number, now = NOW) =>
    Array.from({ length: count }, () => receive(relay, ALICE, packet, now)).flat();
  const hostile = (options: Partial<WhisperOptions> = {}) => {
    const relay = relayWith(options);
    introduce(relay, ALICE);
    return relay;
  };

  test("who sends nothing but duplicates gets confirmations, and fills nothing", () => {
    const relay = hostile();
    const outputs = flood(relay, messages(hello), 500);
    expect(ofType(outputs, "envelope")).toHaveLength(1);
    expect(relay.statistics).toMatchObject({ count: 1, admissions: { added: 1, known: 499 } });
  });

  test("who sends weak envelopes is hung up on after a thousand", () => {
    const weak = envelopeOf(hashes, { ttl: 3600, minPow: 0, below: 0.001 });
    const relay = hostile();
    expect(drops(flood(relay, messages(weak), 1000))).toEqual([]);
    expect(drops(flood(relay, messages(weak), 1))).toEqual([[ALICE, "FLOOD"]]);
    expect(relay.statistics.count).toBe(0);
  });

  test("who sends ten weak envelopes a second is an old client, and borne with", () => {
    const weak = envelopeOf(hashes, { ttl: 3600, minPow: 0, below: 0.001 });
    const relay = hostile();
    const outputs = Array.from({ length: 300 }, (_, second) => flood(relay, messages(weak), 10, NOW + 1000 * second));
    expect(drops(outputs.flat())).toEqual([]);
  });

  test("whose clock is wrong is never hung up on for it", () => {
    const relay = hostile();
    const wrong = [envelopeOf(hashes, { expiresIn: 999 }), envelopeOf(hashes, { expiresIn: -999 })];
    expect(drops(flood(relay, messages(...wrong), 2000))).toEqual([]);
    expect(relay.statistics.admissions).toMatchObject({ future: 2000, expired: 2000 });
  });

  test("who sends empty packets is answered ten times, and borne with a thousand times", () => {
    const relay = hostile();
    const outputs = flood(relay, messages(), 1010);
    expect(packetsTo(outputs, ALICE)).toHaveLength(20);
    expect(drops(outputs)).toEqual([]);
    expect(drops(flood(relay, messages(), 1))).toEqual([[ALICE, "FLOOD"]]);
  });

  test("who sends many bad envelopes at once gets one answer of bounded size", () => {
    const future = (seed: number) => envelopeOf(hashes, { seed, length: 60, expiresIn: 999 });
    const packet = messages(...Array.from({ length: 300 }, (_, seed) => future(seed)));
    const [response] = payloadsTo(receive(hostile(), ALICE, packet), ALICE, CODES.messageResponse);
    expect(decodeMessageResponse(response ?? packet.data)?.errors).toHaveLength(256);
  });

  test("who sends bad specks gets an answer that is not larger than the question", () => {
    const speck = (seed: number) => envelopeOf(hashes, { seed, length: 2, expiresIn: 999 });
    const packet = messages(...Array.from({ length: 100 }, (_, seed) => speck(seed)));
    const [response] = payloadsTo(receive(hostile(), ALICE, packet), ALICE, CODES.messageResponse);
    expect(response?.length).toBeLessThan(packet.data.length);
    expect(decodeMessageResponse(response ?? packet.data)?.errors).not.toHaveLength(0);
  });

  test("who repeats an envelope within a packet is hung up on after a thousand times", () => {
    const relay = hostile();
    expect(drops(receive(relay, ALICE, messages(...new Array(1001).fill(hello))))).toEqual([]);
    expect(drops(receive(relay, ALICE, messages(hello, hello)))).toEqual([[ALICE, "FLOOD"]]);
  });

  test("who is hung up on half-way through a packet has not kept what came before from our filters", () => {
    const relay = hostile();
    introduce(relay, BOB);
    const outputs = receive(relay, ALICE, messages(hello, ...new Array(1002).fill(answer)));
    expect(drops(outputs)).toEqual([[ALICE, "FLOOD"]]);
    expect(ofType(outputs, "envelope").map(({ envelope }) => envelope.hash)).toEqual(hashesOf(hello, answer));
    expect(sentTo(outputs)).toEqual(hashesOf(hello, answer));
  });

  test("who sends a packet of specks is hung up on before they are hashed", () => {
    const speck = Uint8Array.of(0xc0);
    const data = encodeMessages(new Array(16_385).fill(speck));
    expect(drops(receive(hostile(), ALICE, { code: CODES.messages, data }))).toEqual([[ALICE, "OVERSIZED"]]);
  });

  test("who sends good envelopes without end fills the pool and no more", () => {
    const relay = hostile({ minPow: 0, pool: { maxBytes: 10_000, maxCount: 50 } });
    for (let seed = 0; seed < 300; seed++) receive(relay, ALICE, messages(envelopeOf(hashes, { seed, minPow: 0 })));
    expect(relay.statistics.count).toBe(50);
    expect(relay.statistics.bytes).toBeLessThanOrEqual(10_000);
  });

  test("who connects and says nothing, many times, leaves nothing behind", () => {
    const relay = relayWith();
    for (let byte = 0; byte < 256; byte++) relay.feed(connected(nodeId(byte)), NOW);
    expect(drops(relay.tick(NOW + 5000))).toHaveLength(256);
    expect(relay.wakeAt()).toBe(NEVER);
  });

  test("who acknowledges everything learns nothing of what we sent", () => {
    const relay = hostile();
    receive(relay, ALICE, messages(hello));
    const batch = batchHash(messages(hello));
    const errors = [{ hash: hello.hash, code: 1, description: "d" }];
    expect(receive(relay, ALICE, { code: CODES.batchAcknowledged, data: encodeBatchAcknowledged(batch) })).toEqual([]);
    const data = encodeMessageResponse({ batch, errors });
    expect(receive(relay, ALICE, { code: CODES.messageResponse, data })).toEqual([]);
  });

  test("who changes its mind with every packet is offered the pool a few times, then once a second", () => {
    const relay = hostile();
    relay.feed({ type: "post", envelope: hello }, NOW);
    const nothing = { code: CODES.bloomFilter, data: encodeBloomFilter(new Uint8Array(64)) };
    const everything = { code: CODES.bloomFilter, data: encodeBloomFilter(new Uint8Array(64).fill(0xff)) };
    for (let count = 0; count < 10; count++) receive(relay, ALICE, nothing);
    relay.feed({ type: "post", envelope: answer }, NOW);
    expect(sentTo(receive(relay, ALICE, everything, NOW + 100), ALICE)).toEqual([]);
    expect(relay.wakeAt()).toBe(NOW + 1000);
    expect(sentTo(relay.tick(NOW + 1000), ALICE)).toEqual(hashesOf(answer));
  });
});
