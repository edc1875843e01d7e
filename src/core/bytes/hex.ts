/** Hexadecimal text. Canonical form: `0x` and lower case. */
import { UsageError } from "../platform/errors.ts";

/** Text of the form `0x` + an even number of lower-case digits. */
export type Hex = `0x${string}`;

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The digits alone, lower case. */
export function hexDigits(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += DIGITS[byte];
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
    bytes[index] = Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16);
  }
  return bytes;
}
