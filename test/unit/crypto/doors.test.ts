/** Behind both doors is the same: every primitive, with sound arguments and with unsound ones. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes } from "../../../src/core/bytes/bytes.ts";
import { hexDigits } from "../../../src/core/bytes/hex.ts";
import type { Crypto } from "../../../src/core/crypto/crypto.ts";
import { RemoteError } from "../../../src/core/platform/errors.ts";
import { fast, pure } from "../../support/doors.ts";

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const filled = (length: number) => fc.constantFrom(0, 1, 255).map((byte) => new Uint8Array(length).fill(byte));
const key = fc.oneof(exactly(16), exactly(32));
/** Below the order: above it libsecp256k1 draws its nonce from the digest as it is, RFC 6979 from the digest modulo n. */
const digest = exactly(32).filter((value) => value[0] !== 255);
const scalar = exactly(32).filter((value) => pure.isSecretKey(value));
const point = scalar.map((secret) => fast.publicKeyOf(secret));
const mutated = (value: Uint8Array) =>
  fc.tuple(fc.nat(value.length - 1), fc.nat(255)).map(([at, byte]) => {
    const copy = value.slice();
    copy[at] = byte;
    return copy;
  });

/** Public keys: sound, compressed, damaged, cut, arbitrary. */
const maybePoint = fc.oneof(
  point,
  point.map((value) => fast.compress(value)),
  point.chain(mutated),
  point.map((value) => fast.compress(value)).chain(mutated),
  exactly(65),
  exactly(33).map((value) => concatBytes(Uint8Array.of(2 + ((value[0] ?? 0) & 1)), value.subarray(1))),
  bytes(70),
);

/** Signatures: sound, damaged, with small or extreme R and S, with any V, of any size. */
const integer = fc.oneof(
  exactly(32),
  filled(32),
  fc.nat(40).map((value) => concatBytes(new Uint8Array(31), Uint8Array.of(value))),
);
const maybeSignature = fc.oneof(
  fc.tuple(digest, scalar).map(([value, secret]) => fast.sign(value, secret)),
  fc
    .tuple(digest, scalar)
    .map(([value, secret]) => fast.sign(value, secret))
    .chain(mutated),
  fc.tuple(integer, integer, fc.nat(4)).map(([r, s, v]) => concatBytes(r, s, Uint8Array.of(v))),
  bytes(70),
);

/** What a call gave, or how it failed: for `RemoteError` the code, for all else that it threw. */
function outcome(call: () => unknown): string {
  try {
    const result = call();
    return result instanceof Uint8Array ? hexDigits(result) : String(result);
  } catch (error) {
    return error instanceof RemoteError ? `${error.code} ${error.message}` : "throws";
  }
}

interface Property<Args extends unknown[]> {
  readonly args: { readonly [Index in keyof Args]: fc.Arbitrary<Args[Index]> };
  readonly call: (crypto: Crypto, ...args: Args) => unknown;
  readonly runs?: number;
}

/** Holds `call` against itself behind the other door. */
function alike<Args extends unknown[]>(name: string, { args, call, runs = 200 }: Property<Args>): void {
  test(`${name} is alike behind both doors`, () => {
    const arguments_ = fc.tuple(...args) as unknown as fc.Arbitrary<Args>;
    fc.assert(
      fc.property(arguments_, (values) => {
        expect(outcome(() => call(fast, ...values))).toBe(outcome(() => call(pure, ...values)));
      }),
      { numRuns: runs },
    );
  });
}

describe("hashes", () => {
  alike("keccak256", { args: [bytes(1000)], call: (crypto, data) => crypto.keccak256(data) });
  alike("keccakState", {
    args: [fc.array(bytes(400), { maxLength: 8 })],
    call(crypto, parts) {
      const state = crypto.keccakState();
      return parts.map((part) => {
        state.update(part);
        return hexDigits(state.digest());
      });
    },
  });
  alike("keccakSearcher", {
    args: [bytes(700), fc.array(bytes(20))],
    call: (crypto, prefix, suffixes) => {
      const search = crypto.keccakSearcher(prefix);
      return suffixes.map((suffix) => hexDigits(search(suffix)));
    },
  });
  alike("sha256", { args: [bytes(500)], call: (crypto, data) => crypto.sha256(data) });
  alike("hmacSha256", {
    args: [bytes(150), bytes(300)],
    call: (crypto, secret, data) => crypto.hmacSha256(secret, data),
  });
  alike("hmacSha512", {
    args: [bytes(150), bytes(300)],
    call: (crypto, secret, data) => crypto.hmacSha512(secret, data),
  });

  test("Keccak is alike at every size around blocks and around the page of the WebAssembly instance", () => {
    const data = Uint8Array.from({ length: 33_000 }, (_, index) => index * 31);
    const sizes = [...Array(420).keys(), ...[16_383, 16_384, 16_385, 32_767, 32_768, 32_769, 33_000]];
    for (const size of sizes) {
      expect(fast.keccak256(data.subarray(0, size)), `${size} bytes`).toEqual(pure.keccak256(data.subarray(0, size)));
    }
  });
});

describe("curve", () => {
  alike("isSecretKey", {
    args: [fc.oneof(exactly(32), filled(32), bytes(40))],
    call: (crypto, value) => crypto.isSecretKey(value),
  });
  alike("publicKeyOf", {
    args: [fc.oneof(exactly(32), filled(32), bytes(40))],
    call: (crypto, value) => crypto.publicKeyOf(value),
  });
  alike("agree", {
    args: [fc.oneof(scalar, scalar, filled(32), bytes(33)), maybePoint],
    call: (crypto, secret, value) => crypto.agree(secret, value),
  });
  alike("sign", {
    args: [fc.oneof(digest, digest, bytes(40)), fc.oneof(scalar, scalar, filled(32), bytes(33))],
    call: (crypto, value, secret) => crypto.sign(value, secret),
  });
  alike("recover", {
    args: [fc.oneof(digest, digest, filled(32), bytes(40)), maybeSignature],
    call: (crypto, value, signature) => crypto.recover(value, signature),
    runs: 400,
  });
  alike("compress", { args: [maybePoint], call: (crypto, value) => crypto.compress(value), runs: 400 });
  alike("decodePublicKey", { args: [maybePoint], call: (crypto, value) => crypto.decodePublicKey(value), runs: 400 });

  test("every V with every small R, on the curve or not, is alike", () => {
    const one = concatBytes(new Uint8Array(31), Uint8Array.of(1));
    const value = new Uint8Array(32).fill(7);
    const codes = new Set<string>();
    for (let r = 0; r < 24; r++) {
      for (let v = 0; v < 5; v++) {
        const signature = concatBytes(new Uint8Array(31), Uint8Array.of(r), one, Uint8Array.of(v));
        const [a, b] = [fast, pure].map((crypto) => outcome(() => crypto.recover(value, signature)));
        expect(a, `R = ${r}, V = ${v}`).toBe(b);
        codes.add(`${v}: ${a?.startsWith("BAD_SIGNATURE") ? "none" : "a key"}`);
      }
    }
    expect([...codes].sort()).toEqual([0, 1, 2, 3].flatMap((v) => [`${v}: a key`, `${v}: none`]).concat("4: none"));
  });
});

describe("ciphers", () => {
  const size = (right: number) => fc.oneof(exactly(right), exactly(right), bytes(40));
  const maybeKey = fc.oneof(key, key, bytes(40));
  alike("gcmEncrypt", {
    args: [maybeKey, size(12), bytes(300)],
    call: (crypto, ...args) => crypto.gcmEncrypt(...args),
  });
  alike("gcmDecrypt of what was sealed", {
    args: [key, exactly(12), bytes(300)],
    call: (crypto, secret, nonce, data) => crypto.gcmDecrypt(secret, nonce, fast.gcmEncrypt(secret, nonce, data)),
  });
  alike("gcmDecrypt of anything", {
    args: [maybeKey, size(12), bytes(60)],
    call: (crypto, ...args) => crypto.gcmDecrypt(...args),
  });
  alike("ctr", { args: [maybeKey, size(16), bytes(300)], call: (crypto, ...args) => crypto.ctr(...args) });
  alike("ctrStream", {
    args: [key, fc.oneof(exactly(16), filled(16)), fc.array(bytes(50))],
    call(crypto, secret, counter, parts) {
      const stream = crypto.ctrStream(secret, counter);
      return parts.map((part) => hexDigits(stream(part)));
    },
  });
  alike("blockCipher", {
    args: [maybeKey, fc.array(size(16), { minLength: 1, maxLength: 4 })],
    call(crypto, secret, blocks) {
      const encrypt = crypto.blockCipher(secret);
      return blocks.map((block) => hexDigits(encrypt(block)));
    },
  });
  alike("cbcDecrypt", {
    args: [
      fc.oneof(exactly(16), bytes(40)),
      size(16),
      fc.oneof(
        fc.nat(4).chain((blocks) => exactly(16 * blocks)),
        bytes(40),
      ),
    ],
    call: (crypto, ...args) => crypto.cbcDecrypt(...args),
    runs: 2000,
  });
});

describe("key derivation", () => {
  const rounds = fc.integer({ min: 1, max: 20 });
  const length = fc.integer({ min: 1, max: 100 });
  alike("pbkdf2Sha256", {
    args: [bytes(80), bytes(80), rounds, length],
    call: (crypto, ...args) => crypto.pbkdf2Sha256(...args),
  });
  alike("pbkdf2Sha512", {
    args: [bytes(150), bytes(80), rounds, length],
    call: (crypto, ...args) => crypto.pbkdf2Sha512(...args),
  });
  alike("hkdfSha256", {
    args: [bytes(80), bytes(80), bytes(80), length],
    call: (crypto, ...args) => crypto.hkdfSha256(...args),
  });
  const cost = fc.record({ n: fc.integer({ min: -1, max: 64 }), r: fc.integer({ min: -1, max: 4 }), p: fc.nat(3) });
  alike("scrypt", {
    args: [bytes(40), bytes(40), cost, length],
    call: (crypto, ...args) => crypto.scrypt(...args),
  });
});
