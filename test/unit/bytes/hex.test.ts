import fc from "fast-check";
import { expect, test } from "vitest";
import { fromHex, hexDigits, toHex } from "../../../src/core/bytes/hex.ts";

test("every byte is two lower-case digits, and comes back in either case", () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  expect(hexDigits(all)).toBe(Buffer.from(all).toString("hex"));
  expect(fromHex(hexDigits(all))).toEqual(all);
  expect(fromHex(hexDigits(all).toUpperCase())).toEqual(all);
});

test("the canonical form begins with 0x; reading takes it or leaves it", () => {
  expect(toHex(Uint8Array.of(0, 0xab))).toBe("0x00ab");
  expect(toHex(new Uint8Array())).toBe("0x");
  for (const text of ["0x00ab", "0X00AB", "00ab"]) expect(fromHex(text)).toEqual(Uint8Array.of(0, 0xab));
  for (const text of ["", "0x"]) expect(fromHex(text)).toEqual(new Uint8Array());
});

test("any bytes come back, from a view as well", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(fromHex(toHex(bytes))).toEqual(bytes);
      expect(hexDigits(bytes.subarray(1))).toBe(hexDigits(bytes).slice(2));
    }),
  );
});

test.each([
  ["0", "an odd number of hex digits"],
  ["0xabc", "an odd number of hex digits"],
  ["0g", "not hexadecimal"],
  ["zz", "not hexadecimal"],
  ["0x0x", "not hexadecimal"],
  [" ab ", "not hexadecimal"],
  ["a\n", "not hexadecimal"],
  ["ab\n\n", "not hexadecimal"],
  ["+1", "not hexadecimal"],
  ["١٢", "not hexadecimal"],
])("%j is a usage error that names what was read", (text, why) => {
  expect(() => fromHex(text, "--key")).toThrow(
    expect.objectContaining({ name: "UsageError", code: "USAGE", message: `--key: ${why}` }),
  );
});
