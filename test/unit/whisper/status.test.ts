import { describe, expect, test } from "vitest";
import { toHex } from "../../../src/core/bytes/hex.ts";
import { encodeRlp, type RlpValue } from "../../../src/core/bytes/rlp.ts";
import { NO_LIMITS } from "../../../src/core/whisper/packets.ts";
import { floatBits } from "../../../src/core/whisper/pow.ts";
import { decodeStatus, encodeStatus } from "../../../src/core/whisper/status.ts";
import { rejectsEveryPrefix, survivesAnything } from "../../support/decoders.ts";
import { OPEN_STATUS } from "../../support/whisper-machines.ts";

const bloom = new Uint8Array(64).fill(0x11);
const full = { ...OPEN_STATUS, minPow: 0.001, bloom, light: true, rateLimits: { ip: 10, peerId: 5, topic: 1 } };
const pow = floatBits(0.001);
const status = (...fields: RlpValue[]): Uint8Array => encodeRlp(fields);

test("a status is read as it was written", () => {
  expect(decodeStatus(encodeStatus(full))).toEqual(full);
  expect(decodeStatus(encodeStatus(OPEN_STATUS))).toEqual(OPEN_STATUS);
});

test("cut anywhere, it is a RemoteError", () => rejectsEveryPrefix(decodeStatus, encodeStatus(full)));

test("any other bytes are read or are a RemoteError", () => survivesAnything(decodeStatus, [encodeStatus(full)], 2000));

test("the default node of Status says what the reference says", () => {
  expect(toHex(encodeStatus({ ...OPEN_STATUS, minPow: 0.001 }))).toBe("0xd106883f50624dd2f1a9fc808001c3808080");
});

test("what is missing keeps its default: a full node that confirms nothing", () => {
  const bare = { ...OPEN_STATUS, confirmations: false };
  expect(decodeStatus(status(6))).toEqual(bare);
  expect(decodeStatus(status(6, pow))).toEqual({ ...bare, minPow: 0.001 });
  expect(decodeStatus(status(6, pow, bloom))).toEqual({ ...bare, minPow: 0.001, bloom });
  expect(decodeStatus(status(6, pow, bloom, true))).toEqual({ ...bare, minPow: 0.001, bloom, light: true });
});

test("what follows the last element, in the list or behind it, is ignored", () => {
  expect(decodeStatus(status(6, pow, bloom, true, true, [10, 5, 1], 7, []))).toEqual(full);
  expect(decodeStatus(Uint8Array.of(...encodeStatus(full), 1, 2, 3))).toEqual(full);
});

test("an element of a wrong type keeps its default and does not disturb the others", () => {
  expect(decodeStatus(status(6, pow, bloom, 2, true, [10, 5, 1]))).toEqual({ ...full, light: false });
  expect(decodeStatus(status(6, pow, bloom, true, true, [10, 5]))).toEqual({ ...full, rateLimits: NO_LIMITS });
  expect(decodeStatus(status(6, [], [], true, true, 3))).toEqual({ ...OPEN_STATUS, light: true });
});

describe("a status is refused", () => {
  test.each([
    ["of another version", status(5, pow), "UNSUPPORTED"],
    ["of an enormous version", status(2n ** 64n - 1n, pow), "UNSUPPORTED"],
    ["without a version", status(), "TRUNCATED"],
    ["with a list for a version", status([]), "MALFORMED"],
    ["that is not a list", encodeRlp(6), "MALFORMED"],
    ["with a pow that is not a number", status(6, floatBits(Number.NaN)), "INVALID"],
    ["with an infinite pow", status(6, floatBits(Number.POSITIVE_INFINITY)), "INVALID"],
    ["with a negative pow", status(6, floatBits(-0.001)), "INVALID"],
    ["with a bloom of 63 bytes", status(6, pow, new Uint8Array(63)), "INVALID"],
  ])("%s", (_, bytes, code) => {
    expect(() => decodeStatus(bytes)).toThrow(expect.objectContaining({ code }));
  });
});
