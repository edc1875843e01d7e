/**
 * ECIES on secp256k1 as devp2p (rlpx.md, "ECIES Encryption") and Whisper use it: AES-128-CTR and HMAC-SHA-256, keys
 * from the NIST SP 800-56A concatenation KDF with an empty shared info.
 *
 * ```
 * ciphertext := R: 04 || X || Y (65) | iv (16) | c (as long as the plaintext, at least 1) | tag (32)
 *
 * R, z       := ephemeral public key, x(ephemeral secret * recipient)
 * kEnc, kMac := k[0..16], SHA-256(k[16..32])     where k = SHA-256(00000001 || z)
 * c          := AES-128-CTR(kEnc, iv, plaintext)
 * tag        := HMAC-SHA-256(kMac, iv || c || macInfo)
 * ```
 * Not concerned with what is encrypted, nor with which key is meant: whoever opens tries its own.
 */
import { concatBytes } from "../bytes/bytes.ts";
import { assert, RemoteError } from "../platform/errors.ts";
import { equalSecretBytes } from "./constant-time.ts";
import type { Ciphers, Curve, Hashes, PublicKey, SecretKey } from "./crypto.ts";

const KEY = 65;
const IV = 16;
const TAG = 32;

/** How much longer a ciphertext is than its plaintext. */
export const ECIES_OVERHEAD = KEY + IV + TAG;

export interface EciesEncryption {
  readonly recipient: PublicKey;
  /** Fresh for each message: 32 bytes, a secret key. */
  readonly ephemeralSecret: SecretKey;
  /** Fresh for each message: 16 bytes. */
  readonly iv: Uint8Array;
  /** At least one byte. */
  readonly plaintext: Uint8Array;
  /** Authenticated but not sent ("shared MAC info", s2): the size prefix of RLPx handshake packets, else nothing. */
  readonly macInfo?: Uint8Array;
}

export interface EciesDecryption {
  readonly secretKey: SecretKey;
  readonly ciphertext: Uint8Array;
  readonly macInfo?: Uint8Array;
}

export interface EciesKeys {
  /** 16 bytes for AES-128. */
  readonly kEnc: Uint8Array;
  /** 32 bytes for HMAC-SHA-256. */
  readonly kMac: Uint8Array;
}

type Primitives = Hashes & Curve & Ciphers;

const NOTHING = new Uint8Array();

/** The keys that follow from `z`, the 32-byte X coordinate both sides agree on. */
export function eciesKeys(hashes: Hashes, z: Uint8Array): EciesKeys {
  const k = hashes.sha256(concatBytes(Uint8Array.of(0, 0, 0, 1), z));
  return { kEnc: k.subarray(0, 16), kMac: hashes.sha256(k.subarray(16)) };
}

/** Encrypts to a public key. Throws `RemoteError` BAD_KEY when that is not a point. */
export function eciesEncrypt(crypto: Primitives, encryption: EciesEncryption): Uint8Array {
  const { recipient, ephemeralSecret, iv, plaintext, macInfo = NOTHING } = encryption;
  assert(plaintext.length > 0, "ECIES of nothing: no implementation opens it");
  const { kEnc, kMac } = eciesKeys(crypto, crypto.agree(ephemeralSecret, recipient));
  const body = concatBytes(iv, crypto.ctr(kEnc, iv, plaintext));
  const tag = crypto.hmacSha256(kMac, concatBytes(body, macInfo));
  return concatBytes(crypto.publicKeyOf(ephemeralSecret), body, tag);
}

/**
 * Decrypts, authenticating first. Throws `RemoteError`: TRUNCATED (shorter than a ciphertext of one byte), BAD_KEY (R is
 * not an uncompressed point), BAD_MAC (for another key, or changed on the way).
 */
export function eciesDecrypt(
  crypto: Primitives,
  { secretKey, ciphertext, macInfo = NOTHING }: EciesDecryption,
): Uint8Array {
  const size = ciphertext.length;
  if (size <= ECIES_OVERHEAD) {
    throw new RemoteError("TRUNCATED", `ECIES ciphertext: needs ${ECIES_OVERHEAD + 1} bytes, got ${size}`);
  }
  const body = ciphertext.subarray(KEY, size - TAG);
  const { kEnc, kMac } = eciesKeys(crypto, crypto.agree(secretKey, ciphertext.subarray(0, KEY)));
  const tag = crypto.hmacSha256(kMac, concatBytes(body, macInfo));
  if (!equalSecretBytes(tag, ciphertext.subarray(size - TAG))) {
    throw new RemoteError("BAD_MAC", "ECIES ciphertext: the tag differs");
  }
  return crypto.ctr(kEnc, body.subarray(0, IV), body.subarray(IV));
}
