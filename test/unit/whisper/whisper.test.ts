/** Conversations of a Whisper machine, the relay, with its peers. */
import { describe, expect, test } from "vitest";
import { toHex } from "../../../src/core/bytes/hex.ts";
import { encodeRlp } from "../../../src/core/bytes/rlp.ts";
import { openHashes } from "../../../src/core/crypto/open.ts";
import { UsageError } from "../../../src/core/platform/errors.ts";
import { NEVER } from "../../../src/core/platform/time.ts";
import { bloomOf, joinBlooms } from "../../../src/core/whisper/bloom.ts";
import { type Envelope, hashOf } from "../../../src/core/whisper/envelope.ts";
import {
  type BatchHash,
  CODES,
  decodeBatchAcknowledged,
  decodeMessageResponse,
  decodeMessages,
  encodeBatchAcknowledged,
  encodeBloomFilter,
  encodeDirect,
  encodeMessageResponse,
  encodeMessages,
  encodePowRequirement,
  encodeRateLimits,
  NO_LIMITS,
  type Packet,
} from "../../../src/core/whisper/packets.ts";
import { decodeStatus, encodeStatus } from "../../../src/core/whisper/status.ts";
import { Whisper, type WhisperOptions } from "../../../src/core/whisper/whisper.ts";
import type { WhisperOutput } from "../../../src/core/whisper/whisper-io.ts";
import {
  ALICE,
  BOB,
  CAROL,
  CHAT,
  envelopeOf,
  introduce,
  NOW,
  nodeId,
  OPEN_STATUS,
  OTHER_CHAT,
  ofType,
  packetsTo,
  payloadsTo,
  receive,
} from "../../support/whisper-machines.ts";

const hashes = await openHashes("fast");
const relayWith = (options: Partial<WhisperOptions> = {}) => new Whisper(hashes, options);
const messages = (...envelopes: readonly Envelope[]): Packet => ({
  code: CODES.messages,
  data: encodeMessages(envelopes.map(({ bytes }) => bytes)),
});
const status = (changes = {}): Packet => ({ code: CODES.status, data: encodeStatus({ ...OPEN_STATUS, ...changes }) });
const connected = (peer = ALICE) => ({ type: "connected", peer, address: "192.0.2.1", trusted: false }) as const;
const batchHash = (packet: Packet) => toHex(hashes.keccak256(packet.data)) as BatchHash;
/** The hashes of the envelopes that were sent to `peer`. */
const sentTo = (outputs: readonly WhisperOutput[], peer = BOB) =>
  payloadsTo(outputs, peer, CODES.messages).flatMap((data) =>
    decodeMessages(data).map((bytes) => hashOf(hashes, bytes)),
  );
const hashesOf = (...envelopes: readonly Envelope[]) => envelopes.map(({ hash }) => hash);
const drops = (outputs: readonly WhisperOutput[]) =>
  ofType(outputs, "drop").map(({ peer, error }) => [peer, error.code]);

const hello = envelopeOf(hashes, { seed: 1 });
const answer = envelopeOf(hashes, { seed: 2 });
const elsewhere = envelopeOf(hashes, { seed: 3, topic: OTHER_CHAT });

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

describe("an envelope", () => {
  // alice -> relay   messages
  // relay -> alice   message response, acknowledgement
  // relay -> bob     messages
  test("is confirmed, told to the filters and passed on byte for byte, but not back", () => {
    const relay = relayWith();
    for (const peer of [ALICE, BOB]) introduce(relay, peer);
    const packet = messages(hello);
    const outputs = receive(relay, ALICE, packet);
    expect(ofType(outputs, "envelope")).toEqual([{ type: "envelope", envelope: hello, via: ALICE, direct: false }]);
    expect(packetsTo(outputs, BOB)).toEqual([packet]);
    const [response, acknowledgement, ...more] = packetsTo(outputs, ALICE);
    expect([response?.code, acknowledgement?.code, more.length]).toEqual([12, 11, 0]);
    expect(decodeMessageResponse(response?.data ?? packet.data)).toEqual({ batch: batchHash(packet), errors: [] });
    expect(decodeBatchAcknowledged(acknowledgement?.data ?? packet.data)).toBe(batchHash(packet));
  });

  // alice -> relay   messages
  // bob   -> relay   messages       the same
  test("that comes again is confirmed and nothing else", () => {
    const relay = relayWith();
    for (const peer of [ALICE, BOB, CAROL]) introduce(relay, peer);
    receive(relay, ALICE, messages(hello));
    const outputs = receive(relay, BOB, messages(hello, hello));
    expect(outputs.map(({ type }) => type)).toEqual(["packet", "packet"]);
    expect(packetsTo(outputs, BOB).map(({ code }) => code)).toEqual([12, 11]);
    expect(relay.statistics.admissions).toMatchObject({ added: 1, known: 2 });
  });

  test("is kept apart from the packet that brought it", () => {
    const relay = relayWith();
    introduce(relay, ALICE);
    const { code, data } = messages(hello);
    receive(relay, ALICE, { code, data });
    data.fill(0);
    introduce(relay, BOB);
    expect([...relay.envelopes()]).toEqual([hello]);
  });

  test("is sent to whoever comes later, until it expires", () => {
    const relay = relayWith();
    relay.feed({ type: "post", envelope: hello }, NOW);
    expect(sentTo(introduce(relay, ALICE, NOW + 10_999), ALICE)).toEqual(hashesOf(hello));
    expect(sentTo(introduce(relay, BOB, NOW + 11_000), BOB)).toEqual([]);
    expect(relay.statistics).toMatchObject({ count: 0, bytes: 0 });
  });

  test("wakes the machine when it expires", () => {
    const relay = relayWith();
    relay.feed({ type: "post", envelope: hello }, NOW);
    expect(relay.wakeAt()).toBe(NOW + 11_000);
    relay.tick(NOW + 11_000);
    expect(relay.wakeAt()).toBe(NEVER);
  });

  test("in the place of an expired one is not taken for it", () => {
    const relay = relayWith();
    for (const peer of [ALICE, BOB]) introduce(relay, peer);
    receive(relay, ALICE, messages(hello));
    const later = envelopeOf(hashes, { seed: 9, expiresIn: 21 });
    expect(sentTo(receive(relay, ALICE, messages(later), NOW + 11_000))).toEqual(hashesOf(later));
  });

  test("that displaces a weaker one in a full pool is not taken for it", () => {
    const relay = relayWith({ pool: { maxBytes: 2 ** 20, maxCount: 1 } });
    for (const peer of [ALICE, BOB]) introduce(relay, peer);
    const strong = envelopeOf(hashes, { seed: 9, minPow: 2 * hello.pow });
    receive(relay, ALICE, messages(hello));
    expect(sentTo(receive(relay, ALICE, messages(strong), NOW + 100))).toEqual(hashesOf(strong));
    expect([...relay.envelopes()]).toEqual([strong]);
  });

  test("that finds no room is reported, and its sender not blamed", () => {
    const relay = relayWith({ pool: { maxBytes: 2 ** 20, maxCount: 1 } });
    introduce(relay, ALICE);
    const weak = envelopeOf(hashes, { seed: 9, below: hello.pow });
    const outputs = receive(relay, ALICE, messages(hello, weak));
    const [response] = payloadsTo(outputs, ALICE, CODES.messageResponse);
    expect(decodeMessageResponse(response ?? new Uint8Array())?.errors).toMatchObject([{ hash: weak.hash, code: 38 }]);
  });

  test("is not confirmed by a node that does not confirm", () => {
    const relay = relayWith({ confirmations: false });
    introduce(relay, ALICE);
    expect(receive(relay, ALICE, messages(hello)).map(({ type }) => type)).toEqual(["envelope"]);
  });

  // alice -> relay   messages       one good, one from the future, one weak
  // relay -> alice   message response: future 37, weak 38
  test("that is refused is named, with one code for clocks and one for the rest", () => {
    const relay = relayWith();
    introduce(relay, ALICE);
    const future = envelopeOf(hashes, { expiresIn: 30 });
    const weak = envelopeOf(hashes, { ttl: 3600, minPow: 0, below: 0.001 });
    const late = envelopeOf(hashes, { expiresIn: -5 });
    const outputs = receive(relay, ALICE, messages(hello, future, weak, late));
    expect(drops(outputs)).toEqual([]);
    const [response] = payloadsTo(outputs, ALICE, CODES.messageResponse);
    expect(decodeMessageResponse(response ?? new Uint8Array())?.errors).toEqual([
      { hash: future.hash, code: 37, description: "envelope from future" },
      { hash: weak.hash, code: 38, description: "envelope with low PoW received" },
    ]);
    expect([...relay.envelopes()]).toEqual([hello]);
  });

  test("from the future keeps its lower worth when it is passed on", () => {
    const relay = relayWith();
    const ahead = envelopeOf(hashes, { expiresIn: 15 });
    introduce(relay, ALICE);
    introduce(relay, BOB, NOW, { status: { minPow: ahead.pow } });
    introduce(relay, CAROL, NOW, { status: { minPow: ahead.pow / 2 } });
    const outputs = receive(relay, ALICE, messages(ahead));
    expect(sentTo(outputs, BOB)).toEqual([]);
    expect(sentTo(outputs, CAROL)).toEqual(hashesOf(ahead));
  });

  test("that cannot be read closes the link and spoils the good ones beside it", () => {
    const relay = relayWith();
    introduce(relay, ALICE);
    const data = encodeRlp([{ raw: hello.bytes }, [1, 2, 3]]);
    const outputs = receive(relay, ALICE, { code: CODES.messages, data });
    expect(outputs.map(({ type }) => type)).toEqual(["drop"]);
    expect(relay.statistics.count).toBe(0);
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

describe("our own envelope", () => {
  const post = (relay: Whisper, envelope = hello, now = NOW) => relay.feed({ type: "post", envelope }, now);
  const news = (outputs: readonly WhisperOutput[]) =>
    outputs.filter(({ type }) => ["sent", "confirmed", "rejected", "expired"].includes(type));

  // relay -> bob     messages
  // bob -> relay     message response, acknowledgement
  test("is sent, and confirmed once by a peer that confirms", () => {
    const relay = relayWith();
    introduce(relay, BOB);
    const outputs = post(relay);
    const [packet] = packetsTo(outputs, BOB);
    expect(packet).toEqual(messages(hello));
    expect(news(outputs)).toEqual([{ type: "sent", hash: hello.hash, peer: BOB, awaited: true }]);
    const batch = batchHash(messages(hello));
    const response = { code: CODES.messageResponse, data: encodeMessageResponse({ batch, errors: [] }) };
    const acknowledgement = { code: CODES.batchAcknowledged, data: encodeBatchAcknowledged(batch) };
    expect(receive(relay, BOB, response)).toEqual([{ type: "confirmed", hash: hello.hash, peer: BOB }]);
    expect(receive(relay, BOB, acknowledgement)).toEqual([]);
  });

  test("is confirmed by the acknowledgement alone", () => {
    const relay = relayWith();
    introduce(relay, BOB);
    post(relay);
    const data = encodeBatchAcknowledged(batchHash(messages(hello)));
    expect(news(receive(relay, BOB, { code: CODES.batchAcknowledged, data }))).toMatchObject([{ type: "confirmed" }]);
  });

  // bob -> relay     message response: hello 38
  test("is rejected by the peer that names it, while the others of the batch are confirmed", () => {
    const relay = relayWith();
    for (const envelope of [hello, answer]) post(relay, envelope);
    introduce(relay, BOB);
    const batch = batchHash(messages(hello, answer));
    const error = { hash: hello.hash, code: 38, description: "no" };
    const data = encodeMessageResponse({ batch, errors: [error] });
    expect(receive(relay, BOB, { code: CODES.messageResponse, data })).toEqual([
      { type: "rejected", peer: BOB, ...error },
      { type: "confirmed", hash: answer.hash, peer: BOB },
    ]);
  });

  test("is not confirmed by answers for other batches, or of another peer", () => {
    const relay = relayWith();
    for (const peer of [ALICE, BOB]) introduce(relay, peer, NOW, { status: { confirmations: peer === BOB } });
    post(relay);
    const other = { code: CODES.batchAcknowledged, data: encodeBatchAcknowledged(batchHash(messages(answer))) };
    const right = { code: CODES.batchAcknowledged, data: encodeBatchAcknowledged(batchHash(messages(hello))) };
    expect(receive(relay, BOB, other)).toEqual([]);
    expect(receive(relay, ALICE, right)).toEqual([]);
  });

  test("to a peer that does not confirm is sent without waiting", () => {
    const relay = relayWith();
    introduce(relay, BOB, NOW, { status: { confirmations: false } });
    expect(news(post(relay))).toEqual([{ type: "sent", hash: hello.hash, peer: BOB, awaited: false }]);
  });

  // relay -> bob     messages
  // carol -> relay   messages       the same
  test("is confirmed, once, by a peer that sends it back", () => {
    const relay = relayWith();
    introduce(relay, CAROL, NOW, { status: { minPow: 1e9 } });
    post(relay);
    expect(news(receive(relay, CAROL, messages(hello)))).toEqual([
      { type: "confirmed", hash: hello.hash, peer: CAROL },
    ]);
    expect(news(receive(relay, CAROL, messages(hello)))).toEqual([]);
  });

  test("is reported as expired, others' are not", () => {
    const relay = relayWith();
    introduce(relay, ALICE);
    post(relay);
    receive(relay, ALICE, messages(answer));
    expect(news(relay.tick(NOW + 11_000))).toEqual([{ type: "expired", hash: hello.hash }]);
  });

  test("can be confirmed after it expired", () => {
    const relay = relayWith();
    introduce(relay, BOB);
    post(relay);
    relay.tick(NOW + 11_000);
    const data = encodeBatchAcknowledged(batchHash(messages(hello)));
    const late = receive(relay, BOB, { code: CODES.batchAcknowledged, data }, NOW + 12_000);
    expect(news(late)).toEqual([{ type: "confirmed", hash: hello.hash, peer: BOB }]);
  });

  test("posted twice is sent once; brought by others first, it is followed all the same", () => {
    const relay = relayWith();
    introduce(relay, ALICE);
    post(relay);
    expect(post(relay)).toEqual([]);
    receive(relay, ALICE, messages(answer));
    post(relay, answer);
    expect(news(relay.tick(NOW + 11_000))).toHaveLength(2);
  });

  test("is refused like any other when it is not worth it", () => {
    const weak = envelopeOf(hashes, { ttl: 3600, minPow: 0, below: 0.001 });
    expect(post(relayWith(), weak)).toEqual([{ type: "refused", hash: weak.hash, why: "weak" }]);
  });

  test("is forgotten in unanswered batches when they are too many", () => {
    const relay = relayWith({ transmitIntervalMs: 1 });
    introduce(relay, BOB);
    const posted = Array.from({ length: 65 }, (_, index) => envelopeOf(hashes, { seed: 1000 + index }));
    for (const [index, envelope] of posted.entries()) post(relay, envelope, NOW + index);
    const confirmed = posted.map((envelope) => {
      const data = encodeBatchAcknowledged(batchHash(messages(envelope)));
      return receive(relay, BOB, { code: CODES.batchAcknowledged, data }, NOW + 100).length;
    });
    expect(confirmed).toEqual([0, ...posted.slice(1).map(() => 1)]);
  });
});

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
    expect(packetsTo(relay.tick(NOW + 1000), BOB).map(({ code }) => code)).toEqual([CODES.powRequirement]);
    expect(packetsTo(relay.tick(NOW + 2000), BOB).map(({ code }) => code)).toEqual([CODES.messages]);
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

describe("a light client", () => {
  test("says so, gives others' envelopes to its filters and passes on only its own", () => {
    const client = relayWith({ light: true });
    for (const peer of [ALICE, BOB]) introduce(client, peer);
    expect(client.status.light).toBe(true);
    const outputs = receive(client, ALICE, messages(hello));
    expect(ofType(outputs, "envelope")).toHaveLength(1);
    expect(sentTo(outputs)).toEqual([]);
    expect(sentTo(client.feed({ type: "post", envelope: answer }, NOW))).toEqual(hashesOf(answer));
    expect(sentTo(introduce(client, CAROL), CAROL)).toEqual(hashesOf(answer));
  });
});

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
});

test("the machine answers without limits by default", () => {
  expect(relayWith().status).toEqual({ ...OPEN_STATUS, minPow: 0.001, rateLimits: NO_LIMITS });
});
