import { describe, expect, test } from "vitest";
import { concatBytes, utf8 } from "../../../src/core/bytes/bytes.ts";
import { fromHex } from "../../../src/core/bytes/hex.ts";
import { compressSnappy, decompressSnappy } from "../../../src/core/devp2p/snappy.ts";
import { RemoteError } from "../../../src/core/platform/errors.ts";
import { SeededRandom } from "../../sim/random.ts";
import { rejectsEveryPrefix } from "../../support/decoders.ts";

/** The block in hex, spaces allowed; the text it holds, or the code of its error. */
function read(hex: string, maxLength = 1000): string {
  try {
    return Buffer.from(decompressSnappy(fromHex(hex.replaceAll(" ", "")), maxLength)).toString();
  } catch (error) {
    if (error instanceof RemoteError) return error.code;
    throw error;
  }
}

const hex = (text: string) => Buffer.from(text).toString("hex");

describe("a Snappy block", () => {
  test("is read from every kind of element", () => {
    expect(read(`03 08 ${hex("abc")}`)).toBe("abc");
    expect(read(`3d f03c ${hex("x".repeat(61))}`), "a literal with its length in one byte").toBe("x".repeat(61));
    expect(read(`8002 f4ff00 ${hex("y".repeat(256))}`), "a literal with its length in two bytes").toBe("y".repeat(256));
    expect(read(`02 f8010000 ${hex("hi")}`), "in three").toBe("hi");
    expect(read(`02 fc01000000 ${hex("hi")}`), "in four").toBe("hi");
    expect(read(`07 08 ${hex("abc")} 01 03`), "a copy with one byte of offset").toBe("abcabca");
    const far = `abcd${"x".repeat(296)}`;
    expect(read(`b002 f42b01 ${hex(far)} 21 2c`), "and three bits of offset").toBe(`${far}abcd`);
    expect(read(`06 08 ${hex("abc")} 0a 0300`), "a copy with two").toBe("abcabc");
    expect(read(`06 08 ${hex("abc")} 0b 03000000`), "a copy with four").toBe("abcabc");
    expect(read(`09 00 ${hex("a")} 1e 0100`), "a copy that reaches into itself").toBe("a".repeat(9));
    expect(read("00")).toBe("");
  });

  test.each([
    ["holds less than it declares", `05 08 ${hex("abc")}`, "TRUNCATED"],
    ["declares what no block of its size can hold", `e807 08 ${hex("abc")}`, "TRUNCATED"],
    ["holds more than it declares, by a literal", `02 08 ${hex("abc")}`, "MALFORMED"],
    ["holds more than it declares, by a copy", `04 08 ${hex("abc")} 0a 0300`, "MALFORMED"],
    ["copies from before the start", `06 08 ${hex("abc")} 0a 0400`, "MALFORMED"],
    ["copies from nowhere", "04 0a 0100", "MALFORMED"],
    ["copies with offset 0", `06 08 ${hex("abc")} 0a 0000`, "MALFORMED"],
    ["copies with an offset that is negative as a signed number", `06 08 ${hex("abc")} 0b ffffffff`, "MALFORMED"],
    ["ends inside a literal", "05 10 6161", "TRUNCATED"],
    ["ends inside the length of a literal", "05 fc 6161", "TRUNCATED"],
    ["ends inside an offset", `07 08 ${hex("abc")} 0b 0300`, "TRUNCATED"],
    ["has a literal with a length that is negative as a signed number", "0a fcfaffffff", "MALFORMED"],
    ["has a length of 33 bits or more", "808080808001 00", "MALFORMED"],
    ["has a length cut off", "8080", "TRUNCATED"],
    ["is empty", "", "TRUNCATED"],
  ])("that %s is refused", (_, block, code) => {
    expect(read(block)).toBe(code);
  });

  test("that declares more than is allowed is refused before anything is allocated", () => {
    expect(read("ffffffff0f 00")).toBe("OVERSIZED");
    expect(read(`03 08 ${hex("abc")}`, 2)).toBe("OVERSIZED");
    expect(read(`03 08 ${hex("abc")}`, 3)).toBe("abc");
  });

  test("that declares more than its size can hold is refused before anything is allocated", () => {
    expect(() => decompressSnappy(fromHex("e80708616263"), 1000)).toThrow("declares 1000 bytes, 4 cannot hold them");
    expect(read("56 00 61 fe0100 52 0100"), "the longest copies").toBe("a".repeat(86));
  });

  test("cut anywhere is an error", () => {
    rejectsEveryPrefix(
      (block) => decompressSnappy(block, 1000),
      compressSnappy(utf8("a rose is a rose is a rose, said Rose")),
    );
  });

  test("gives back what was compressed, noise and repetition of any length", () => {
    const random = new SeededRandom(3);
    for (const length of [0, 1, 3, 4, 14, 15, 16, 59, 60, 61, 255, 256, 257, 65535, 65536, 65537, 200_000]) {
      const noise = random.bytes(length);
      const repeated = concatBytes(noise.subarray(0, length / 2), noise.subarray(0, length - Math.floor(length / 2)));
      for (const data of [noise, repeated, new Uint8Array(length)]) {
        expect(Buffer.compare(decompressSnappy(compressSnappy(data), length), data)).toBe(0);
      }
    }
  });

  test("of noise is one literal: few bytes longer, however long; of anything else it is short", () => {
    const random = new SeededRandom(4);
    for (const length of [256, 560, 65_536, 65_537, 2 ** 20]) {
      expect(compressSnappy(random.bytes(length)).length, `${length} bytes of noise`).toBeLessThanOrEqual(length + 8);
      const text = utf8("whether 'tis nobler in the mind to suffer ".repeat(length / 42));
      expect(compressSnappy(text).length, `${text.length} bytes of text`).toBeLessThan(text.length / 2);
    }
  });

  test("leaves what it was made of as it was, and shares no memory with it", () => {
    for (const data of [utf8("a rose is a rose is a rose"), new SeededRandom(5).bytes(600)]) {
      const copy = data.slice();
      const block = compressSnappy(data);
      const out = decompressSnappy(block, 1000);
      out.fill(0);
      block.fill(0);
      expect(data).toEqual(copy);
    }
  });
});
