/**
 * What both doors owe their callers beyond the arithmetic, written once: sizes are asserted (@noble and OpenSSL differ
 * in what they let pass), and what a peer may have made fails with `RemoteError`, whatever the library threw.
 */
import { assert, RemoteError } from "../platform/errors.ts";
import {
  type Ciphers,
  type Curve,
  type Kdfs,
  type PublicKey,
  SCRYPT_MEMORY,
  type ScryptCost,
  type SecretKey,
  type Signature,
} from "./crypto.ts";

/** The arithmetic of a curve library. Everything may throw anything. */
export interface CurveEngine {
  /** Given 32 bytes. */
  isSecretKey(bytes: Uint8Array): boolean;
  publicKeyOf(secretKey: SecretKey): PublicKey;
  /** Given a point that was checked; throws when the scalar is no secret key. */
  agree(secretKey: SecretKey, publicKey: PublicKey): Uint8Array;
  sign(digest: Uint8Array, secretKey: SecretKey): Signature;
  /** Given 32 and 65 bytes with V in 0..3. */
  recover(digest: Uint8Array, signature: Signature): PublicKey;
  /** Parses 02|03 || X or 04 || X || Y, checks that it is on the curve, and writes the asked form. */
  convert(bytes: Uint8Array, form: "compressed" | "uncompressed"): Uint8Array;
}

export function strictCurve(engine: CurveEngine): Curve {
  const decodePublicKey = (bytes: Uint8Array) => convert(engine, bytes, "uncompressed");
  return {
    isSecretKey: (bytes) => bytes.length === 32 && engine.isSecretKey(bytes),
    publicKeyOf: (secretKey) => engine.publicKeyOf(secretKey),
    agree: (secretKey, publicKey) => engine.agree(secretKey, decodePublicKey(publicKey)),
    sign(digest, secretKey) {
      assert(digest.length === 32, "a digest to sign has 32 bytes");
      return engine.sign(digest, secretKey);
    },
    recover(digest, signature) {
      assert(digest.length === 32, "a signed digest has 32 bytes");
      return recover(engine, digest, signature);
    },
    compress: (publicKey) => convert(engine, publicKey, "compressed"),
    decodePublicKey,
  };
}

/** libsecp256k1 would also read the hybrid forms 06 and 07, so the first byte is looked at here. */
function convert(engine: CurveEngine, bytes: Uint8Array, form: "compressed" | "uncompressed"): Uint8Array {
  const head = bytes[0];
  const known = bytes.length === 65 ? head === 4 : bytes.length === 33 && (head === 2 || head === 3);
  if (!known) throw new RemoteError("BAD_KEY", "public key: neither 02|03 || X nor 04 || X || Y");
  try {
    return engine.convert(bytes, form);
  } catch (cause) {
    throw new RemoteError("BAD_KEY", "public key: not a point of secp256k1", { cause });
  }
}

function recover(engine: CurveEngine, digest: Uint8Array, signature: Signature): PublicKey {
  const size = signature.length;
  if (size !== 65) throw new RemoteError("BAD_SIGNATURE", `signature: expected 65 bytes, got ${size}`);
  const v = signature[64] ?? 0;
  if (v > 3) throw new RemoteError("BAD_SIGNATURE", `signature: expected V in 0..3, got ${v}`);
  try {
    return engine.recover(digest, signature);
  } catch (cause) {
    throw new RemoteError("BAD_SIGNATURE", "signature: no key can be recovered", { cause });
  }
}

/** The ciphers of a library, of which only decryption may fail, with undefined, and only for what was encrypted. */
export function strictCiphers(engine: Ciphers): Ciphers {
  return {
    gcmEncrypt(key, nonce, plaintext) {
      assertGcm(key, nonce);
      return engine.gcmEncrypt(key, nonce, plaintext);
    },
    gcmDecrypt(key, nonce, sealed) {
      assertGcm(key, nonce);
      return sealed.length < GCM_TAG ? undefined : engine.gcmDecrypt(key, nonce, sealed);
    },
    ctr(key, counter, data) {
      assertCtr(key, counter);
      return engine.ctr(key, counter, data);
    },
    ctrStream(key, counter) {
      assertCtr(key, counter);
      return engine.ctrStream(key, counter);
    },
    blockCipher(key) {
      assertKey(key);
      const encrypt = engine.blockCipher(key);
      return (block) => {
        assert(block.length === 16, "an AES block has 16 bytes");
        return encrypt(block);
      };
    },
    cbcDecrypt(key, iv, data) {
      assert(key.length === 16, "a key of AES-128 has 16 bytes");
      assert(iv.length === 16, "a CBC IV has 16 bytes");
      return engine.cbcDecrypt(key, iv, data);
    },
  };
}

const GCM_TAG = 16;

function assertKey(key: Uint8Array): void {
  assert(key.length === 16 || key.length === 32, "an AES key has 16 or 32 bytes");
}

function assertGcm(key: Uint8Array, nonce: Uint8Array): void {
  assertKey(key);
  assert(nonce.length === 12, "a GCM nonce has 12 bytes");
}

function assertCtr(key: Uint8Array, counter: Uint8Array): void {
  assertKey(key);
  assert(counter.length === 16, "a CTR counter block has 16 bytes");
}

/** Key derivation of a library, with the cost of scrypt checked: node:crypto takes 0 for its own default. */
export function strictKdfs(engine: Kdfs): Kdfs {
  return {
    ...engine,
    scrypt(password, salt, cost, length) {
      assertCost(cost);
      return engine.scrypt(password, salt, cost, length);
    },
  };
}

function assertCost({ n, r, p }: ScryptCost): void {
  assert(
    [n, r, p].every((value) => Number.isSafeInteger(value) && value > 0),
    "scrypt: a cost is a positive number",
  );
  assert(n > 1 && Number.isInteger(Math.log2(n)), "scrypt: n is a power of two");
  assert(128 * r * (n + p) <= SCRYPT_MEMORY, "scrypt: this cost takes too much memory");
}
