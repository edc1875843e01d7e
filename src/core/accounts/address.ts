/** Ethereum addresses: the last 20 bytes of Keccak-256(X || Y), written with the checksum of EIP-55. */
import { utf8 } from "../bytes/bytes.ts";
import { fromHex, hexDigits } from "../bytes/hex.ts";
import type { Hashes, PublicKey } from "../crypto/crypto.ts";
import { UsageError } from "../platform/errors.ts";

/** 20 bytes. */
export type Address = Uint8Array;

type Keccak = Pick<Hashes, "keccak256">;

export const ADDRESS_LENGTH = 20;

export const addressOf = (hashes: Keccak, publicKey: PublicKey): Address =>
  hashes.keccak256(publicKey.subarray(1)).slice(-ADDRESS_LENGTH);

/** `0x` and 40 digits; letter i is upper case iff nibble i of Keccak-256 of the lower-case digits is 8 or more. */
export function formatAddress(hashes: Keccak, address: Address): string {
  const digits = hexDigits(address);
  const nibbles = hexDigits(hashes.keccak256(utf8(digits)));
  const written = [...digits].map((digit, index) => ((nibbles[index] ?? "") >= "8" ? digit.toUpperCase() : digit));
  return `0x${written.join("")}`;
}

/** Whether the text is 40 hex digits, with or without `0x`, whatever their case. */
export const isAddress = (text: string): boolean => /^(0x)?[0-9a-f]{40}$/i.test(text);

/** Whether the text is an address exactly as EIP-55 writes it. */
export const hasChecksum = (hashes: Keccak, text: string): boolean =>
  isAddress(text) && text === formatAddress(hashes, fromHex(text));

/** An address as people write it; one in mixed case must have the right checksum. Throws `UsageError`. */
export function parseAddress(hashes: Keccak, text: string): Address {
  if (!isAddress(text)) throw new UsageError("USAGE", "address: 40 hex digits expected");
  const digits = text.slice(-2 * ADDRESS_LENGTH);
  const mixed = digits !== digits.toLowerCase() && digits !== digits.toUpperCase();
  if (mixed && !hasChecksum(hashes, `0x${digits}`)) {
    throw new UsageError("USAGE", "address: the checksum (EIP-55) does not match: a digit may be mistyped");
  }
  return fromHex(digits);
}
