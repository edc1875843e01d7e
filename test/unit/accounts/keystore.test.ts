import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatAddress } from "../../../src/core/accounts/address.ts";
import { ExtendedKey } from "../../../src/core/accounts/derivation.ts";
import { keyFileName } from "../../../src/core/accounts/keystore/file-name.ts";
import { type KdfCost, SCRYPT_LIGHT } from "../../../src/core/accounts/keystore/kdf.ts";
import { appPassword, openKeyFile, sealKeyFile } from "../../../src/core/accounts/keystore/keystore.ts";
import { randomUuid } from "../../../src/core/accounts/uuid.ts";
import { hexDigits, toHex } from "../../../src/core/bytes/hex.ts";
import { EnvironmentError, RemoteError, UsageError } from "../../../src/core/platform/errors.ts";
import { fast as crypto, pure } from "../../support/doors.ts";

const CHEAP: KdfCost = { kdf: "scrypt", n: 2, r: 1, p: 1 };
const MASTER = ExtendedKey.fromSeed(new Uint8Array(16).fill(7));
const random = { bytes: (length: number) => Uint8Array.from({ length }, (_, index) => index + 1) };

const seal = (cost: KdfCost = CHEAP, password = "correct horse"): string =>
  sealKeyFile(crypto, random, MASTER.secretKey, { password, cost, extendedKey: MASTER });

/** The sealed file with some members changed. */
function changed(change: (file: Record<string, Record<string, unknown>>) => void): string {
  const file = JSON.parse(seal());
  change(file);
  return JSON.stringify(file);
}

const codeOf = (text: string, password = "correct horse"): string => {
  try {
    openKeyFile(crypto, text, password);
    return "opened";
  } catch (error) {
    if (error instanceof RemoteError || error instanceof EnvironmentError) return error.code;
    throw error;
  }
};

describe("a sealed key", () => {
  test("opens with its password, by either kind of derivation, with its extended key", () => {
    for (const cost of [CHEAP, SCRYPT_LIGHT, { kdf: "pbkdf2", rounds: 10 } as const]) {
      const key = openKeyFile(crypto, seal(cost), "correct horse");
      expect(key.secretKey).toEqual(MASTER.secretKey);
      expect(key.extendedKey?.xprv).toBe(MASTER.xprv);
    }
  });

  test("opens behind the other door", () => {
    expect(openKeyFile(pure, seal(), "correct horse").secretKey).toEqual(MASTER.secretKey);
  });

  test("opens with any text as password, and with no other", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (password, other) => {
        const text = seal(CHEAP, password);
        expect(codeOf(text, password)).toBe("opened");
        if (other !== password) expect(codeOf(text, other)).toBe("PASSPHRASE");
      }),
      { numRuns: 30 },
    );
  });

  test("holds no secret in the clear", () => {
    const text = seal();
    expect(text).not.toContain(hexDigits(MASTER.secretKey));
    expect(text).not.toContain("xprv");
  });

  test("without an extended key has an empty one, as Status writes it", () => {
    const text = sealKeyFile(crypto, random, MASTER.secretKey, { password: "", cost: CHEAP });
    expect(JSON.parse(text).extendedkey).toEqual({
      cipher: "",
      ciphertext: "",
      cipherparams: { iv: "" },
      kdf: "",
      kdfparams: null,
      mac: "",
    });
    expect(openKeyFile(crypto, text, "").extendedKey).toBeUndefined();
  });

  test("is not made with the extended key of another", () => {
    const other = MASTER.derive([0]);
    const options = { password: "", cost: CHEAP, extendedKey: other };
    expect(() => sealKeyFile(crypto, random, MASTER.secretKey, options)).toThrow(UsageError);
  });
});

describe("files of other tools", () => {
  // From the tests of go-ethereum and the text of the format.
  const V1 =
    '{"address":"cb61d5a9c4896fb9658090b597ef0e7be6f7b67e","Crypto":{"cipher":"aes-128-cbc","ciphertext":"6143d3192db8b66eabd693d9c4e414dcfaee52abda451af79ccf474dafb35f1bfc7ea013aa9d2ee35969a1a2e8d752d0","cipherparams":{"iv":"35337770fc2117994ecdcad026bccff4"},"kdf":"scrypt","kdfparams":{"n":262144,"r":8,"p":1,"dklen":32,"salt":"9afcddebca541253a2f4053391c673ff9fe23097cd8555d149d929e4ccf1257f"},"mac":"3f3d5af884b17a100b0b3232c0636c230a54dc2ac8d986227219b0dd89197644","version":"1"},"id":"e25f7c1f-d318-4f29-b62c-687190d4d299","version":"1"}';
  const V3 =
    '{"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"83dbcc02d8ccb40e466191a123791e0e"},"ciphertext":"d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c","kdf":"scrypt","kdfparams":{"dklen":32,"n":262144,"p":8,"r":1,"salt":"ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"},"mac":"2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}';

  test("version 1, with AES-CBC and a capital letter, opens", () => {
    const key = openKeyFile(crypto, V1, "g");
    expect(toHex(key.secretKey)).toBe("0xd1b1178d3529626a1a93e073f65028370d14c7eb0936eb42abef05db6f37ad7d");
    expect(formatAddress(crypto, key.address).toLowerCase()).toBe("0xcb61d5a9c4896fb9658090b597ef0e7be6f7b67e");
  });

  test("version 3, the example of the text with its unusual cost, opens", () => {
    const key = openKeyFile(pure, V3, "testpassword");
    expect(toHex(key.secretKey)).toBe("0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d");
    expect(key.extendedKey).toBeUndefined();
  });

  test("a key that lost its leading zeros is put right", () => {
    const secret = new Uint8Array(32).fill(5);
    secret[0] = 0;
    const file = JSON.parse(sealKeyFile(crypto, random, secret, { password: "", cost: CHEAP }));
    const short = JSON.parse(sealShort(secret.subarray(1)));
    const key = openKeyFile(crypto, JSON.stringify({ ...file, crypto: short }), "");
    expect(key.secretKey).toEqual(secret);
  });

  function sealShort(secret: Uint8Array): string {
    const derived = crypto.scrypt(new Uint8Array(0), random.bytes(32), { n: 2, r: 1, p: 1 }, 32);
    const ciphertext = crypto.ctr(derived.subarray(0, 16), random.bytes(16), secret);
    const mac = crypto.keccak256(Uint8Array.from([...derived.subarray(16), ...ciphertext]));
    return JSON.stringify({
      cipher: "aes-128-ctr",
      ciphertext: hexDigits(ciphertext),
      cipherparams: { iv: hexDigits(random.bytes(16)) },
      kdf: "scrypt",
      kdfparams: { dklen: 32, n: 2, r: 1, p: 1, salt: hexDigits(random.bytes(32)) },
      mac: hexDigits(mac),
    });
  }
});

describe("hostile and damaged files", () => {
  const withCost = (params: object, kdf = "scrypt"): string =>
    changed((file) => {
      const { crypto: section } = file;
      Object.assign(section ?? {}, { kdf, kdfparams: { dklen: 32, salt: "00", ...params } });
    });

  test("that ask for absurd work are refused before any of it is done", () => {
    const absurd = [
      withCost({ n: 2 ** 30, r: 8, p: 1 }),
      withCost({ n: 262_144, r: 16, p: 1 }),
      withCost({ n: 262_144, r: 8, p: 5 }),
      withCost({ n: 2, r: 1, p: 2 ** 30 }),
      withCost({ n: 2, r: 2 ** 30, p: 1 }),
      withCost({ c: 2 ** 30, prf: "hmac-sha256" }, "pbkdf2"),
      withCost({ n: 2, r: 1, p: 1, dklen: 2 ** 30 }),
      withCost({ n: 2, r: 1, p: 1, salt: "00".repeat(1000) }),
      " ".repeat(1_000_000),
    ];
    expect(absurd.map((text) => codeOf(text))).toEqual(absurd.map(() => "OVERSIZED"));
  });

  test("that ask for no work at all, or an impossible one, are refused", () => {
    const unsound = [
      withCost({ n: 1, r: 1, p: 1 }),
      withCost({ n: 3, r: 1, p: 1 }),
      withCost({ n: 0, r: 1, p: 1 }),
      withCost({ n: -2, r: 1, p: 1 }),
      withCost({ n: 2, r: 0, p: 1 }),
      withCost({ n: 2, r: 1, p: -1 }),
      withCost({ c: 0, prf: "hmac-sha256" }, "pbkdf2"),
      withCost({ n: 2, r: 1, p: 1, dklen: 16 }),
    ];
    expect(unsound.map((text) => codeOf(text))).toEqual(unsound.map(() => "INVALID"));
  });

  test("with fractions and texts for numbers, or with members missing, are malformed", () => {
    const malformed = [
      withCost({ n: 2.5, r: 1, p: 1 }),
      withCost({ n: "2", r: 1, p: 1 }),
      withCost({ r: 1, p: 1 }),
      changed((file) => Object.assign(file.crypto ?? {}, { mac: "00" })),
      changed((file) => Object.assign(file.crypto ?? {}, { cipherparams: { iv: "zz" } })),
      changed((file) => Object.assign(file.crypto ?? {}, { cipherparams: null })),
      changed((file) => void delete file.crypto),
      changed((file) => Object.assign(file, { address: "00" })),
      "[]",
      "null",
      "{",
    ];
    expect(malformed.map((text) => codeOf(text))).toEqual(malformed.map(() => "MALFORMED"));
  });

  test("of versions, ciphers and derivations that we do not speak are unsupported", () => {
    const unsupported = [
      changed((file) => Object.assign(file, { version: 2 })),
      changed((file) => Object.assign(file, { version: "3" })),
      changed((file) => Object.assign(file.crypto ?? {}, { cipher: "aes-128-cbc" })),
      withCost({}, "argon2"),
      withCost({ c: 1, prf: "hmac-sha512" }, "pbkdf2"),
    ];
    expect(unsupported.map((text) => codeOf(text))).toEqual(unsupported.map(() => "UNSUPPORTED"));
  });

  test("that hold another key than they say are invalid", () => {
    const other = JSON.parse(
      sealKeyFile(crypto, random, MASTER.derive([1]).secretKey, { password: "correct horse", cost: CHEAP }),
    );
    expect(codeOf(changed((file) => Object.assign(file, { address: other.address })))).toBe("INVALID");
    expect(codeOf(changed((file) => Object.assign(file, { address: other.address, crypto: other.crypto })))).toBe(
      "INVALID",
    );
  });

  test("changed in the ciphertext, a byte anywhere, do not open", () => {
    const text = changed((file) => {
      const ciphertext = String(file.crypto?.ciphertext);
      Object.assign(file.crypto ?? {}, { ciphertext: `${ciphertext.slice(0, -1)}${ciphertext.endsWith("0") ? 1 : 0}` });
    });
    expect(codeOf(text)).toBe("PASSPHRASE");
  });
});

describe("names of key files", () => {
  const address = Uint8Array.from({ length: 20 }, (_, index) => index);

  test("tell when they were made and whose they are", () => {
    expect(keyFileName(address, Date.UTC(2020, 1, 29, 3, 4, 5, 6))).toBe(
      "UTC--2020-02-29T03-04-05.006000000Z--000102030405060708090a0b0c0d0e0f10111213",
    );
  });

  test("are right for every day until the year 9999", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }), (now) => {
        const iso = new Date(now).toISOString().replaceAll(":", "-").replace("Z", "000000Z");
        expect(keyFileName(address, now)).toBe(`UTC--${iso}--${hexDigits(address)}`);
      }),
      { numRuns: 2000 },
    );
  });
});

test("a random identifier is a UUID of version 4", () => {
  expect(randomUuid({ bytes: (length) => new Uint8Array(length).fill(0xff) })).toBe(
    "ffffffff-ffff-4fff-bfff-ffffffffffff",
  );
  expect(randomUuid({ bytes: (length) => new Uint8Array(length) })).toBe("00000000-0000-4000-8000-000000000000");
});

test("the app's password is the hash of what was typed, as text", () => {
  expect(appPassword(crypto, "")).toBe("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
});
