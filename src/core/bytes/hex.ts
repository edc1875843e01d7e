/** Hexadecimal text. Canonical form: `0x` and lower case. */
import { UsageError } from "../platform/errors.ts";

/** Text of the form `0x` + an even number of lower-case digits. */
export type Hex = `0x${string}`;

/** Pairs of ASCII characters as they lie in memory: `0x`, and the two digits of each byte. */
const [PREFIX = 0] = pairsOf("0x");
const DIGITS = pairsOf(Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0")).join(""));
/** Where short texts are put together, such as those of hashes: to make room for each takes as long as to fill it. */
const ROOM = new Uint16Array(1 + 64);
const ascii = new TextDecoder();

/** The digits alone, lower case. */
export const hexDigits = (bytes: Uint8Array): string => ascii.decode(digitsOf(bytes).subarray(1));

export function toHex(bytes: Uint8Array): Hex {
  const pairs = digitsOf(bytes);
  pairs[0] = PREFIX;
  return ascii.decode(pairs) as Hex;
}

/**
 * The digits of each byte, behind room for the prefix; they stand until the next call. Decoded, they are one string in
 * memory: joined from its digits, the text of a hash would stay 32 pieces for as long as it is kept.
 */
function digitsOf(bytes: Uint8Array): Uint16Array {
  const length = 1 + bytes.length;
  const pairs = length > ROOM.length ? new Uint16Array(length) : ROOM.subarray(0, length);
  for (let index = 0; index < bytes.length; index++) pairs[1 + index] = DIGITS[bytes[index] ?? 0] ?? 0;
  return pairs;
}

function pairsOf(text: string): Uint16Array {
  return new Uint16Array(Uint8Array.from(text, (character) => character.charCodeAt(0)).buffer);
}

/** Reads hex with or without `0x`, in either case. Throws `UsageError` naming `what`. */
export function fromHex(text: string, what = "hex"): Uint8Array {
  const digits = /^0x/i.test(text) ? text.slice(2) : text;
  if (digits.length % 2 !== 0) throw new UsageError("USAGE", `${what}: an odd number of hex digits`);
  if (!/^[0-9a-f]*$/i.test(digits)) throw new UsageError("USAGE", `${what}: not hexadecimal`);
  const bytes = new Uint8Array(digits.length / 2);
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = 16 * digitAt(digits, 2 * index) + digitAt(digits, 2 * index + 1);
  }
  return bytes;
}

/** 0 .. 9 stand at 30 in ASCII, A .. F at 41 and a .. f at 61: the low nibble, and 9 more for a letter. */
function digitAt(digits: string, index: number): number {
  const code = digits.charCodeAt(index);
  return (code & 0x0f) + 9 * (code >> 6);
}
