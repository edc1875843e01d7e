/** Whatever is typed or handed to accounts, they read it or say what is wrong; nothing else is thrown, nothing hangs. */
import fc from "fast-check";
import { describe, test } from "vitest";
import { ExtendedKey } from "../../src/core/accounts/derivation.ts";
import {
  decodeAddressAnswer,
  decodeBytesAnswer,
  decodePubkeyAnswer,
  decodeTextAnswer,
} from "../../src/core/accounts/ens/calls.ts";
import { decodeContentHash, encodeContentHash } from "../../src/core/accounts/ens/content-hash.ts";
import { nameHash } from "../../src/core/accounts/ens/name.ts";
import { openKeyring } from "../../src/core/accounts/keyring.ts";
import { parsePublicKey, parseSecretKey } from "../../src/core/accounts/keys.ts";
import { openKeyFile, sealKeyFile } from "../../src/core/accounts/keystore/keystore.ts";
import { checkMnemonic, parseMnemonic } from "../../src/core/accounts/mnemonic.ts";
import { parsePath } from "../../src/core/accounts/path.ts";
import { personalMessageBytes, recoverPersonalMessage } from "../../src/core/accounts/personal-message.ts";
import {
  decodeTransaction,
  encodeTransaction,
  recoverTransaction,
  signTransaction,
} from "../../src/core/accounts/transaction.ts";
import { parseTypedData, typedDataDigest } from "../../src/core/accounts/typed-data.ts";
import { EnvironmentError, RemoteError, UsageError } from "../../src/core/platform/errors.ts";
import { survivesAnything } from "../support/decoders.ts";
import { fast as crypto } from "../support/doors.ts";

type Expected = typeof RemoteError | typeof UsageError | typeof EnvironmentError;

/** Runs `read` on many inputs; it returns or throws one of `expected`. */
function survives<T>(input: fc.Arbitrary<T>, read: (value: T) => unknown, ...expected: Expected[]): void {
  const property = fc.property(input, (value) => {
    try {
      read(value);
    } catch (error) {
      if (!expected.some((kind) => error instanceof kind)) throw error;
    }
  });
  fc.assert(property, { numRuns: 500 });
}

/** `sample` with one place replaced, inserted or cut. */
const mutated = (sample: string, alphabet: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.nat(sample.length), fc.nat(3), fc.constantFrom(...alphabet))
    .map(([at, removed, letter]) => sample.slice(0, at) + letter + sample.slice(at + removed));

const anyText = fc.oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }));

const keyring = openKeyring(crypto, new Uint8Array(32).fill(1));

describe("typed text", () => {
  test("as path", () => {
    survives(fc.oneof(anyText, mutated("m/43'/60'/1581'/0'/0", "/m.'0129 -h")), parsePath, UsageError);
  });

  test("as mnemonic", () => {
    const phrase = "legal winner thank year wave sausage worth useful legal winner thank yellow";
    const input = fc.oneof(anyText, mutated(phrase, " abcLX\u3000"));
    survives(input, checkMnemonic);
    survives(input, parseMnemonic, UsageError);
  });

  test("as key, extended key or name", () => {
    const { xprv } = ExtendedKey.fromSeed(new Uint8Array(16));
    survives(fc.oneof(anyText, mutated(xprv, "1zZ0l")), ExtendedKey.parse, UsageError);
    survives(
      fc.oneof(anyText, mutated(`0x04${"11".repeat(64)}`, "0xfg ")),
      (text) => parsePublicKey(crypto, text),
      UsageError,
    );
    survives(anyText, (text) => parseSecretKey(crypto, text), UsageError);
    survives(fc.oneof(anyText, mutated("xn--bcher-kva.eth", "xn-.ä0_ ")), (text) => nameHash(crypto, text), UsageError);
    survives(fc.oneof(anyText, mutated("/ipns/app.org", "/ipfs0")), encodeContentHash, UsageError);
    survives(anyText, personalMessageBytes);
  });
});

describe("documents", () => {
  test("as key file", () => {
    const cost = { kdf: "scrypt", n: 2, r: 1, p: 1 } as const;
    const random = { bytes: (length: number) => new Uint8Array(length).fill(5) };
    const extendedKey = ExtendedKey.fromSeed(new Uint8Array(16));
    const sample = sealKeyFile(crypto, random, extendedKey.secretKey, { password: "", cost, extendedKey });
    const open = (text: string) => openKeyFile(crypto, text, "");
    survives(
      fc.oneof(anyText, fc.json(), mutated(sample, '0123456789abcdef"{}[],:-e.')),
      open,
      RemoteError,
      EnvironmentError,
    );
  });

  test("as key file with any values for members", () => {
    const section = fc.record(
      {
        cipher: fc.oneof(fc.constant("aes-128-ctr"), fc.jsonValue()),
        ciphertext: fc.oneof(fc.constant("00".repeat(32)), fc.jsonValue()),
        cipherparams: fc.oneof(fc.constant({ iv: "00".repeat(16) }), fc.jsonValue()),
        kdf: fc.oneof(fc.constantFrom("scrypt", "pbkdf2"), fc.jsonValue()),
        kdfparams: fc.record({
          n: fc.oneof(fc.constantFrom(2, 4, 2 ** 40), fc.jsonValue()),
          r: fc.oneof(fc.constantFrom(1, 2 ** 40), fc.jsonValue()),
          p: fc.oneof(fc.constantFrom(1, 2 ** 40), fc.jsonValue()),
          c: fc.oneof(fc.constantFrom(1, 2 ** 40), fc.jsonValue()),
          prf: fc.constant("hmac-sha256"),
          dklen: fc.constantFrom(32, 33, 16, 2 ** 40),
          salt: fc.oneof(fc.constant("00"), fc.jsonValue()),
        }),
        mac: fc.oneof(fc.constant("00".repeat(32)), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    const file = fc.record({
      version: fc.constantFrom(3, "1"),
      crypto: section,
      extendedkey: section,
      id: fc.jsonValue(),
    });
    survives(file, (value) => openKeyFile(crypto, JSON.stringify(value), ""), RemoteError, EnvironmentError);
  });

  test("as typed data", () => {
    const type = fc.constantFrom(
      "EIP712Domain",
      "A",
      "B",
      "uint8",
      "int256",
      "bytes",
      "bytes3",
      "string",
      "bool",
      "address",
      "A[]",
    );
    const name = fc.constantFrom("chainId", "a", "b", "__proto__", "constructor");
    const fields = fc.array(fc.record({ name, type }), { maxLength: 4 });
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        fc.jsonValue(),
        fc.dictionary(name, tie("any")),
        fc.integer(),
        fc.constantFrom("0x", "1", "-1", "0xab"),
      ),
    })).any;
    const document = fc.record({
      types: fc.record({ EIP712Domain: fields, A: fields, B: fields }),
      primaryType: fc.constantFrom("A", "B"),
      domain: fc.dictionary(name, value).map((domain) => ({ ...domain, chainId: 1 })),
      message: fc.dictionary(name, value),
    });
    const hash = (text: string) => typedDataDigest(crypto, parseTypedData(text), 1);
    survives(
      fc.oneof(
        anyText,
        fc.json(),
        document.map((data) => JSON.stringify(data)),
      ),
      hash,
      RemoteError,
    );
  });
});

describe("bytes", () => {
  test("as transaction", () => {
    const transaction = {
      nonce: 1n,
      gasPrice: 2n,
      gasLimit: 3n,
      to: undefined,
      value: 4n,
      data: Uint8Array.of(5),
      chainId: 6n,
    };
    const sample = encodeTransaction(signTransaction(crypto, keyring, transaction));
    survivesAnything((bytes) => recoverTransaction(crypto, decodeTransaction(bytes)), [sample]);
  });

  test("as signature", () => {
    const message = new Uint8Array(0);
    survivesAnything((bytes) => recoverPersonalMessage(crypto, message, bytes), [new Uint8Array(65).fill(27)]);
  });

  test("as answer of a contract or as content hash", () => {
    const record = new Uint8Array(96).fill(0);
    record[31] = 32;
    record[63] = 8;
    for (const decode of [decodeAddressAnswer, decodePubkeyAnswer, decodeBytesAnswer, decodeTextAnswer]) {
      survivesAnything(decode, [record]);
    }
    survivesAnything(decodeContentHash, ["/ipns/app.org", `/swarm/${"ab".repeat(32)}`].map(encodeContentHash));
  });
});
