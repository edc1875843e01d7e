/**
 * The message inside an envelope's data: plaintext, signature and encryption (EIP-627, "Contents of Data Field").
 *
 * ```
 * plaintext := flags: byte | size: uint[n] LE, n = flags & 3 | payload | padding | signature: byte[65], if flags & 4
 * signature := over keccak256(flags .. padding): R[32] | S[32] | V, V in 0..3
 * symmetric := AES-256-GCM(plaintext) | tag[16] | nonce[12]
 * asymmetric := ECIES(plaintext) = ephemeral[65] | iv[16] | ciphertext | mac[32]
 * ```
 * Neither topic, time nor recipient is bound by any of this: whoever can read a message can send it on to others.
 */
import { concatBytes, utf8 } from "../bytes/bytes.ts";
import { hexDigits, toHex } from "../bytes/hex.ts";
import type { Ciphers, Curve, Hashes, Kdfs, PublicKey, SecretKey, Signature } from "../crypto/crypto.ts";
import { eciesDecrypt, eciesEncrypt } from "../crypto/ecies.ts";
import { RemoteError, UsageError } from "../platform/errors.ts";
import type { Random } from "../platform/random.ts";

const SIZE_MASK = 3;
const SIGNED = 4;
const SIGNATURE_LENGTH = 65;
const KEY_LENGTH = 32;
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;
const IV_LENGTH = 16;
/** Plaintexts are padded to a multiple of this, signature included, so that sizes say little. */
const PADDED_LENGTH = 256;
/** The size field has at most three bytes: a fourth would need the bit that says "signed". */
const MAX_PAYLOAD = 2 ** 24 - 1;
/** PBKDF2 rounds from a password to a symmetric key; as fixed by the reference. */
const PASSWORD_ROUNDS = 65356;
const ID_ROUNDS = 4096;

/** Who signs; the secret stays where it is. */
export interface Signer {
  /** A recoverable signature of the 32-byte digest. */
  sign(digest: Uint8Array): Signature;
}

/** What goes into a message. */
export interface Content {
  readonly payload: Uint8Array;
  /** As it is; by default random, up to the next multiple of 256 bytes. */
  readonly padding?: Uint8Array;
  readonly signer?: Signer;
}

/** Who can read a message: holders of the symmetric key, or of the secret to the public key. */
export type Recipient = { readonly symKey: Uint8Array } | { readonly publicKey: PublicKey };
/** What a message is opened with. */
export type MessageKey = { readonly symKey: Uint8Array } | { readonly secretKey: SecretKey };

/** A message as read: views of one plaintext. */
export interface OpenedMessage {
  readonly payload: Uint8Array;
  readonly padding: Uint8Array;
  readonly signature: Signature | undefined;
  /** Whose signature it is. A changed message yields some other key: compare it with the one you expect. */
  readonly signer: PublicKey | undefined;
  /** All of it, from flags to signature. */
  readonly plaintext: Uint8Array;
}

/** At which layer a message failed, from the outside in. */
export type Obstacle = "too short" | "wrong key" | "bad flags" | "size field" | "bad signature";

export type Opening =
  | { readonly outcome: "opened"; readonly message: OpenedMessage }
  | { readonly outcome: Obstacle; readonly detail: string };

type Primitives = Hashes & Curve & Ciphers;

/**
 * The data of an envelope. Randomness is drawn in this order: padding, then nonce, or ephemeral key and IV.
 * Throws `RemoteError` BAD_KEY when the recipient's key is not a point.
 */
export function seal(crypto: Primitives, message: Content & { to: Recipient; random: Random }): Uint8Array {
  const { payload, signer, to, random } = message;
  const padding = message.padding ?? random.bytes(paddingLength(payload, signer));
  const plaintext = encodePlaintext(crypto, { ...message, padding });
  if ("symKey" in to) return encryptSymmetric(crypto, to.symKey, plaintext, random);
  const ephemeralSecret = drawSecretKey(crypto, random);
  return eciesEncrypt(crypto, { recipient: to.publicKey, ephemeralSecret, iv: random.bytes(IV_LENGTH), plaintext });
}

/** The message in `data`, or undefined when `key` does not open it. */
export function open(crypto: Primitives, data: Uint8Array, key: MessageKey): OpenedMessage | undefined {
  const opening = openExplained(crypto, data, key);
  return opening.outcome === "opened" ? opening.message : undefined;
}

/** As `open`, but says at which layer it failed. */
export function openExplained(crypto: Primitives, data: Uint8Array, key: MessageKey): Opening {
  const plaintext = "symKey" in key ? decryptSymmetric(crypto, data, key.symKey) : decryptAsymmetric(crypto, data, key);
  return plaintext instanceof Uint8Array ? parsePlaintext(crypto, plaintext) : plaintext;
}

/** Flags, size, payload and padding, signed if there is a signer. Throws `UsageError` for a payload of 16 MiB or more. */
export function encodePlaintext(hashes: Hashes, content: Content & { padding: Uint8Array }): Uint8Array {
  const { payload, padding, signer } = content;
  if (payload.length > MAX_PAYLOAD) {
    throw new UsageError("REFUSED", `payload: at most ${MAX_PAYLOAD} bytes fit, got ${payload.length}`);
  }
  const sizeLength = sizeLengthOf(payload);
  const plaintext = new Uint8Array(bareLength(payload, signer) + padding.length);
  plaintext[0] = sizeLength | (signer ? SIGNED : 0);
  for (let index = 0; index < sizeLength; index++) plaintext[1 + index] = payload.length >> (8 * index);
  plaintext.set(payload, 1 + sizeLength);
  plaintext.set(padding, 1 + sizeLength + payload.length);
  if (!signer) return plaintext;
  const signed = plaintext.subarray(0, plaintext.length - SIGNATURE_LENGTH);
  plaintext.set(signer.sign(hashes.keccak256(signed)), signed.length);
  return plaintext;
}

/** Takes a plaintext apart, cheap checks first; its signer is whoever the signature yields. */
export function parsePlaintext(crypto: Hashes & Curve, plaintext: Uint8Array): Opening {
  const flags = plaintext[0];
  if (flags === undefined) return failed("too short", "the plaintext is empty");
  const signed = (flags & SIGNED) !== 0;
  const end = signed ? plaintext.length - SIGNATURE_LENGTH : plaintext.length;
  if (signed && end < 2) return failed("bad flags", `said to be signed, but only ${plaintext.length} bytes long`);
  const start = 1 + (flags & SIZE_MASK);
  if (start > end) return failed("size field", `${start - 1} bytes announced, ${end - 1} left`);
  let size = 0;
  for (let index = start - 1; index > 0; index--) size = size * 256 + (plaintext[index] ?? 0);
  if (start + size > end) return failed("size field", `a payload of ${size} bytes announced, ${end - start} left`);
  const payload = plaintext.subarray(start, start + size);
  const padding = plaintext.subarray(start + size, end);
  const unsigned = { payload, padding, plaintext, signature: undefined, signer: undefined };
  return signed ? recoverSigner(crypto, unsigned, end) : { outcome: "opened", message: unsigned };
}

function recoverSigner(crypto: Hashes & Curve, message: OpenedMessage, end: number): Opening {
  const signature = message.plaintext.subarray(end);
  try {
    const signer = crypto.recover(crypto.keccak256(message.plaintext.subarray(0, end)), signature);
    return { outcome: "opened", message: { ...message, signature, signer } };
  } catch (error) {
    if (error instanceof RemoteError) return failed("bad signature", error.message);
    throw error;
  }
}

/** The symmetric key that belongs to a password: the name of a public chat, contact code or negotiated topic. Slow. */
export function symKeyFromPassword(kdfs: Kdfs, password: string): Uint8Array {
  return kdfs.pbkdf2Sha256(utf8(password), new Uint8Array(), PASSWORD_ROUNDS, KEY_LENGTH);
}

/** What the reference's RPC calls a key pair: hex without 0x. */
export function keyPairId(kdfs: Kdfs, publicKey: PublicKey): string {
  return hexDigits(kdfs.pbkdf2Sha256(utf8(toHex(publicKey)), new Uint8Array(), ID_ROUNDS, KEY_LENGTH));
}

const failed = (outcome: Obstacle, detail: string): Opening => ({ outcome, detail });

function sizeLengthOf(payload: Uint8Array): number {
  if (payload.length < 2 ** 8) return 1;
  return payload.length < 2 ** 16 ? 2 : 3;
}

/** The length of a plaintext without its padding. */
function bareLength(payload: Uint8Array, signer: Signer | undefined): number {
  return 1 + sizeLengthOf(payload) + payload.length + (signer ? SIGNATURE_LENGTH : 0);
}

/** 1 to 256 bytes; never none, so that a full block gets another. */
function paddingLength(payload: Uint8Array, signer: Signer | undefined): number {
  return PADDED_LENGTH - (bareLength(payload, signer) % PADDED_LENGTH);
}

function encryptSymmetric(ciphers: Ciphers, key: Uint8Array, plaintext: Uint8Array, random: Random): Uint8Array {
  if (key.length !== KEY_LENGTH || key.every((byte) => byte === 0)) {
    throw new UsageError("REFUSED", "symmetric key: needs 32 bytes that are not all zero");
  }
  const nonce = random.bytes(NONCE_LENGTH);
  return concatBytes(ciphers.gcmEncrypt(key, nonce, plaintext), nonce);
}

function decryptSymmetric(ciphers: Ciphers, data: Uint8Array, key: Uint8Array): Uint8Array | Opening {
  const end = data.length - NONCE_LENGTH;
  if (end < TAG_LENGTH) return failed("too short", `tag and nonce take 28 bytes, the data has ${data.length}`);
  const plaintext = ciphers.gcmDecrypt(key, data.subarray(end), data.subarray(0, end));
  return (
    plaintext ?? failed("wrong key", "the tag differs: another symmetric key, an asymmetric message, or changed data")
  );
}

function decryptAsymmetric(crypto: Primitives, data: Uint8Array, key: { secretKey: SecretKey }): Uint8Array | Opening {
  try {
    return eciesDecrypt(crypto, { ...key, ciphertext: data });
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    return failed(error.code === "TRUNCATED" ? "too short" : "wrong key", error.message);
  }
}

/** Draws until the bytes are a secret key: practically once. */
function drawSecretKey(curve: Curve, random: Random): SecretKey {
  for (;;) {
    const bytes = random.bytes(KEY_LENGTH);
    if (curve.isSecretKey(bytes)) return bytes;
  }
}
