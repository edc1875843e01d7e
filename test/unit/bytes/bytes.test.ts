import fc from "fast-check";
import { expect, test } from "vitest";
import { bigEndian, concatBytes, equalBytes, textOf, utf8, writeBigEndian } from "../../../src/core/bytes/bytes.ts";

test("joined bytes are a copy of the parts", () => {
  const [a, b] = [Uint8Array.of(1, 2), Uint8Array.of(3)];
  const joined = concatBytes(a, new Uint8Array(), b);
  expect(joined).toEqual(Uint8Array.of(1, 2, 3));
  a.fill(9);
  expect(joined).toEqual(Uint8Array.of(1, 2, 3));
  expect(concatBytes()).toEqual(new Uint8Array());
});

test("bytes are equal when length and all bytes are", () => {
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
  expect(equalBytes(new Uint8Array(), new Uint8Array())).toBe(true);
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  expect(equalBytes(Uint8Array.of(0, 2), Uint8Array.of(1, 2))).toBe(false);
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false);
  expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBe(false);
});

test.each([
  [0, 0, []],
  [0, 2, [0, 0]],
  [1, 1, [1]],
  [0x0102, 2, [1, 2]],
  [0x0102, 4, [0, 0, 1, 2]],
  [0xffffffff, 4, [255, 255, 255, 255]],
  [Number.MAX_SAFE_INTEGER, 8, [0, 0x1f, 255, 255, 255, 255, 255, 255]],
  [0x0102030405060708n, 8, [1, 2, 3, 4, 5, 6, 7, 8]],
  [2n ** 64n - 1n, 8, Array(8).fill(255)],
])("%s in %i bytes, big-endian", (value, length, bytes) => {
  expect(bigEndian(value, length)).toEqual(Uint8Array.from(bytes));
});

test("a number is the same bytes as the bigint of it", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      expect(bigEndian(value, 8)).toEqual(bigEndian(BigInt(value), 8));
    }),
  );
});

test("writing a number touches only its own bytes", () => {
  const bytes = new Uint8Array(6).fill(9);
  writeBigEndian(0x0102, bytes, 1, 5);
  expect(bytes).toEqual(Uint8Array.of(9, 0, 0, 1, 2, 9));
});

test("text is UTF-8, with its byte order mark and zeros", () => {
  for (const text of ["", "grüße", "\ufeffmark", "a\0b", "🦆"]) {
    expect(textOf(utf8(text), "text")).toBe(text);
  }
});

test("what is not UTF-8 is MALFORMED and named", () => {
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
    expect(() => textOf(Uint8Array.from(bytes), "chat name")).toThrow(
      expect.objectContaining({ name: "RemoteError", code: "MALFORMED", message: "chat name: not UTF-8" }),
    );
  }
});
