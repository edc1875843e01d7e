/** Conversations of a Whisper machine, the relay, with its peers: what is said besides envelopes. */
import { describe, expect, test } from "vitest";
import { encodeRlp } from "../../../src/core/bytes/rlp.ts";
import { UsageError } from "../../../src/core/platform/errors.ts";
import { NEVER } from "../../../src/core/platform/time.ts";
import { bloomOf, joinBlooms } from "../../../src/core/whisper/bloom.ts";
import type { Envelope } from "../../../src/core/whisper/envelope.ts";
import {
  CODES,
  encodeBloomFilter,
  encodeDirect,
  encodePowRequirement,
  NO_LIMITS,
} from "../../../src/core/whisper/packets.ts";
import { decodeStatus } from "../../../src/core/whisper/status.ts";
import {
  ALICE,
  answer,
  BOB,
  batchHash,
  CAROL,
  CHAT,
  connected,
  drops,
  elsewhere,
  envelopeOf,
  hashes,
  hashesOf,
  hello,
  introduce,
  messages,
  NOW,
  OPEN_STATUS,
  OTHER_CHAT,
  ofType,
  packetsTo,
  receive,
  relayWith,
  sentTo,
  status,
} from "../../support/whisper-machines.ts";

describe("the first words", () => {
  // relay -> alice   status
  // alice -> relay   status
  test("are a Status from both sides", () => {
    const relay = relayWith({ minPow: 0.5 });
    const said = relay.feed(connected(), NOW);
    expect(packetsTo(said, ALICE).map(({ code }) => code)).toEqual([CODES.status]);
    expect(decodeStatus(packetsTo(said, ALICE)[0]?.data ?? new Uint8Array())).toEqual({ ...OPEN_STATUS, minPow: 0.5 });
    expect(relay.peers).toEqual([]);
    const heard = receive(relay, ALICE, status({ minPow: 0.25 }));
    expect(heard).toEqual([{ type: "ready", peer: ALICE, status: { ...OPEN_STATUS, minPow: 0.25 } }]);
    expect(relay.peers).toMatchObject([{ peer: ALICE, address: "192.0.2.1", trusted: false, owed: 0 }]);
  });

  // alice -> relay   messages       before status
  test("must not be anything else", () => {
    const relay = relayWith();
    relay.feed(connected(), NOW);
    expect(drops(receive(relay, ALICE, messages(hello)))).toEqual([[ALICE, "PROTOCOL"]]);
    expect(receive(relay, ALICE, status())).toEqual([]);
    expect(relay.statistics.count).toBe(0);
  });

  test("must come within five seconds", () => {
    const relay = relayWith();
    relay.feed(connected(), NOW);
    expect(relay.wakeAt()).toBe(NOW + 5000);
    expect(relay.tick(NOW + 4999)).toEqual([]);
    expect(drops(relay.tick(NOW + 5000))).toEqual([[ALICE, "TIMEOUT"]]);
    expect(relay.wakeAt()).toBe(NEVER);
  });

  test("come in time and there is nothing to wait for", () => {
    const relay = relayWith();
    introduce(relay, ALICE);
    expect(relay.wakeAt()).toBe(NEVER);
    expect(relay.tick(NOW + 60_000)).toEqual([]);
  });

  // alice -> relay   status, status
  test("said twice change nothing, whatever the second time", () => {
    const relay = relayWith();
    introduce(relay, ALICE);
    expect(receive(relay, ALICE, status({ minPow: 9 }))).toEqual([]);
    expect(receive(relay, ALICE, { code: CODES.status, data: Uint8Array.of(0x80) })).toEqual([]);
    expect(relay.peers[0]?.status.minPow).toBe(0);
  });

  test("of two light clients are the last where that is forbidden", () => {
    const drop = [[ALICE, "PROTOCOL"]];
    expect(
      drops(introduce(relayWith({ light: true, restrictLight: true }), ALICE, NOW, { status: { light: true } })),
    ).toEqual(drop);
    expect(drops(introduce(relayWith({ light: true }), ALICE, NOW, { status: { light: true } }))).toEqual([]);
    expect(drops(introduce(relayWith({ restrictLight: true }), ALICE, NOW, { status: { light: true } }))).toEqual([]);
  });

  test("are said again on a new link, and what was known before is forgotten", () => {
    const relay = relayWith();
    introduce(relay, BOB);
    relay.feed({ type: "post", envelope: hello }, NOW);
    relay.feed({ type: "disconnected", peer: BOB }, NOW);
    expect(relay.peers).toEqual([]);
    expect(sentTo(introduce(relay, BOB, NOW + 1000))).toEqual(hashesOf(hello));
  });

  test("of a stranger, whom nobody announced, are not heard", () => {
    const relay = relayWith();
    expect(receive(relay, CAROL, status())).toEqual([]);
    expect(receive(relay, CAROL, { code: 60, data: new Uint8Array(2 ** 21) })).toEqual([]);
    expect(relay.feed({ type: "disconnected", peer: CAROL }, NOW)).toEqual([]);
  });
});

describe("what a peer wants", () => {
  test("is what it is sent: enough work, topics of its bloom", () => {
    const relay = relayWith();
    introduce(relay, ALICE, NOW, { status: { minPow: hello.pow + answer.pow + 1 } });
    introduce(relay, BOB, NOW, { status: { bloom: bloomOf(CHAT) } });
    introduce(relay, CAROL, NOW, { status: { bloom: new Uint8Array(64) } });
    const outputs = [hello, elsewhere].flatMap((envelope) => relay.feed({ type: "post", envelope }, NOW));
    outputs.push(...relay.tick(NOW + 1000));
    expect(sentTo(outputs, ALICE)).toEqual([]);
    expect(sentTo(outputs, BOB)).toEqual(hashesOf(hello));
    expect(sentTo(outputs, CAROL)).toEqual([]);
  });

  // bob -> relay     pow requirement, bloom filter
  // relay -> bob     messages       what was held back
  test("may change: it is sent what it did not want before, and not again what it has", () => {
    const relay = relayWith();
    introduce(relay, BOB, NOW, { status: { bloom: bloomOf(CHAT), minPow: 1e9 } });
    for (const envelope of [hello, elsewhere]) relay.feed({ type: "post", envelope }, NOW);
    expect(sentTo(receive(relay, BOB, { code: CODES.powRequirement, data: encodePowRequirement(0) }))).toEqual(
      hashesOf(hello),
    );
    const wide = joinBlooms([bloomOf(CHAT), bloomOf(OTHER_CHAT)]);
    const widened = receive(relay, BOB, { code: CODES.bloomFilter, data: encodeBloomFilter(wide) }, NOW + 500);
    expect(sentTo(widened)).toEqual(hashesOf(elsewhere));
    expect(relay.peers[0]?.status).toMatchObject({ minPow: 0, bloom: wide });
  });

  test("may change to less: what it is still owed is not sent", () => {
    const relay = relayWith();
    introduce(relay, BOB);
    relay.feed({ type: "post", envelope: hello }, NOW);
    relay.feed({ type: "post", envelope: elsewhere }, NOW + 1);
    const narrowed = receive(relay, BOB, { code: CODES.bloomFilter, data: encodeBloomFilter(bloomOf(CHAT)) }, NOW + 2);
    expect(sentTo([...narrowed, ...relay.tick(NOW + 1000)])).toEqual([]);
    expect(relay.peers[0]?.owed).toBe(0);
  });

  test.each([
    ["a pow that is no amount", { code: CODES.powRequirement, data: encodePowRequirement(Number.NaN) }],
    ["a bloom of no bytes", { code: CODES.bloomFilter, data: Uint8Array.of(0x80) }],
    ["an acknowledgement of 31 bytes", { code: CODES.batchAcknowledged, data: encodeRlp(new Uint8Array(31)) }],
    ["a response that is no list", { code: CODES.messageResponse, data: Uint8Array.of(0x80) }],
    ["two rate limits", { code: CODES.rateLimits, data: encodeRlp([1, 2]) }],
    ["messages that are no list", { code: CODES.messages, data: Uint8Array.of(0x80) }],
    ["messages and one byte", { code: CODES.messages, data: Uint8Array.of(0xc0, 0x01) }],
    ["a packet of more than a mebibyte", { code: 60, data: new Uint8Array(2 ** 20 + 1) }],
  ])("said as %s ends the conversation", (_, packet) => {
    const relay = relayWith();
    introduce(relay, ALICE);
    expect(receive(relay, ALICE, packet).map(({ type }) => type)).toEqual(["drop"]);
    expect(relay.peers).toEqual([]);
  });

  test("may be said in codes that we do not know", () => {
    const relay = relayWith();
    introduce(relay, ALICE);
    for (const code of [4, 10, 13, 60, 122]) {
      expect(receive(relay, ALICE, { code, data: new Uint8Array(2 ** 20) })).toEqual([]);
    }
  });
});

describe("what we want", () => {
  // relay -> alice   pow requirement, bloom filter
  test("is announced when it changes", () => {
    const relay = relayWith();
    introduce(relay, ALICE);
    const bloom = bloomOf(CHAT);
    const pow = relay.feed({ type: "minPow", minPow: 0.005 }, NOW);
    expect(packetsTo(pow, ALICE)).toEqual([{ code: CODES.powRequirement, data: encodePowRequirement(0.005) }]);
    const interest = relay.feed({ type: "bloom", bloom }, NOW);
    expect(packetsTo(interest, ALICE)).toEqual([{ code: CODES.bloomFilter, data: encodeBloomFilter(bloom) }]);
    expect(relay.feed({ type: "bloom", bloom: bloom.slice() }, NOW)).toEqual([]);
    expect(relay.feed({ type: "minPow", minPow: 0.005 }, NOW)).toEqual([]);
    expect(relay.status).toMatchObject({ minPow: 0.005, bloom });
  });

  test("is announced to a peer too that has our Status and has not said its own", () => {
    const relay = relayWith();
    relay.feed(connected(), NOW);
    expect(packetsTo(relay.feed({ type: "minPow", minPow: 0.005 }, NOW), ALICE)).toHaveLength(1);
  });

  test("holds for our own envelopes: a light client widens its bloom before it posts", () => {
    const client = relayWith({ bloom: bloomOf(CHAT) });
    expect(client.feed({ type: "post", envelope: elsewhere }, NOW)).toEqual([
      { type: "refused", hash: elsewhere.hash, why: "unwanted" },
    ]);
    client.feed({ type: "bloom", bloom: joinBlooms([bloomOf(CHAT), bloomOf(OTHER_CHAT)]) }, NOW);
    expect(ofType(client.feed({ type: "post", envelope: elsewhere }, NOW), "envelope")).toHaveLength(1);
  });

  test("is something that can be wanted", () => {
    expect(() => relayWith().feed({ type: "minPow", minPow: -1 }, NOW)).toThrow(UsageError);
    expect(() => relayWith().feed({ type: "bloom", bloom: new Uint8Array(63) }, NOW)).toThrow(UsageError);
    expect(() => relayWith({ minPow: Number.NaN })).toThrow(UsageError);
    expect(() => relayWith({ bloom: new Uint8Array(0) })).toThrow(UsageError);
    expect(() => relayWith({ maxPacketBytes: 10 * 2 ** 20 + 1 })).toThrow(UsageError);
  });
});

describe("direct messages", () => {
  const old = envelopeOf(hashes, { expiresIn: -9999, minPow: 0, below: 0.001, ttl: 3600 });
  const direct = (...envelopes: readonly Envelope[]) => ({
    code: CODES.p2pMessage,
    data: encodeDirect(envelopes.map(({ bytes }) => bytes)),
  });

  // mailserver -> relay   direct
  test("of a trusted peer reach the filters whatever their age and work, and nobody else", () => {
    const relay = relayWith();
    introduce(relay, ALICE, NOW, { trusted: true });
    introduce(relay, BOB);
    for (const packet of [direct(old), direct(old)]) {
      expect(receive(relay, ALICE, packet)).toEqual([{ type: "envelope", envelope: old, via: ALICE, direct: true }]);
    }
    expect(receive(relay, ALICE, direct(old, hello))).toHaveLength(2);
    expect(receive(relay, ALICE, direct())).toEqual([]);
    expect(relay.statistics.count).toBe(0);
  });

  test("of others are not even read", () => {
    const relay = relayWith();
    introduce(relay, ALICE);
    expect(receive(relay, ALICE, direct(old))).toEqual([]);
    expect(receive(relay, ALICE, { code: CODES.p2pMessage, data: Uint8Array.of(1) })).toEqual([]);
  });

  test("are accepted as long as the peer is trusted, from whenever it is said", () => {
    const relay = relayWith();
    relay.feed(connected(), NOW);
    relay.feed({ type: "trust", peer: ALICE, trusted: true }, NOW);
    receive(relay, ALICE, status());
    expect(receive(relay, ALICE, direct(old))).toHaveLength(1);
    relay.feed({ type: "trust", peer: ALICE, trusted: false }, NOW);
    expect(receive(relay, ALICE, direct(old))).toEqual([]);
    expect(relay.peers).toMatchObject([{ trusted: false }]);
  });

  test("that cannot be read end the conversation, without a word of the readable ones", () => {
    const relay = relayWith();
    introduce(relay, ALICE, NOW, { trusted: true });
    const data = encodeRlp([{ raw: old.bytes }, [1, 2]]);
    expect(receive(relay, ALICE, { code: CODES.p2pMessage, data }).map(({ type }) => type)).toEqual(["drop"]);
  });

  test("are taken by the thousand, not by the ten thousand", () => {
    const relay = relayWith();
    introduce(relay, ALICE, NOW, { trusted: true });
    const page = direct(...Array.from({ length: 1000 }, () => hello));
    const pages = Array.from({ length: 11 }, () => receive(relay, ALICE, page));
    expect(pages.slice(0, 10).map(({ length }) => length)).toEqual(new Array(10).fill(1000));
    expect(drops(pages[10] ?? [])).toEqual([[ALICE, "FLOOD"]]);
  });

  // relay -> alice   direct
  test("are sent bare when single, else as lists of bounded size", () => {
    const relay = relayWith();
    introduce(relay, ALICE);
    const packets = (envelopes: readonly Envelope[]) =>
      packetsTo(relay.feed({ type: "direct", peer: ALICE, envelopes }, NOW), ALICE);
    expect(packets([hello])).toEqual([direct(hello)]);
    expect(packets([hello, answer])).toEqual([direct(hello, answer)]);
    expect(packets([])).toEqual([direct()]);
    const large = envelopeOf(hashes, { length: 200_000, minPow: 0 });
    expect(packets([large, large]).map(batchHash)).toEqual([batchHash(direct(large)), batchHash(direct(large))]);
    expect(relay.feed({ type: "direct", peer: BOB, envelopes: [hello] }, NOW)).toEqual([]);
  });
});

describe("the packets of mailservers", () => {
  const data = Uint8Array.of(1);

  test("are handed through, answers only of trusted peers", () => {
    const relay = relayWith();
    introduce(relay, ALICE);
    introduce(relay, BOB, NOW, { trusted: true });
    const codes = (peer = ALICE) =>
      [123, 124, 125, 126].flatMap((code) =>
        ofType(receive(relay, peer, { code, data }), "mail").map((mail) => mail.code),
      );
    expect(codes()).toEqual([123, 126]);
    expect(codes(BOB)).toEqual([123, 124, 125, 126]);
  });

  test("are sent to a peer that is ready", () => {
    const relay = relayWith();
    introduce(relay, ALICE);
    const mail = (peer = ALICE) => relay.feed({ type: "mail", peer, code: CODES.p2pRequest, data }, NOW);
    expect(mail()).toEqual([{ type: "packet", peer: ALICE, code: CODES.p2pRequest, data }]);
    expect(mail(BOB)).toEqual([]);
  });
});

test("the machine answers without limits by default", () => {
  expect(relayWith().status).toEqual({ ...OPEN_STATUS, minPow: 0.001, rateLimits: NO_LIMITS });
});
