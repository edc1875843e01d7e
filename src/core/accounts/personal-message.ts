/**
 * Signatures of messages for people (EIP-191, version 45): transaction commands carry them.
 *
 * ```
 * digest    := keccak256("\x19Ethereum Signed Message:\n" || decimal length of message in bytes || message)
 * signature := r(32) || s(32) || v(1), v is 27 or 28
 * ```
 */
import { concatBytes, utf8 } from "../bytes/bytes.ts";
import { fromHex } from "../bytes/hex.ts";
import type { Curve, Hashes, PublicKey, Signature } from "../crypto/crypto.ts";
import type { Keyring } from "./keyring.ts";
import { fromEthereumSignature, toEthereumSignature } from "./recovery-id.ts";

type Keccak = Pick<Hashes, "keccak256">;

export function personalMessageDigest(hashes: Keccak, message: Uint8Array): Uint8Array {
  return hashes.keccak256(concatBytes(utf8(`\x19Ethereum Signed Message:\n${message.length}`), message));
}

export const signPersonalMessage = (hashes: Keccak, keyring: Keyring, message: Uint8Array): Signature =>
  toEthereumSignature(keyring.sign(personalMessageDigest(hashes, message)));

/** The key that signed. Throws `RemoteError` BAD_SIGNATURE for another length, another V, or if there is no such key. */
export function recoverPersonalMessage(
  crypto: Keccak & Pick<Curve, "recover">,
  message: Uint8Array,
  signature: Signature,
): PublicKey {
  return crypto.recover(personalMessageDigest(crypto, message), fromEthereumSignature(signature));
}

/** The bytes that a text means to the reference: `0x` and whole bytes in hex, or else its UTF-8 (so for `0X…`). */
export const personalMessageBytes = (text: string): Uint8Array =>
  /^0x(?:[0-9a-fA-F]{2})*$/.test(text) ? fromHex(text) : utf8(text);
