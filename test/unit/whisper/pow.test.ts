import { describe, expect, test } from "vitest";
import { floatBits, floatFromBits, leadingZeroBits, powOf, requiredBits } from "../../../src/core/whisper/pow.ts";

test("zero bits are counted across bytes", () => {
  expect(leadingZeroBits(Uint8Array.of(0x80))).toBe(0);
  expect(leadingZeroBits(Uint8Array.of(0x01, 0xff))).toBe(7);
  expect(leadingZeroBits(Uint8Array.of(0, 0, 0x10, 0))).toBe(19);
  expect(leadingZeroBits(new Uint8Array(32))).toBe(256);
});

describe("the work of an envelope", () => {
  const digest = new Uint8Array(32).fill(0xff, 1);

  test("is shared out over its bytes and its seconds", () => {
    expect(powOf(digest, 100, 1)).toBe(2.56);
    expect(powOf(digest, 100, 10)).toBe(0.256);
  });

  test("is worth less when it seems to come from the future", () => {
    expect(powOf(digest, 100, 10, 10)).toBe(0.128);
  });

  test("is infinite when it lives for no time, or when the time wraps around", () => {
    expect(powOf(digest, 100, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(powOf(digest, 100, 1, 2 ** 32 - 1)).toBe(Number.POSITIVE_INFINITY);
  });
});

test("the bits needed for a target grow with size and time, and are never none", () => {
  expect(requiredBits(1, 108, 1)).toBe(7);
  expect(requiredBits(1, 109, 1)).toBe(8);
  expect(requiredBits(1, 108, 2)).toBe(8);
  expect(requiredBits(1e-9, 0, 1)).toBe(1);
});

test("every number has its bits, also those that no packet may carry", () => {
  for (const value of [0, -0, 0.001, Number.MAX_VALUE, 5e-324, -1, Number.POSITIVE_INFINITY, Number.NaN]) {
    expect(floatFromBits(floatBits(value))).toBe(value);
  }
  expect(floatBits(1)).toBe(0x3ff0000000000000n);
});
