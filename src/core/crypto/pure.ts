/** The primitives in plain JavaScript, by @noble: the default of one-shot inspection and the oracle of the fast door. */
import { cbc, ctr, ecb, gcm } from "@noble/ciphers/aes.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { pbkdf2 } from "@noble/hashes/pbkdf2.js";
import { scrypt } from "@noble/hashes/scrypt.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import * as secp from "@noble/secp256k1";
import { concatBytes } from "../bytes/bytes.ts";
import { RemoteError } from "../platform/errors.ts";
import type { Ciphers, Crypto, Curve, Hashes, Kdfs, KeccakState } from "./crypto.ts";

secp.hashes.sha256 = sha256;
secp.hashes.hmacSha256 = (key, message) => hmac(sha256, key, message);

const hashes: Hashes = {
  keccak256: (data) => keccak_256(data),
  keccakState: () => new RunningKeccak(),
  sha256: (data) => sha256(data),
  hmacSha256: (key, data) => hmac(sha256, key, data),
  hmacSha512: (key, data) => hmac(sha512, key, data),
};

class RunningKeccak implements KeccakState {
  readonly #state = keccak_256.create();

  update(data: Uint8Array): void {
    this.#state.update(data);
  }

  digest(): Uint8Array {
    return this.#state.clone().digest();
  }
}

const curve: Curve = {
  isSecretKey: (bytes) => secp.utils.isValidSecretKey(bytes),
  publicKeyOf: (secretKey) => secp.getPublicKey(secretKey, false),
  agree(secretKey, publicKey) {
    return secp.getSharedSecret(secretKey, curve.decodePublicKey(publicKey)).subarray(1);
  },
  sign(digest, secretKey) {
    const signature = secp.sign(digest, secretKey, { prehash: false, lowS: true, format: "recovered" });
    return concatBytes(signature.subarray(1), signature.subarray(0, 1));
  },
  recover(digest, signature) {
    try {
      const recovered = concatBytes(signature.subarray(64), signature.subarray(0, 64));
      return decode(secp.recoverPublicKey(recovered, digest, { prehash: false }));
    } catch (cause) {
      throw new RemoteError("BAD_SIGNATURE", "signature: no key can be recovered", { cause });
    }
  },
  compress: (publicKey) => secp.Point.fromBytes(publicKey).toBytes(true),
  decodePublicKey(bytes) {
    try {
      return decode(bytes);
    } catch (cause) {
      throw new RemoteError("BAD_KEY", "public key: not a point of secp256k1", { cause });
    }
  },
};

const decode = (bytes: Uint8Array): Uint8Array => secp.Point.fromBytes(bytes).toBytes(false);

/** What follows a position in the keystream: whole blocks are made as they are needed. */
function keystream(key: Uint8Array, counter: Uint8Array): (data: Uint8Array) => Uint8Array {
  const next = counter.slice();
  const left = new Uint8Array(16);
  let used = left.length;
  return (data) => {
    const out = new Uint8Array(data.length);
    const take = Math.min(left.length - used, data.length);
    for (let index = 0; index < take; index++) out[index] = (data[index] ?? 0) ^ (left[used + index] ?? 0);
    used += take;
    if (take === data.length) return out;
    const blocks = Math.ceil((data.length - take) / 16);
    const stream = ctr(key, next).encrypt(new Uint8Array(16 * blocks));
    for (let index = take; index < data.length; index++) out[index] = (data[index] ?? 0) ^ (stream[index - take] ?? 0);
    advance(next, blocks);
    left.set(stream.subarray(16 * (blocks - 1)));
    used = data.length - take - 16 * (blocks - 1);
    return out;
  };
}

/** Adds `blocks` to a 16-byte big-endian counter. */
function advance(counter: Uint8Array, blocks: number): void {
  for (let index = 15, carry = blocks; index >= 0 && carry > 0; index--) {
    const sum = (counter[index] ?? 0) + carry;
    counter[index] = sum % 256;
    carry = Math.floor(sum / 256);
  }
}

const ciphers: Ciphers = {
  gcmEncrypt: (key, nonce, plaintext) => gcm(key, nonce).encrypt(plaintext),
  gcmDecrypt: (key, nonce, sealed) => attempt(() => gcm(key, nonce).decrypt(sealed)),
  ctr: (key, counter, data) => ctr(key, counter).encrypt(data),
  ctrStream: keystream,
  blockCipher: (key) => (block) => ecb(key, { disablePadding: true }).encrypt(block),
  cbcDecrypt: (key, iv, data) => attempt(() => cbc(key, iv).decrypt(data)),
};

function attempt(decrypt: () => Uint8Array): Uint8Array | undefined {
  try {
    return decrypt();
  } catch {
    return undefined;
  }
}

const kdfs: Kdfs = {
  pbkdf2Sha256: (password, salt, rounds, length) => pbkdf2(sha256, password, salt, { c: rounds, dkLen: length }),
  pbkdf2Sha512: (password, salt, rounds, length) => pbkdf2(sha512, password, salt, { c: rounds, dkLen: length }),
  scrypt: (password, salt, { n, r, p }, length) => scrypt(password, salt, { N: n, r, p, dkLen: length }),
  hkdfSha256: (secret, salt, info, length) => hkdf(sha256, secret, salt, info, length),
};

export const pureCrypto: Crypto = { door: "pure", ...hashes, ...curve, ...ciphers, ...kdfs };
