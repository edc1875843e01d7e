/** Arguments are not changed or kept; results belong to the caller. */
import { expect, test } from "vitest";
import type { Crypto } from "../../../src/core/crypto/crypto.ts";
import { eciesDecrypt, eciesEncrypt } from "../../../src/core/crypto/ecies.ts";
import { behindBothDoors, pure } from "../../support/doors.ts";

const block = () => new Uint8Array(16).fill(1);
const secret = () => new Uint8Array(32).fill(2);
const nonce = () => new Uint8Array(12).fill(3);
const data = () => new Uint8Array(200).fill(4);
const point = () => pure.publicKeyOf(secret());
const signature = () => pure.sign(secret(), secret());
const sealed = () => pure.gcmEncrypt(secret(), nonce(), data());
const encrypted = () =>
  eciesEncrypt(pure, { recipient: point(), ephemeralSecret: block32(), iv: block(), plaintext: data() });
const block32 = () => new Uint8Array(32).fill(5);
/** Two blocks that decrypt to 16 zeros and a padding of 16. */
const padded = () => {
  const encrypt = pure.blockCipher(block());
  const first = encrypt(new Uint8Array(16));
  return Uint8Array.from([...first, ...encrypt(first.map((byte) => byte ^ 16))]);
};

interface Call {
  readonly args: readonly Uint8Array[];
  readonly run: (crypto: Crypto, ...args: Uint8Array[]) => Uint8Array | undefined;
}

const NONE = new Uint8Array();
const calls: Record<string, Call> = {
  keccak256: { args: [data()], run: (crypto, a = NONE) => crypto.keccak256(a) },
  sha256: { args: [data()], run: (crypto, a = NONE) => crypto.sha256(a) },
  hmacSha256: { args: [secret(), data()], run: (crypto, a = NONE, b = NONE) => crypto.hmacSha256(a, b) },
  hmacSha512: { args: [secret(), data()], run: (crypto, a = NONE, b = NONE) => crypto.hmacSha512(a, b) },
  publicKeyOf: { args: [secret()], run: (crypto, a = NONE) => crypto.publicKeyOf(a) },
  agree: { args: [secret(), point()], run: (crypto, a = NONE, b = NONE) => crypto.agree(a, b) },
  sign: { args: [secret(), secret()], run: (crypto, a = NONE, b = NONE) => crypto.sign(a, b) },
  recover: { args: [secret(), signature()], run: (crypto, a = NONE, b = NONE) => crypto.recover(a, b) },
  compress: { args: [point()], run: (crypto, a = NONE) => crypto.compress(a) },
  decodePublicKey: { args: [point()], run: (crypto, a = NONE) => crypto.decodePublicKey(a) },
  gcmEncrypt: {
    args: [secret(), nonce(), data()],
    run: (crypto, a = NONE, b = NONE, c = NONE) => crypto.gcmEncrypt(a, b, c),
  },
  gcmDecrypt: {
    args: [secret(), nonce(), sealed()],
    run: (crypto, a = NONE, b = NONE, c = NONE) => crypto.gcmDecrypt(a, b, c),
  },
  ctr: { args: [secret(), block(), data()], run: (crypto, a = NONE, b = NONE, c = NONE) => crypto.ctr(a, b, c) },
  ctrStream: {
    args: [secret(), block(), data()],
    run: (crypto, a = NONE, b = NONE, c = NONE) => crypto.ctrStream(a, b)(c),
  },
  blockCipher: { args: [secret(), block()], run: (crypto, a = NONE, b = NONE) => crypto.blockCipher(a)(b) },
  cbcDecrypt: {
    args: [block(), new Uint8Array(16), padded()],
    run: (crypto, a = NONE, b = NONE, c = NONE) => crypto.cbcDecrypt(a, b, c),
  },
  pbkdf2Sha256: { args: [data(), block()], run: (crypto, a = NONE, b = NONE) => crypto.pbkdf2Sha256(a, b, 2, 32) },
  pbkdf2Sha512: { args: [data(), block()], run: (crypto, a = NONE, b = NONE) => crypto.pbkdf2Sha512(a, b, 2, 32) },
  scrypt: {
    args: [data(), block()],
    run: (crypto, a = NONE, b = NONE) => crypto.scrypt(a, b, { n: 2, r: 1, p: 1 }, 32),
  },
  hkdfSha256: {
    args: [data(), block(), nonce()],
    run: (crypto, a = NONE, b = NONE, c = NONE) => crypto.hkdfSha256(a, b, c, 32),
  },
  eciesEncrypt: {
    args: [point(), secret(), block(), data()],
    run: (crypto, recipient = NONE, ephemeralSecret = NONE, iv = NONE, plaintext = NONE) =>
      eciesEncrypt(crypto, { recipient, ephemeralSecret, iv, plaintext }),
  },
  eciesDecrypt: {
    args: [secret(), encrypted()],
    run: (crypto, secretKey = NONE, ciphertext = NONE) => eciesDecrypt(crypto, { secretKey, ciphertext }),
  },
};

behindBothDoors((crypto) => {
  test.each(Object.entries(calls))("%s leaves its arguments as they were and gives away its result", (_name, call) => {
    const args = call.args.map((arg) => arg.slice());
    const result = call.run(crypto, ...args);
    expect(args).toEqual(call.args);
    expect(Object.getPrototypeOf(result)).toBe(Uint8Array.prototype);
    const copy = result?.slice();
    for (const arg of args) arg.fill(0xee);
    expect(result).toEqual(copy);
    result?.fill(0xee);
    expect(call.run(crypto, ...call.args.map((arg) => arg.slice()))).toEqual(copy);
  });

  test("every primitive that takes and gives bytes stands above", () => {
    const others = ["door", "nativeCurve", "isSecretKey", "keccakState", "keccakSearcher"];
    expect([...Object.keys(calls), ...others].sort()).toEqual(
      [...Object.keys(crypto), "eciesEncrypt", "eciesDecrypt"].sort(),
    );
  });

  test("a block cipher and a stream keep their key when the caller wipes it", () => {
    const [key, counter] = [secret(), block()];
    const [encrypt, stream] = [crypto.blockCipher(key), crypto.ctrStream(key, counter)];
    key.fill(0);
    counter.fill(0);
    expect(encrypt(block())).toEqual(pure.blockCipher(secret())(block()));
    expect(stream(data())).toEqual(pure.ctr(secret(), block(), data()));
  });

  test("a running Keccak and a search keep what they were told", () => {
    const told = data();
    const state = crypto.keccakState();
    state.update(told.subarray(0, 100));
    const search = crypto.keccakSearcher(told.subarray(0, 100));
    told.fill(0);
    expect(state.digest()).toEqual(pure.keccak256(data().subarray(0, 100)));
    expect(search(data().subarray(100))).toEqual(pure.keccak256(data()));
  });

  test("the digest of a running Keccak is the caller's", () => {
    const state = crypto.keccakState();
    state.update(data());
    const digest = state.digest();
    digest.fill(0);
    expect(state.digest()).toEqual(pure.keccak256(data()));
  });
});
