import { expect, test } from "vitest";
import { fromHex } from "../../../src/core/bytes/hex.ts";
import { scanFields } from "../../../src/core/bytes/protobuf-wire.ts";
import { rejectsEveryPrefix } from "../../support/decoders.ts";

const scan = (hex: string) => scanFields(fromHex(hex), "message");

test("every wire type is read", () => {
  expect(scan("089601" + "110100000000000080" + "1a026869" + "230801" + "24" + "2d01000080")).toEqual([
    { number: 1, at: 0, type: "varint", value: 150n },
    { number: 2, at: 3, type: "fixed64", value: 2n ** 63n + 1n },
    { number: 3, at: 12, type: "bytes", value: fromHex("6869") },
    { number: 4, at: 16, type: "group", value: fromHex("0801") },
    { number: 5, at: 20, type: "fixed32", value: 2n ** 31n + 1n },
  ]);
});

test("nothing at all is a message", () => {
  expect(scan("")).toEqual([]);
});

test("the largest field number and the widest integer are read", () => {
  expect(scan("f8ffffff0fffffffffffffffffff01")).toEqual([
    { number: 0x1fff_ffff, at: 0, type: "varint", value: 2n ** 64n - 1n },
  ]);
});

test("a varint may be longer than it needs to be", () => {
  expect(scan("08818000")).toEqual([{ number: 1, at: 0, type: "varint", value: 1n }]);
});

test.each([
  ["00", "tag at byte 0: no such field 0"],
  ["f8ffffff1f00", "tag at byte 0: no such field 1073741823"],
  ["08ffffffffffffffffff02", "field 1: varint wider than 64 bits"],
  ["08ffffffffffffffffffff01", "field 1: varint wider than 64 bits"],
  ["0e", "field 1 at byte 0: no such wire type 6"],
  ["0c", "field 1 at byte 0: no such wire type 4"],
  ["0b14", "field 1: group ended by field 2"],
  ["0b".repeat(17) + "0c".repeat(17), "field 1: groups nested deeper than 16"],
])("%s is malformed: %s", (hex, why) => {
  expect(() => scan(hex)).toThrow(`message: ${why}`);
});

test.each([
  ["80", "tag: varint cut off"],
  ["0880", "field 1: varint cut off"],
  ["0a80", "length of field 1: varint cut off"],
  ["0a03ffff", "field 1: needs 3 bytes, 2 left"],
  ["0affffffffffffffffff01", "field 1: needs 18446744073709551615 bytes, 0 left"],
  ["0900000000000000", "field 1: needs 8 bytes, 7 left"],
  ["0d000000", "field 1: needs 4 bytes, 3 left"],
  ["0b0801", "field 1: group without an end"],
])("%s is truncated: %s", (hex, why) => {
  expect(() => scan(hex)).toThrow(`message: ${why}`);
});

test("a single field cut anywhere is refused", () => {
  const whole = fromHex("0a03616263");
  rejectsEveryPrefix((bytes) => {
    const fields = scanFields(bytes, "message");
    return bytes.length === 0 ? scan("0a01") : fields;
  }, whole);
});
