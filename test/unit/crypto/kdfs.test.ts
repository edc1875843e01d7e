import { expect, test } from "vitest";
import { utf8 } from "../../../src/core/bytes/bytes.ts";
import { fromHex, hexDigits } from "../../../src/core/bytes/hex.ts";
import { behindBothDoors } from "../../support/doors.ts";

const upTo = (first: number, last: number) =>
  Uint8Array.from({ length: last - first + 1 }, (_, index) => first + index);

behindBothDoors((crypto) => {
  // RFC 7914, section 11.
  test.each([
    {
      password: "passwd",
      salt: "salt",
      rounds: 1,
      key:
        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc" +
        "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783",
    },
    {
      password: "Password",
      salt: "NaCl",
      rounds: 80_000,
      key:
        "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56" +
        "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d",
    },
  ])("PBKDF2-HMAC-SHA-256 of $password in $rounds rounds", ({ password, salt, rounds, key }) => {
    expect(hexDigits(crypto.pbkdf2Sha256(utf8(password), utf8(salt), rounds, 64))).toBe(key);
  });

  test("PBKDF2-HMAC-SHA-256 takes an empty salt and password, and gives as many bytes as asked", () => {
    const derived = crypto.pbkdf2Sha256(new Uint8Array(), new Uint8Array(), 1, 70);
    expect(derived.length).toBe(70);
    expect(crypto.pbkdf2Sha256(new Uint8Array(), new Uint8Array(), 1, 16)).toEqual(derived.slice(0, 16));
  });

  // The first of the published BIP-39 vectors.
  test("PBKDF2-HMAC-SHA-512 in 2048 rounds makes the seed of a mnemonic", () => {
    const words = utf8(`${"abandon ".repeat(11)}about`);
    expect(hexDigits(crypto.pbkdf2Sha512(words, utf8("mnemonicTREZOR"), 2048, 64))).toBe(
      "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e5349553" +
        "1f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04",
    );
  });

  // RFC 7914, section 12.
  test.each([
    {
      password: "",
      salt: "",
      cost: { n: 16, r: 1, p: 1 },
      key:
        "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442" +
        "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906",
    },
    {
      password: "password",
      salt: "NaCl",
      cost: { n: 1024, r: 8, p: 16 },
      key:
        "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162" +
        "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
    },
  ])("scrypt of $password", ({ password, salt, cost, key }) => {
    expect(hexDigits(crypto.scrypt(utf8(password), utf8(salt), cost, 64))).toBe(key);
  });

  test("scrypt takes more than the 32 MiB that node:crypto allows by itself, and not more than a gigabyte", () => {
    const derive = (n: number, r: number) => crypto.scrypt(utf8("a"), utf8("salt"), { n, r, p: 1 }, 32);
    expect(derive(2 ** 16, 8).length).toBe(32);
    expect(() => derive(2 ** 20, 8)).toThrow("memory");
    expect(() => derive(2, 2 ** 23)).toThrow("memory");
  });

  test.each([
    ["n that is no power of two", { n: 1000, r: 8, p: 1 }],
    ["n of 1", { n: 1, r: 8, p: 1 }],
    ["n of 0", { n: 0, r: 8, p: 1 }],
    ["r of 0", { n: 16, r: 0, p: 1 }],
    ["p of 0", { n: 16, r: 8, p: 0 }],
    ["fractions", { n: 16.5, r: 8, p: 1 }],
    ["negative numbers", { n: -16, r: 8, p: 1 }],
    ["an endless n", { n: Number.POSITIVE_INFINITY, r: 8, p: 1 }],
  ])("scrypt refuses %s", (_what, cost) => {
    expect(() => crypto.scrypt(utf8("a"), utf8("salt"), cost, 32)).toThrow("scrypt");
  });

  // RFC 5869, appendix A, test cases 1 to 3.
  test.each([
    {
      secret: new Uint8Array(22).fill(0x0b),
      salt: upTo(0x00, 0x0c),
      info: upTo(0xf0, 0xf9),
      key: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    },
    {
      secret: upTo(0x00, 0x4f),
      salt: upTo(0x60, 0xaf),
      info: upTo(0xb0, 0xff),
      key:
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c" +
        "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71" +
        "cc30c58179ec3e87c14c01d5c1f3434f1d87",
    },
    {
      secret: new Uint8Array(22).fill(0x0b),
      salt: new Uint8Array(),
      info: new Uint8Array(),
      key: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    },
  ])("HKDF-SHA-256 gives $key", ({ secret, salt, info, key }) => {
    expect(hexDigits(crypto.hkdfSha256(secret, salt, info, fromHex(key).length))).toBe(key);
  });
});
