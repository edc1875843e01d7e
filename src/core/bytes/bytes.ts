/** Byte strings: joining, comparing, text. Not concerned with secrets: see `crypto/constant-time.ts`. */
import { RemoteError } from "../platform/errors.ts";

/** The parts, one after another, in fresh memory. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Equality of public bytes; stops at the first difference. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) {
    if (a[index] !== b[index]) return false;
  }
  return true;
}

/** An unsigned `value` as `length` bytes, big-endian; the caller guarantees that it fits. */
export function bigEndian(value: number | bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  writeBigEndian(value, bytes);
  return bytes;
}

/** Fills `bytes` from `start` up to `end` with an unsigned `value`, big-endian; the caller guarantees that it fits. */
export function writeBigEndian(value: number | bigint, bytes: Uint8Array, start = 0, end = bytes.length): void {
  let rest = value;
  for (let index = end - 1; index >= start; index--) {
    bytes[index] = Number(typeof rest === "bigint" ? rest & 0xffn : rest % 256);
    rest = typeof rest === "bigint" ? rest >> 8n : Math.floor(rest / 256);
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The UTF-8 bytes of `text`. */
export const utf8 = (text: string): Uint8Array => encoder.encode(text);

/** The text in `bytes`; throws `RemoteError` when they are not UTF-8. */
export function textOf(bytes: Uint8Array, what: string): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new RemoteError("MALFORMED", `${what}: not UTF-8`);
  }
}
