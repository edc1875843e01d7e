import { describe, expect, test } from "vitest";
import { utf8, writeBigEndian } from "../../../src/core/bytes/bytes.ts";
import { fromHex, hexDigits } from "../../../src/core/bytes/hex.ts";
import { encodeRlp, RlpReader, type RlpValue, readRlpList } from "../../../src/core/bytes/rlp.ts";

const reader = (hex: string) => new RlpReader(fromHex(hex), "packet");
const failure = (code: string, message?: string) =>
  expect.objectContaining({ name: "RemoteError", code, ...(message === undefined ? {} : { message }) });

// The examples of the Ethereum wiki and of the Yellow Paper's tests.
const LOREM = "Lorem ipsum dolor sit amet, consectetur adipisicing elit";
const encodings: [string, RlpValue, string][] = [
  ["the empty string", new Uint8Array(), "80"],
  ["the byte 00", Uint8Array.of(0), "00"],
  ["the byte 7f", Uint8Array.of(0x7f), "7f"],
  ["the byte 80", Uint8Array.of(0x80), "8180"],
  ["dog", utf8("dog"), "83646f67"],
  ["55 bytes", new Uint8Array(55).fill(0xaa), `b7${"aa".repeat(55)}`],
  ["56 bytes", utf8(LOREM), `b838${hexDigits(utf8(LOREM))}`],
  ["255 bytes", new Uint8Array(255), `b8ff${"00".repeat(255)}`],
  ["256 bytes", new Uint8Array(256), `b90100${"00".repeat(256)}`],
  ["65536 bytes", new Uint8Array(65536), `ba010000${"00".repeat(65536)}`],
  ["zero", 0, "80"],
  ["zero as a bigint", 0n, "80"],
  ["15", 15, "0f"],
  ["127", 127, "7f"],
  ["128", 128, "8180"],
  ["255", 255, "81ff"],
  ["256", 256, "820100"],
  ["1024", 1024, "820400"],
  ["2^32 - 1", 0xffffffff, "84ffffffff"],
  ["2^53 - 1", Number.MAX_SAFE_INTEGER, "871fffffffffffff"],
  ["2^53 - 1 as a bigint", BigInt(Number.MAX_SAFE_INTEGER), "871fffffffffffff"],
  ["2^53", 2n ** 53n, "8720000000000000"],
  ["2^64 - 1", 2n ** 64n - 1n, "88ffffffffffffffff"],
  ["2^256 - 1", 2n ** 256n - 1n, `a0${"ff".repeat(32)}`],
  ["false", false, "80"],
  ["true", true, "01"],
  ["the empty list", [], "c0"],
  ["cat and dog", [utf8("cat"), utf8("dog")], "c88363617483646f67"],
  ["the set-theoretical three", [[], [[]], [[], [[]]]], "c7c0c1c0c3c0c1c0"],
  ["a list of 55 bytes", Array(55).fill(1), `f7${"01".repeat(55)}`],
  ["a list of 56 bytes", Array(56).fill(1), `f838${"01".repeat(56)}`],
  [
    "long lists in a long list",
    [Array(56).fill(1), [Array(300).fill(2)]],
    `f9016cf838${"01".repeat(56)}f9012ff9012c${"02".repeat(300)}`,
  ],
  ["encoded bytes inside a list", [{ raw: fromHex("c0") }, 1], "c2c001"],
  ["encoded bytes alone", { raw: fromHex("83646f67") }, "83646f67"],
];

describe("writing", () => {
  test.each(encodings)("%s", (_what, value, hex) => {
    expect(hexDigits(encodeRlp(value))).toBe(hex);
  });

  test.each([-1, -1n, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("%s is no RLP integer", (value) => {
    expect(() => encodeRlp(value)).toThrow("whole and unsigned");
    expect(() => encodeRlp([[value]])).toThrow("whole and unsigned");
  });

  test("deep lists are measured once and written once, not once per level", () => {
    let visits = 0;
    const bottom: RlpValue[] = [];
    bottom[Symbol.iterator] = () => {
      visits++;
      return [][Symbol.iterator]();
    };
    let deep: RlpValue = bottom;
    for (let level = 0; level < 1000; level++) deep = [deep];
    encodeRlp(deep);
    expect(visits).toBe(2);
  });
});

describe("reading", () => {
  test("an envelope, field by field", () => {
    const bytes = encodeRlp([1583000015, 15, Uint8Array.of(1, 2, 3, 4), utf8("data"), 2n ** 63n, true, [7]]);
    const list = readRlpList(bytes, "envelope");
    expect(list.uint32("expiry")).toBe(1583000015);
    expect(list.uint32("ttl")).toBe(15);
    expect(list.bytes("topic", 4)).toEqual(Uint8Array.of(1, 2, 3, 4));
    expect(list.bytes("data")).toEqual(utf8("data"));
    expect(list.uint64("nonce")).toBe(2n ** 63n);
    expect(list.boolean("flag")).toBe(true);
    expect(list.nextIsList).toBe(true);
    expect(list.list("inner").uint32("seven")).toBe(7);
    expect(list.atEnd).toBe(true);
    expect(list.nextIsList).toBe(false);
    list.end();
  });

  test("what is read is a view of the input, prefix and all when raw", () => {
    const bytes = encodeRlp([utf8("cat"), [utf8("dog")]]);
    const list = readRlpList(bytes, "animals");
    const cat = list.bytes("cat");
    expect([cat.buffer, cat.byteOffset]).toEqual([bytes.buffer, 2]);
    expect(hexDigits(list.raw("dogs"))).toBe("c483646f67");
    list.end();
  });

  test.each([
    0n,
    1n,
    127n,
    128n,
    255n,
    2n ** 32n - 1n,
    2n ** 47n,
    2n ** 48n - 1n,
    2n ** 48n,
    2n ** 53n + 1n,
    2n ** 64n - 1n,
  ])("the integer %s", (value) => {
    expect(new RlpReader(encodeRlp(value), "number").uint64("value")).toBe(value);
    if (value < 2n ** 32n) expect(new RlpReader(encodeRlp(value), "number").uint32("value")).toBe(Number(value));
  });

  test("items one after another, without a list around", () => {
    const items = reader("01820400c0");
    expect([items.uint32("a"), items.uint32("b")]).toEqual([1, 1024]);
    expect(items.list("c").atEnd).toBe(true);
    items.end();
  });

  test.each([
    ["the byte 00 with a prefix", "8100"],
    ["the byte 7f with a prefix", "817f"],
    ["a short string with a length of its own", "b801ff"],
    ["55 bytes with a length of their own", `b837${"00".repeat(55)}`],
    ["a length with a leading zero", `b90038${"00".repeat(56)}`],
    ["a length of zeros", "b800"],
    ["a short list with a length of its own", "f800"],
    ["55 bytes of list with a length of their own", `f837${"01".repeat(55)}`],
    ["a length of a list with a leading zero", `f90038${"01".repeat(56)}`],
  ])("%s is MALFORMED: not the shortest form", (_what, hex) => {
    expect(() => reader(hex).raw("item")).toThrow(failure("MALFORMED", "packet: item: not the shortest form"));
  });

  test.each([
    ["nothing", "", "nothing left"],
    ["a string prefix alone", "83", "needs 3 bytes, 0 left"],
    ["a cut string", "83646f", "needs 3 bytes, 2 left"],
    ["a single byte that is missing", "81", "needs 1 bytes, 0 left"],
    ["a length alone", "b9", "length cut off"],
    ["half a length", "b901", "length cut off"],
    ["a long string of which nothing is there", "b838", "needs 56 bytes, 0 left"],
    ["a cut list", "c3c0c0", "needs 3 bytes, 2 left"],
    ["a list of nearly 2^64 bytes", "ffffffffffffffffff", "needs 18446744073709552000 bytes, 0 left"],
    ["a string of 2^63 bytes", "bf8000000000000000", "needs 9223372036854776000 bytes, 0 left"],
  ])("%s is TRUNCATED", (_what, hex, why) => {
    expect(() => reader(hex).raw("item")).toThrow(failure("TRUNCATED", `packet: item: ${why}`));
  });

  test("an element may not reach beyond its list, even when bytes follow", () => {
    const list = reader("c283646f67").list("animals");
    expect(() => list.bytes("dog")).toThrow(failure("TRUNCATED", "packet: animals: dog: needs 3 bytes, 1 left"));
    const empty = reader("c005").list("nobody");
    expect(() => empty.uint32("age")).toThrow(failure("TRUNCATED", "packet: nobody: age: nothing left"));
    const single = reader("c18105").list("numbers");
    expect(() => single.bytes("five")).toThrow(failure("TRUNCATED", "packet: numbers: five: needs 1 bytes, 0 left"));
    const long = reader("c1b838").list("strings");
    expect(() => long.bytes("a")).toThrow(failure("TRUNCATED", "packet: strings: a: length cut off"));
  });

  test("a list where a string is due, and a string where a list is due, are MALFORMED", () => {
    expect(() => reader("c0").bytes("name")).toThrow(failure("MALFORMED", "packet: name: expected a byte string"));
    expect(() => reader("c0").uint32("size")).toThrow(failure("MALFORMED"));
    expect(() => reader("80").list("names")).toThrow(failure("MALFORMED", "packet: names: expected a list"));
    expect(() => reader("05").list("names")).toThrow(failure("MALFORMED"));
  });

  test("bytes of a fixed length have exactly that", () => {
    expect(reader("8401020304").bytes("topic", 4).length).toBe(4);
    expect(() => reader("83010203").bytes("topic", 4)).toThrow(
      failure("MALFORMED", "packet: topic: expected 4 bytes, got 3"),
    );
    expect(() => reader("850102030405").bytes("topic", 4)).toThrow(failure("MALFORMED"));
    expect(() => reader("80").bytes("topic", 4)).toThrow(failure("MALFORMED"));
    expect(reader("80").bytes("nothing", 0).length).toBe(0);
  });

  test("integers have no leading zeros and fit", () => {
    expect(() => reader("00").uint32("n")).toThrow(failure("MALFORMED", "packet: n: integer with leading zeros"));
    expect(() => reader("820001").uint64("n")).toThrow(failure("MALFORMED", "packet: n: integer with leading zeros"));
    expect(() => reader("850100000000").uint32("n")).toThrow(
      failure("MALFORMED", "packet: n: integer wider than 32 bits"),
    );
    expect(() => reader("89010000000000000000").uint64("n")).toThrow(
      failure("MALFORMED", "packet: n: integer wider than 64 bits"),
    );
  });

  test("a truth value is 80 or 01", () => {
    expect([reader("80").boolean("b"), reader("01").boolean("b")]).toEqual([false, true]);
    for (const hex of ["00", "02", "81ff", "820100", "c0"]) {
      expect(() => reader(hex).boolean("b"), hex).toThrow(failure("MALFORMED"));
    }
  });

  test("trailing bytes are seen", () => {
    const items = reader("0102");
    items.uint32("one");
    expect(() => items.end()).toThrow(failure("MALFORMED", "packet: 1 unexpected bytes at the end"));
    expect(() => readRlpList(fromHex("c000"), "hello")).toThrow(
      failure("MALFORMED", "hello: 1 unexpected bytes at the end"),
    );
    expect(() => readRlpList(fromHex("05"), "hello")).toThrow(failure("MALFORMED", "hello: list: expected a list"));
    expect(() => readRlpList(new Uint8Array(), "hello")).toThrow(failure("TRUNCATED"));
  });

  test("a hundred thousand lists in one another cost no stack", () => {
    const bytes = new Uint8Array(400_000);
    let start = bytes.length;
    for (let level = 0; level < 100_000; level++) {
      const size = bytes.length - start;
      const width = size <= 55 ? 0 : bigEndianWidth(size);
      start -= width;
      writeBigEndian(size, bytes, start, start + width);
      start -= 1;
      bytes[start] = width === 0 ? 0xc0 + size : 0xf7 + width;
    }
    let list = readRlpList(bytes.subarray(start), "deep");
    let levels = 1;
    for (; !list.atEnd; levels++) list = list.list("inner");
    expect(levels).toBe(100_000);
  });
});

const bigEndianWidth = (size: number): number => Math.ceil(Math.log2(size + 1) / 8);
