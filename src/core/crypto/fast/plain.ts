/**
 * The bytes of a `Buffer` as the `Uint8Array` that callers are promised: `Buffer.slice` would share memory where
 * `Uint8Array.slice` copies.
 */
export function plainBytes(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}
