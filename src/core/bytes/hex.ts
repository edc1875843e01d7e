/** Hexadecimal text. Canonical form: `0x` and lower case. */
import { UsageError } from "../platform/errors.ts";

/** Text of the form `0x` + an even number of lower-case digits. */
export type Hex = `0x${string}`;

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The digits alone, lower case. */
export function hexDigits(bytes: Uint8Array): string {
  let text = "";
  for (let index = 0; index < bytes.length; index++) text += DIGITS[bytes[index] ?? 0];
  return text;
}

export const toHex = (bytes: Uint8Array): Hex => `0x${hexDigits(bytes)}`;

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
