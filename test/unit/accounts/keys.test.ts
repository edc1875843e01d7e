import { describe, expect, test } from "vitest";
import { addressOf, formatAddress, parseAddress } from "../../../src/core/accounts/address.ts";
import { describeIdentity } from "../../../src/core/accounts/identity.ts";
import { openKeyring } from "../../../src/core/accounts/keyring.ts";
import {
  decodeCompressedKey,
  decodeUncompressedKey,
  formatCompressedKey,
  formatPublicKey,
  parsePublicKey,
  parseSecretKey,
} from "../../../src/core/accounts/keys.ts";
import { fromHex, toHex } from "../../../src/core/bytes/hex.ts";
import { RemoteError, UsageError } from "../../../src/core/platform/errors.ts";
import { pure as crypto } from "../../support/doors.ts";

const ONE = new Uint8Array(32).fill(0, 0, 31).fill(1, 31);
const GENERATOR = crypto.publicKeyOf(ONE);
const ORDER = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

describe("public keys", () => {
  test("read the same from both forms, with and without 0x, in either case, with blanks around", () => {
    const long = formatPublicKey(GENERATOR);
    const short = formatCompressedKey(crypto, GENERATOR);
    for (const text of [long, short, long.slice(2), ` ${short}\n`, `0x${long.slice(2).toUpperCase()}`]) {
      expect(parsePublicKey(crypto, text)).toEqual(GENERATOR);
    }
  });

  test("of another length, or not on the curve, are the caller's mistake when typed", () => {
    const offCurve = `${formatPublicKey(GENERATOR).slice(0, -1)}0`;
    for (const text of ["", "0x04", formatPublicKey(GENERATOR).slice(0, -2), offCurve, "0x0g"]) {
      expect(() => parsePublicKey(crypto, text)).toThrow(UsageError);
    }
  });

  test("of one form are refused where the other one stands on the wire", () => {
    expect(decodeUncompressedKey(crypto, GENERATOR)).toEqual(GENERATOR);
    expect(decodeCompressedKey(crypto, crypto.compress(GENERATOR))).toEqual(GENERATOR);
    expect(() => decodeUncompressedKey(crypto, crypto.compress(GENERATOR))).toThrow(RemoteError);
    expect(() => decodeCompressedKey(crypto, GENERATOR)).toThrow(RemoteError);
  });
});

describe("secret keys", () => {
  test("read from 64 digits", () => {
    expect(parseSecretKey(crypto, `0x${"00".repeat(31)}01\n`)).toEqual(ONE);
  });

  test("of zero, of the order, or of another length are refused, and the error does not quote them", () => {
    for (const text of ["00".repeat(32), ORDER, "ab".repeat(31), "ab".repeat(33), ""]) {
      const refused = () => parseSecretKey(crypto, text);
      expect(refused).toThrow(UsageError);
      if (text !== "") expect(refused).not.toThrow(text);
    }
  });
});

describe("a keyring", () => {
  const alice = openKeyring(crypto, new Uint8Array(32).fill(1));
  const bob = openKeyring(crypto, new Uint8Array(32).fill(2));

  test("agrees with the other side's keyring", () => {
    // alice -> bob   her public key       bob -> alice   his public key
    expect(alice.agree(bob.publicKey)).toEqual(bob.agree(alice.publicKey));
  });

  test("signs what its public key is recovered from", () => {
    const digest = crypto.keccak256(new Uint8Array(0));
    expect(crypto.recover(digest, alice.sign(digest))).toEqual(alice.publicKey);
  });

  test("shows its secret neither in JSON nor to the caller who changes the array", () => {
    const secret = new Uint8Array(32).fill(3);
    const keyring = openKeyring(crypto, secret);
    const before = keyring.sign(new Uint8Array(32));
    secret.fill(9);
    expect(keyring.sign(new Uint8Array(32))).toEqual(before);
    expect(Object.keys(keyring).sort()).toEqual(["agree", "publicKey", "sign"]);
    expect(JSON.stringify(keyring)).not.toContain("03".repeat(4));
  });

  test("is not made of something else", () => {
    expect(() => openKeyring(crypto, new Uint8Array(32))).toThrow(UsageError);
    expect(() => openKeyring(crypto, new Uint8Array(31).fill(1))).toThrow(UsageError);
  });
});

describe("addresses", () => {
  const address = addressOf(crypto, GENERATOR);
  const written = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf";

  test("of the secret key 1 is the well-known one", () => {
    expect(formatAddress(crypto, address)).toBe(written);
  });

  test("read in one case or with the right checksum", () => {
    const digits = written.slice(2);
    for (const text of [written, digits, digits.toLowerCase(), `0x${digits.toUpperCase()}`]) {
      expect(parseAddress(crypto, text)).toEqual(address);
    }
  });

  test("with one letter in the wrong case are refused, as is anything else", () => {
    for (const text of [written.replace("E", "e"), written.slice(0, -1), `${written}0`, "", "0xzz"]) {
      expect(() => parseAddress(crypto, text)).toThrow(UsageError);
    }
  });
});

test("an identity is one key in all its names", () => {
  const identity = describeIdentity(crypto, GENERATOR);
  expect(parsePublicKey(crypto, identity.compressedKey)).toEqual(fromHex(identity.publicKey));
  expect(toHex(parseAddress(crypto, identity.address))).toBe(toHex(addressOf(crypto, GENERATOR)));
  expect(identity.name).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+ [A-Z][a-z]+$/);
});
