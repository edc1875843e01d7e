/**
 * secp256k1 keys as bytes and as text: what stands in payloads, what people type, what files hold.
 *
 * The uncompressed form (04 || X || Y, 65 bytes) names a chat user everywhere outside bundles and ratchet headers, which
 * use the compressed one (02|03 || X, 33 bytes). Not concerned with where keys come from (`derivation.ts`) or with
 * Ethereum addresses (`address.ts`).
 */
import { fromHex, type Hex, toHex } from "../bytes/hex.ts";
import type { Curve, PublicKey, SecretKey } from "../crypto/crypto.ts";
import { RemoteError, UsageError } from "../platform/errors.ts";

const UNCOMPRESSED_LENGTH = 65;
const COMPRESSED_LENGTH = 33;

type Decoder = Pick<Curve, "decodePublicKey">;

/** A key in the 65-byte form and no other. Throws `RemoteError` BAD_KEY. */
export const decodeUncompressedKey = (curve: Decoder, bytes: Uint8Array): PublicKey =>
  curve.decodePublicKey(ofLength(bytes, UNCOMPRESSED_LENGTH));

/** A key in the 33-byte form and no other. Throws `RemoteError` BAD_KEY. */
export const decodeCompressedKey = (curve: Decoder, bytes: Uint8Array): PublicKey =>
  curve.decodePublicKey(ofLength(bytes, COMPRESSED_LENGTH));

/** A key from hex of either form. Throws `UsageError`. */
export function parsePublicKey(curve: Decoder, text: string): PublicKey {
  const bytes = fromHex(text.trim(), "public key");
  try {
    return curve.decodePublicKey(bytes);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "public key: it does not read";
    throw new UsageError("USAGE", `${why} (${bytes.length} bytes)`, { cause });
  }
}

/** The key string of a chat user: `0x04…`, 130 lower-case digits. */
export const formatPublicKey = (publicKey: PublicKey): Hex => toHex(publicKey);

/** `0x02…` or `0x03…`, 66 lower-case digits. */
export const formatCompressedKey = (curve: Pick<Curve, "compress">, publicKey: PublicKey): Hex =>
  toHex(curve.compress(publicKey));

/** A secret key from 64 hex digits. Throws `UsageError`, which never quotes the text. */
export function parseSecretKey(curve: Pick<Curve, "isSecretKey">, text: string): SecretKey {
  const bytes = fromHex(text.trim(), "secret key");
  if (bytes.length !== 32) throw new UsageError("USAGE", `secret key: 32 bytes expected, got ${bytes.length}`);
  if (!curve.isSecretKey(bytes)) throw new UsageError("USAGE", "secret key: not between 1 and the order of the curve");
  return bytes;
}

function ofLength(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length === length) return bytes;
  throw new RemoteError("BAD_KEY", `public key: ${length} bytes expected, got ${bytes.length}`);
}
