/** When a Whisper machine sends, and how much. */
import { describe, expect, test } from "vitest";
import { hashOf } from "../../../src/core/whisper/envelope.ts";
import {
  CODES,
  decodeMessages,
  encodeBatchAcknowledged,
  encodeRateLimits,
  NO_LIMITS,
} from "../../../src/core/whisper/packets.ts";
import type { WhisperOutput } from "../../../src/core/whisper/whisper-io.ts";
import {
  ALICE,
  answer,
  BOB,
  batchHash,
  drops,
  elsewhere,
  envelopeOf,
  hashes,
  hashesOf,
  hello,
  introduce,
  messages,
  NOW,
  packetsTo,
  payloadsTo,
  receive,
  relayWith,
  sentTo,
} from "../../support/whisper-machines.ts";

describe("the rhythm", () => {
  test("is at once after a pause, then what gathered in fifty milliseconds", () => {
    const relay = relayWith();
    introduce(relay, BOB);
    const first = relay.feed({ type: "post", envelope: hello }, NOW);
    expect(sentTo(first)).toEqual(hashesOf(hello));
    const more = [answer, elsewhere].flatMap((envelope) => relay.feed({ type: "post", envelope }, NOW + 10));
    expect(sentTo(more)).toEqual([]);
    expect(relay.wakeAt()).toBe(NOW + 50);
    expect(payloadsTo(relay.tick(NOW + 50), BOB, CODES.messages)).toHaveLength(1);
    expect(relay.peers[0]?.owed).toBe(0);
  });

  test("can be that of the reference", () => {
    const relay = relayWith({ transmitIntervalMs: 300 });
    introduce(relay, BOB);
    relay.feed({ type: "post", envelope: hello }, NOW);
    relay.feed({ type: "post", envelope: answer }, NOW);
    expect(relay.wakeAt()).toBe(NOW + 300);
    expect(sentTo(relay.tick(NOW + 299))).toEqual([]);
    expect(sentTo(relay.tick(NOW + 300))).toEqual(hashesOf(answer));
  });

  test("lets the packets of a backlog follow each other", () => {
    const relay = relayWith({ minPow: 0 });
    introduce(relay, BOB);
    const backlog = Array.from({ length: 7 }, (_, seed) => envelopeOf(hashes, { seed, length: 100_000, minPow: 0 }));
    for (const envelope of backlog) relay.feed({ type: "post", envelope }, NOW);
    expect(relay.peers[0]?.owed).toBe(6);
    expect(payloadsTo(relay.tick(NOW + 50), BOB, CODES.messages).map((data) => decodeMessages(data).length)).toEqual([
      2, 2, 2,
    ]);
    expect(relay.peers[0]?.owed).toBe(0);
  });

  test("splits a backlog into packets that nobody refuses", () => {
    const relay = relayWith({ minPow: 0 });
    const large = Array.from({ length: 40 }, (_, seed) => envelopeOf(hashes, { seed, length: 100_000, minPow: 0 }));
    for (const envelope of large) relay.feed({ type: "post", envelope }, NOW);
    const packets: Uint8Array[] = payloadsTo(introduce(relay, BOB), BOB, CODES.messages);
    for (let now = relay.wakeAt(); relay.peers[0]?.owed !== 0 && now <= NOW + 10_000; now = relay.wakeAt()) {
      packets.push(...payloadsTo(relay.tick(now), BOB, CODES.messages));
    }
    expect(packets.flatMap((data) => decodeMessages(data).map((bytes) => hashOf(hashes, bytes))).sort()).toEqual(
      hashesOf(...large).sort(),
    );
    for (const { length } of packets) expect(length).toBeLessThanOrEqual(2 ** 18 + 4);
  });

  test("sends no more specks in a packet than others take", () => {
    const relay = relayWith({ minPow: 0 });
    const specks = Array.from({ length: 5000 }, (_, seed) => envelopeOf(hashes, { seed, length: 2, minPow: 0 }));
    for (const envelope of specks) relay.feed({ type: "post", envelope }, NOW);
    const packets = payloadsTo(introduce(relay, BOB), BOB, CODES.messages);
    expect(packets.map((data) => decodeMessages(data).length)).toEqual([4096, 904]);
  });

  test("gets past a busy topic of a peer with limits, however much waits on it", () => {
    const relay = relayWith({ minPow: 0 });
    introduce(relay, BOB, NOW, { status: { rateLimits: { ...NO_LIMITS, topic: 1 } } });
    const busy = Array.from({ length: 2500 }, (_, seed) => envelopeOf(hashes, { seed, length: 2, minPow: 0 }));
    for (const envelope of [...busy, elsewhere]) relay.feed({ type: "post", envelope }, NOW);
    const sent = [50, 100, 150].flatMap((later) => sentTo(relay.tick(NOW + later)));
    expect(sent).toEqual(hashesOf(elsewhere));
  });

  test("sends a large envelope alone, and one above the peer's limit never", () => {
    const relay = relayWith({ minPow: 0, maxPacketBytes: 4 * 2 ** 20 });
    introduce(relay, BOB);
    const large = envelopeOf(hashes, { length: 2 ** 20 - 100, minPow: 0 });
    const tooLarge = envelopeOf(hashes, { length: 2 ** 20, minPow: 0 });
    const outputs = relay.feed({ type: "post", envelope: large }, NOW);
    outputs.push(...relay.feed({ type: "post", envelope: tooLarge }, NOW), ...relay.tick(NOW + 3000));
    expect(sentTo(outputs)).toEqual(hashesOf(large));
    expect(relay.peers[0]?.owed).toBe(0);
  });

  test("waits for a peer that has a mebibyte unacknowledged, but not for ever", () => {
    const relay = relayWith({ minPow: 0 });
    introduce(relay, BOB);
    const posts = Array.from({ length: 7 }, (_, seed) => envelopeOf(hashes, { seed, length: 250_000, minPow: 0 }));
    for (const envelope of posts) relay.feed({ type: "post", envelope }, NOW);
    for (const now of [50, 100, 150, 200, 250, 300]) relay.tick(NOW + now);
    expect(relay.peers[0]?.owed).toBe(2);
    expect(relay.wakeAt()).toBe(NOW + 2000);
    const acknowledgement = {
      code: CODES.batchAcknowledged,
      data: encodeBatchAcknowledged(batchHash(messages(hello))),
    };
    expect(sentTo(receive(relay, BOB, acknowledgement, NOW + 400))).toHaveLength(1);
    expect(sentTo(relay.tick(NOW + 2050))).toHaveLength(1);
  });
});

describe("limits", () => {
  test("of a peer are kept: never more packets in a second than it said", () => {
    const relay = relayWith();
    introduce(relay, ALICE);
    introduce(relay, BOB, NOW, { status: { rateLimits: { ip: 20, peerId: 5, topic: 0 } } });
    const times: number[] = [];
    const record = (outputs: readonly WhisperOutput[], now: number) =>
      times.push(...packetsTo(outputs, BOB).map(() => now));
    for (let seed = 0; seed < 30; seed++) {
      const now = NOW + 100 * seed;
      const envelope = envelopeOf(hashes, { seed: 100 + seed });
      record(receive(relay, ALICE, messages(envelope), now), now);
      if (seed % 3 === 0) record(receive(relay, BOB, messages(envelope), now), now);
      if (relay.wakeAt() < now + 100) record(relay.tick(relay.wakeAt()), relay.wakeAt());
    }
    expect(times.length).toBeGreaterThan(10);
    for (const start of times)
      expect(times.filter((time) => time >= start && time < start + 1000).length).toBeLessThanOrEqual(5);
  });

  test("of a peer may be told later, and delay but do not lose", () => {
    const relay = relayWith();
    introduce(relay, BOB);
    receive(relay, BOB, { code: CODES.rateLimits, data: encodeRateLimits({ ip: 0, peerId: 1, topic: 0 }) });
    expect(relay.peers[0]?.status.rateLimits).toEqual({ ip: 0, peerId: 1, topic: 0 });
    const outputs = [
      ...relay.feed({ type: "minPow", minPow: 0.002 }, NOW),
      ...relay.feed({ type: "minPow", minPow: 0.003 }, NOW),
      ...relay.feed({ type: "post", envelope: hello }, NOW),
    ];
    expect(packetsTo(outputs, BOB).map(({ code }) => code)).toEqual([CODES.powRequirement]);
    expect(relay.wakeAt()).toBe(NOW + 1000);
    expect(packetsTo(relay.tick(NOW + 1000), BOB).map(({ code }) => code)).toEqual([CODES.messages]);
    expect(packetsTo(relay.tick(NOW + 2000), BOB).map(({ code }) => code)).toEqual([CODES.powRequirement]);
  });

  test("of a peer that asks for many answers do not keep envelopes from it", () => {
    const relay = relayWith();
    introduce(relay, BOB, NOW, { status: { rateLimits: { ip: 0, peerId: 2, topic: 0 } } });
    for (const seed of [1, 2, 3, 4, 5]) receive(relay, BOB, messages(envelopeOf(hashes, { seed: 50 + seed })));
    relay.feed({ type: "post", envelope: hello }, NOW);
    const codes = [500, 1000, 1500].flatMap((ms) => packetsTo(relay.tick(NOW + ms), BOB).map(({ code }) => code));
    expect(codes).toEqual([CODES.messages, CODES.batchAcknowledged, CODES.messageResponse]);
  });

  test("of a peer on one topic hold back that topic alone", () => {
    const relay = relayWith();
    introduce(relay, BOB, NOW, { status: { rateLimits: { ip: 0, peerId: 0, topic: 1 } } });
    const sent = [hello, answer, elsewhere].flatMap((envelope) => sentTo(relay.feed({ type: "post", envelope }, NOW)));
    expect([...sent, ...sentTo(relay.tick(NOW + 50))]).toEqual(hashesOf(hello, elsewhere));
    expect(sentTo(relay.tick(NOW + 1000))).toEqual(hashesOf(answer));
  });

  test("of ours are announced and enforced with patience, trusted peers excepted", () => {
    const limits = { ip: 0, peerId: 5, topic: 0 };
    const relay = relayWith({ rateLimits: limits });
    introduce(relay, ALICE);
    introduce(relay, BOB, NOW, { trusted: true });
    expect(relay.status.rateLimits).toEqual(limits);
    const packet = { code: 60, data: new Uint8Array() };
    const flood = (peer = ALICE) => Array.from({ length: 1006 }, () => receive(relay, peer, packet)).flat();
    expect(drops(flood(BOB))).toEqual([]);
    expect(drops(flood().slice(0, 1))).toEqual([[ALICE, "FLOOD"]]);
  });

  test("of ours count all peers of an address together", () => {
    const relay = relayWith({ rateLimits: { ip: 5, peerId: 0, topic: 0 } });
    for (const peer of [ALICE, BOB]) introduce(relay, peer);
    const packet = { code: 60, data: new Uint8Array() };
    for (let count = 0; count < 5; count++) receive(relay, BOB, packet);
    const flood = Array.from({ length: 1001 }, () => receive(relay, ALICE, packet)).flat();
    expect(drops(flood)).toEqual([[ALICE, "FLOOD"]]);
  });
});
