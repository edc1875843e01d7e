import { expect, test } from "vitest";
import { equalSecretBytes } from "../../../src/core/crypto/constant-time.ts";

test("secrets are equal when every byte is", () => {
  expect(equalSecretBytes(Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2, 3))).toBe(true);
  expect(equalSecretBytes(new Uint8Array(), new Uint8Array())).toBe(true);
});

test("one bit of difference anywhere is a difference", () => {
  const secret = new Uint8Array(32).fill(0xa5);
  for (let bit = 0; bit < 256; bit++) {
    const other = secret.slice();
    other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(equalSecretBytes(secret, other), `bit ${bit}`).toBe(false);
  }
});

test("two differences do not cancel", () => {
  expect(equalSecretBytes(Uint8Array.of(1, 1), Uint8Array.of(2, 2))).toBe(false);
  expect(equalSecretBytes(Uint8Array.of(1, 2), Uint8Array.of(2, 1))).toBe(false);
});

test("secrets of different lengths are different", () => {
  expect(equalSecretBytes(Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2))).toBe(false);
  expect(equalSecretBytes(new Uint8Array(), Uint8Array.of(0))).toBe(false);
});
