import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ExtendedKey } from "../../../src/core/accounts/derivation.ts";
import {
  CHAT_PATH,
  EIP1581_ROOT_PATH,
  formatPath,
  HARDENED,
  parsePath,
  walletPath,
} from "../../../src/core/accounts/path.ts";
import { fromHex } from "../../../src/core/bytes/hex.ts";
import { UsageError } from "../../../src/core/platform/errors.ts";

// Test vectors 1 and 3 of BIP32.
const MASTER = ExtendedKey.fromSeed(fromHex("000102030405060708090a0b0c0d0e0f"));

describe("paths", () => {
  test("read as child numbers, hardened ones with bit 31 set", () => {
    expect(parsePath("m/43'/0/2147483647'")).toEqual([43 + HARDENED, 0, 0xffffffff]);
    expect(parsePath(CHAT_PATH)).toEqual([...parsePath(EIP1581_ROOT_PATH), HARDENED, 0]);
    expect(walletPath(3)).toBe("m/44'/60'/0'/0/3");
  });

  test("errors name the segment", () => {
    expect(() => parsePath("m/1/2h/3")).toThrow("segment 2");
    expect(() => parsePath("m/1/2147483648")).toThrow("segment 2");
    expect(() => parsePath("m/1/")).toThrow("segment 2");
  });

  test("what is formatted reads as the same path", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 12 }), (path) => {
        expect(parsePath(formatPath(path))).toEqual(path);
      }),
    );
  });

  test("deeper than BIP32 counts are refused before anything is derived", () => {
    expect(parsePath(`m${"/0".repeat(255)}`)).toHaveLength(255);
    expect(() => parsePath(`m${"/0".repeat(256)}`)).toThrow(UsageError);
    expect(() => parsePath("0/".repeat(100_000))).toThrow(UsageError);
  });
});

describe("the key tree", () => {
  test("gives the keys that BIP32 lists", () => {
    expect(MASTER.derive(parsePath("m/0'")).xprv).toBe(
      "xprv9uHRZZhk6KAJC1avXpDAp4MDc3sQKNxDiPvvkX8Br5ngLNv1TxvUxt4cV1rGL5hj6KCesnDYUhd7oWgT11eZG7XnxHrnYeSvkzY7d2bhkJ7",
    );
  });

  test("keeps leading zeros of private keys", () => {
    const seed =
      "4b381541583be4423346c643850da4b320e46a87ae3d2a4e6da11eba819cd4acba45d239319ac14f863b8d5ab5a0d0c64d2e8a1e7d1457df2e5a3c51c73235be";
    expect(ExtendedKey.fromSeed(fromHex(seed)).derive(parsePath("0'")).xprv).toBe(
      "xprv9uPDJpEQgRQfDcW7BkF7eTya6RPxXeJCqCJGHuCJ4GiRVLzkTXBAJMu2qaMWPrS7AANYqdq6vcBcBUdJCVVFceUvJFjaPdGZ2y9WACViL4L",
    );
  });

  test("derives unhardened children alike with and without the secret", () => {
    const parent = MASTER.derive(parsePath("m/44'/60'"));
    const path = parsePath("0/1/2");
    expect(ExtendedKey.parse(parent.xpub).derive(path).xpub).toBe(parent.derive(path).xpub);
  });

  test("gives neither hardened children nor secrets of a public key", () => {
    const key = ExtendedKey.parse(MASTER.xpub);
    expect(key.isPrivate).toBe(false);
    expect(() => key.derive(parsePath("0/1'"))).toThrow(UsageError);
    expect(() => key.secretKey).toThrow(UsageError);
    expect(() => key.xprv).toThrow(UsageError);
  });

  test("does not grow below depth 255", () => {
    const last = MASTER.derive(new Array<number>(255).fill(0));
    expect(last.depth).toBe(255);
    expect(() => last.derive([0])).toThrow(UsageError);
  });

  test("takes seeds of 16 to 64 bytes", () => {
    for (const length of [0, 15, 65]) expect(() => ExtendedKey.fromSeed(new Uint8Array(length))).toThrow(UsageError);
  });

  test("refuses texts that are no extended key, without quoting them", () => {
    const { xprv } = MASTER;
    const flipped = `${xprv.slice(0, 50)}${xprv[50] === "a" ? "b" : "a"}${xprv.slice(51)}`;
    for (const text of ["", "xprv", flipped, xprv.slice(1), `${xprv}1`, "1".repeat(1_000_000)]) {
      const refused = () => ExtendedKey.parse(text);
      expect(refused).toThrow(UsageError);
      if (text.length > 50) expect(refused).not.toThrow(text.slice(0, 50));
    }
  });

  test("does not show secrets to inspection or JSON", () => {
    expect(inspect(MASTER, { depth: 9, showHidden: true })).not.toContain(MASTER.xprv);
    expect(JSON.stringify(MASTER)).toBe("{}");
  });
});
