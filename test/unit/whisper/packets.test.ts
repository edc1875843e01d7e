import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes } from "../../../src/core/bytes/bytes.ts";
import { fromHex, toHex } from "../../../src/core/bytes/hex.ts";
import { encodeRlp, type RlpValue } from "../../../src/core/bytes/rlp.ts";
import { pureCrypto } from "../../../src/core/crypto/pure.ts";
import { RemoteError } from "../../../src/core/platform/errors.ts";
import type { EnvelopeHash } from "../../../src/core/whisper/envelope.ts";
import {
  BATCH_BYTES,
  type BatchHash,
  decodeBatchAcknowledged,
  decodeBloomFilter,
  decodeDirect,
  decodeMessageResponse,
  decodeMessages,
  decodePowRequirement,
  decodeRateLimits,
  encodeBatchAcknowledged,
  encodeBloomFilter,
  encodeDirect,
  encodeMessageResponse,
  encodeMessages,
  encodePowRequirement,
  encodeRateLimits,
  inBatches,
  messagesSize,
} from "../../../src/core/whisper/packets.ts";
import { decodeOrRemoteError, rejectsEveryPrefix, survivesAnything } from "../../support/decoders.ts";
import { envelopeOf } from "../../support/whisper-machines.ts";

const hash = (byte: number) => toHex(new Uint8Array(32).fill(byte));
const batch = hash(0xba) as BatchHash;
const envelope = envelopeOf(pureCrypto);
const another = envelopeOf(pureCrypto, { seed: 1 });

const response = {
  batch,
  errors: [
    { hash: hash(1) as EnvelopeHash, code: 37, description: "envelope from future" },
    { hash: hash(2) as EnvelopeHash, code: 0, description: "" },
  ],
};

/** Each decoder with what it reads back from its encoder. */
const codecs: readonly { name: string; decode: (bytes: Uint8Array) => unknown; bytes: Uint8Array; value: unknown }[] = [
  {
    name: "a messages packet",
    decode: decodeMessages,
    bytes: encodeMessages([envelope.bytes, another.bytes]),
    value: [envelope.bytes, another.bytes],
  },
  { name: "a pow requirement", decode: decodePowRequirement, bytes: encodePowRequirement(0.002), value: 0.002 },
  {
    name: "a bloom filter",
    decode: decodeBloomFilter,
    bytes: encodeBloomFilter(new Uint8Array(64).fill(7)),
    value: new Uint8Array(64).fill(7),
  },
  { name: "an acknowledgement", decode: decodeBatchAcknowledged, bytes: encodeBatchAcknowledged(batch), value: batch },
  {
    name: "a message response",
    decode: decodeMessageResponse,
    bytes: encodeMessageResponse(response),
    value: response,
  },
  {
    name: "a rate limits packet",
    decode: decodeRateLimits,
    bytes: encodeRateLimits({ ip: 10, peerId: 0, topic: 300 }),
    value: { ip: 10, peerId: 0, topic: 300 },
  },
  { name: "a direct message", decode: decodeDirect, bytes: encodeDirect([envelope.bytes]), value: [envelope.bytes] },
  {
    name: "a list of direct messages",
    decode: decodeDirect,
    bytes: encodeDirect([envelope.bytes, another.bytes]),
    value: [envelope.bytes, another.bytes],
  },
];

describe.each(codecs)("$name", ({ decode, bytes, value }) => {
  test("is read as it was written", () => expect(decode(bytes)).toEqual(value));
  test("cut anywhere, is a RemoteError", () => rejectsEveryPrefix(decode, bytes));
  test("of any other bytes is read or is a RemoteError", () => survivesAnything(decode, [bytes]));
  test("is followed by nothing, or by what the reference ignores too", () => {
    const result = decodeOrRemoteError(decode, concatBytes(bytes, Uint8Array.of(1)));
    if (decode === decodeMessages) expect(result).toBeInstanceOf(RemoteError);
    else expect(result).toEqual(value);
  });
});

test("a pow requirement is any amount of work from zero up", () => {
  fc.assert(
    fc.property(fc.double(), (pow) => {
      const result = decodeOrRemoteError(decodePowRequirement, encodePowRequirement(pow));
      if (Number.isFinite(pow) && pow >= 0) expect(result).toBe(pow + 0);
      else expect(result).toMatchObject({ code: "INVALID" });
    }),
  );
});

test("minus zero is no work, not a negative amount", () => {
  expect(decodePowRequirement(encodePowRequirement(-0))).toBe(0);
});

test.each([0, 63, 65])("a bloom filter of %i bytes is malformed", (length) => {
  expect(() => decodeBloomFilter(encodeRlp(new Uint8Array(length)))).toThrow("expected 64 bytes");
});

test("a bloom filter does not keep the packet alive", () => {
  const bytes = encodeBloomFilter(new Uint8Array(64));
  expect(decodeBloomFilter(bytes).buffer).not.toBe(bytes.buffer);
});

test("envelopes are forwarded byte for byte", () => {
  const received = decodeMessages(encodeMessages([envelope.bytes]));
  expect(toHex(encodeMessages(received))).toBe(toHex(encodeMessages([envelope.bytes])));
  expect(toHex(encodeDirect(received))).toBe(toHex(envelope.bytes));
});

test("the size of a packet is never underestimated", () => {
  for (const length of [0, 1, 55, 56, 255, 256, 65535, 65536, 2 ** 20]) {
    const actual = encodeMessages([new Uint8Array(length)]).length - length;
    expect(messagesSize(length)).toBeGreaterThanOrEqual(actual);
  }
});

describe("a message response", () => {
  const list = (...items: RlpValue[]): Uint8Array => encodeRlp(items);

  test("of another version says nothing, whatever it holds", () => {
    expect(decodeMessageResponse(list(2, []))).toBeUndefined();
    expect(decodeMessageResponse(list(2, new Uint8Array(3)))).toBeUndefined();
  });

  test.each([
    ["no list", list(1, 1)],
    ["no errors", list(1, [fromHex(batch)])],
    ["a batch of 31 bytes", list(1, [new Uint8Array(31), []])],
    ["an error of two elements", list(1, [fromHex(batch), [[fromHex(batch), 1]]])],
    ["a description that is no text", list(1, [fromHex(batch), [[fromHex(batch), 1, Uint8Array.of(0xff)]]])],
  ])("with %s says nothing either", (_, bytes) => expect(decodeMessageResponse(bytes)).toBeUndefined());

  test.each([
    ["not a list", encodeRlp(1)],
    ["without a body", list(1)],
    ["of three elements", list(1, [], [])],
  ])("%s is malformed", (_, bytes) => expect(() => decodeMessageResponse(bytes)).toThrow(RemoteError));

  test("carries a description of bounded length", () => {
    const [first] = response.errors;
    const long = {
      batch,
      errors: [{ ...first, hash: first?.hash ?? (hash(1) as EnvelopeHash), code: 1, description: "x".repeat(9999) }],
    };
    expect(decodeMessageResponse(encodeMessageResponse(long))?.errors[0]?.description).toHaveLength(512);
  });
});

test("limits beyond the precision of numbers are read as enormous", () => {
  const bytes = encodeRlp([2n ** 64n - 1n, 0, 1]);
  expect(decodeRateLimits(bytes)).toEqual({ ip: 2 ** 64, peerId: 0, topic: 1 });
});

describe("batches", () => {
  const sized = (length: number) => ({ bytes: new Uint8Array(length) });

  test("hold everything, in order, and only a single item exceeds the bound", () => {
    const lengths = fc.array(fc.integer({ min: 1, max: BATCH_BYTES + 1000 }), { maxLength: 20 });
    fc.assert(
      fc.property(lengths, (lengths) => {
        const batches = inBatches(lengths.map(sized));
        expect(batches.flat().map(({ length }) => length)).toEqual(lengths);
        for (const items of batches.filter(({ length }) => length > 1)) {
          expect(items.reduce((size, { length }) => size + length, 0)).toBeLessThanOrEqual(BATCH_BYTES);
        }
      }),
      { numRuns: 30 },
    );
  });

  test("hold 4096 envelopes, however small they are", () => {
    expect(inBatches(new Array(10_000).fill(sized(14))).map(({ length }) => length)).toEqual([4096, 4096, 1808]);
  });

  test("of nothing are one empty batch", () => expect(inBatches([])).toEqual([[]]));
});
