/** Envelopes on their way through a Whisper machine: from peers, and our own. */
import { describe, expect, test } from "vitest";
import { encodeRlp } from "../../../src/core/bytes/rlp.ts";
import { NEVER } from "../../../src/core/platform/time.ts";
import {
  CODES,
  decodeBatchAcknowledged,
  decodeMessageResponse,
  encodeBatchAcknowledged,
  encodeMessageResponse,
} from "../../../src/core/whisper/packets.ts";
import type { Whisper } from "../../../src/core/whisper/whisper.ts";
import type { WhisperOutput } from "../../../src/core/whisper/whisper-io.ts";
import {
  ALICE,
  answer,
  BOB,
  batchHash,
  CAROL,
  drops,
  envelopeOf,
  hashes,
  hashesOf,
  hello,
  introduce,
  messages,
  NOW,
  ofType,
  packetsTo,
  payloadsTo,
  receive,
  relayWith,
  sentTo,
} from "../../support/whisper-machines.ts";

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

  test("that displaces another one in a full pool is not sent back to where it came from", () => {
    const relay = relayWith({ pool: { maxBytes: 2 ** 20, maxCount: 1 } });
    for (const peer of [ALICE, BOB]) introduce(relay, peer);
    const weak = envelopeOf(hashes, { seed: 1, minPow: 0.001, below: 0.01 });
    const strong = envelopeOf(hashes, { seed: 2, minPow: 0.01 });
    receive(relay, ALICE, messages(weak));
    const outputs = [...receive(relay, ALICE, messages(strong)), ...relay.tick(NOW + 50)];
    expect(sentTo(outputs, ALICE)).toEqual([]);
    expect(sentTo(outputs, BOB)).toEqual(hashesOf(strong));
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
