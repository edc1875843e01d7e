import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes, utf8 } from "../../../src/core/bytes/bytes.ts";
import { fromHex, toHex } from "../../../src/core/bytes/hex.ts";
import { encodeRlp, type RlpValue } from "../../../src/core/bytes/rlp.ts";
import { pureCrypto } from "../../../src/core/crypto/pure.ts";
import { RemoteError } from "../../../src/core/platform/errors.ts";
import {
  decodeEnvelope,
  draftBytes,
  type EnvelopeDraft,
  encodeEnvelope,
  sentAt,
  sizeOf,
  type Topic,
  workOf,
} from "../../../src/core/whisper/envelope.ts";
import { powOf } from "../../../src/core/whisper/pow.ts";
import { decodeOrRemoteError, rejectsEveryPrefix } from "../../support/decoders.ts";

const topic = "0x9c22ff5f" as Topic;
const draft = { expiry: 1585000015, ttl: 15, topic, data: utf8("nobody can read this") };
const decode = (bytes: Uint8Array) => decodeEnvelope(pureCrypto, bytes);

describe("an envelope on its way through a relay", () => {
  const sent = encodeEnvelope(pureCrypto, draft, 258n);

  test("is read as it was written", () => {
    expect(decode(sent.bytes)).toEqual(sent);
    expect(sent).toMatchObject({ ...draft, nonce: 258n });
  });

  test("is known by the hash of its bytes", () => {
    expect(sent.hash).toBe(toHex(pureCrypto.keccak256(sent.bytes)));
  });

  test("keeps nothing of the packet alive that brought it", () => {
    const packet = concatBytes(new Uint8Array(1000), sent.bytes, new Uint8Array(1000));
    const received = decode(packet.subarray(1000, 1000 + sent.bytes.length));
    packet.fill(0xff);
    expect(received).toEqual(sent);
    expect(received.bytes.buffer.byteLength).toBe(sent.bytes.length);
    expect(received.data.buffer).toBe(received.bytes.buffer);
  });

  test("counts 20 bytes besides its data", () => {
    expect(sizeOf(sent)).toBe(20 + draft.data.length);
  });

  test("says when it was sent, modulo 2^32", () => {
    expect(sentAt(sent)).toBe(1585000000);
    expect(sentAt({ expiry: 3, ttl: 5 })).toBe(2 ** 32 - 2);
  });
});

describe("what is not an envelope", () => {
  const { expiry, ttl, data } = draft;
  const fields: readonly RlpValue[] = [expiry, ttl, fromHex(topic), data, 7];

  test.each([
    ["too few fields", fields.slice(0, 4), /nonce: nothing left/],
    ["too many fields", [...fields, 1], /unexpected bytes/],
    ["a topic of three bytes", fields.with(2, Uint8Array.of(1, 2, 3)), /topic: expected 4 bytes, got 3/],
    ["an expiry of more than 32 bits", fields.with(0, 2 ** 32), /expiry: integer wider than 32 bits/],
    ["a ttl of more than 32 bits", fields.with(1, 2 ** 32), /ttl: integer wider than 32 bits/],
    ["a nonce of more than 64 bits", fields.with(4, 2n ** 64n), /nonce: integer wider than 64 bits/],
    ["a nonce with leading zeros", fields.with(4, Uint8Array.of(0, 1)), /nonce: integer with leading zeros/],
    ["data that is a list", fields.with(3, []), /data: expected a byte string/],
  ])("%s is refused by name of the field", (_, list, message) => {
    expect(() => decode(encodeRlp(list))).toThrow(message);
    expect(decodeOrRemoteError(decode, encodeRlp(list))).toBeInstanceOf(RemoteError);
  });

  test("a cut or continued one is refused", () => {
    const { bytes } = encodeEnvelope(pureCrypto, draft, 7n);
    rejectsEveryPrefix(decode, bytes);
    expect(decodeOrRemoteError(decode, concatBytes(bytes, Uint8Array.of(0)))).toBeInstanceOf(RemoteError);
  });
});

describe("the work of an envelope", () => {
  /** By the definition: over the fields without the nonce, then the nonce in eight bytes. */
  function check(random: EnvelopeDraft, nonce: bigint): void {
    const fields = draftBytes(random);
    const digest = pureCrypto.keccak256(concatBytes(fields, fromHex(nonce.toString(16).padStart(16, "0"))));
    const envelope = encodeEnvelope(pureCrypto, random, nonce);
    expect(envelope).toMatchObject({ ...random, nonce, pow: powOf(digest, fields.length, random.ttl) });
  }

  test("is counted over the fields without the nonce, whatever they hold", () => {
    const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    const anyDraft = fc.record({
      expiry: uint32,
      ttl: uint32,
      topic: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => toHex(bytes) as Topic),
      data: fc.uint8Array({ maxLength: 300 }),
    });
    const property = fc.property(anyDraft, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), check);
    fc.assert(property, { numRuns: 200 });
  });

  test("is the same at every length at which the list's prefix grows", () => {
    for (let length = 30; length < 60; length++) check({ ...draft, data: new Uint8Array(length) }, 1000n);
    for (let length = 230; length < 260; length++) check({ ...draft, data: new Uint8Array(length) }, 1000n);
  });

  test("is less when it must last for the seconds by which it is early", () => {
    const early = encodeEnvelope(pureCrypto, draft, 7n);
    expect(workOf(pureCrypto, early)).toBe(early.pow);
    expect(workOf(pureCrypto, early, 15)).toBe(early.pow / 2);
  });
});
