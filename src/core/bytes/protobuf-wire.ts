/**
 * Protocol buffers as they lie in the bytes: fields without a schema.
 *
 * ```
 * message := field*
 * field   := tag: varint(number << 3 | type) value
 * value   := varint | byte[8] | length: varint byte[length] | field* end-group | byte[4]      types 0, 1, 2, 3, 5
 * ```
 * The door (`protobuf.ts`) scans every message before it decodes it, so that a broken one is named by field and shortage
 * and a huge number of tiny fields is refused before objects are made of them. Inspection reads unknown fields with it.
 * Not concerned with what is inside a length-delimited field.
 */
import { RemoteError } from "../platform/errors.ts";

/** A field as it stands on the wire; `at` is the offset of its tag. Bytes are views of the input. */
export type WireField = { readonly number: number; readonly at: number } & (
  | { readonly type: "varint" | "fixed64" | "fixed32"; readonly value: bigint }
  | { readonly type: "bytes" | "group"; readonly value: Uint8Array }
);

/** A message of 1 MiB holds fewer honest fields: the shortest repeated ones, group events, take 66 bytes. */
const MAX_FIELDS = 16_384;
/** Groups are not used by any payload; unknown ones are skipped, but nobody nests them deeper in earnest. */
const MAX_GROUP_DEPTH = 16;
/** Field numbers have 29 bits. */
const MAX_FIELD_NUMBER = 0x1fff_ffffn;

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const START_GROUP = 3;
const END_GROUP = 4;
const FIXED32 = 5;

/** The fields of `bytes` in order. Throws `RemoteError` TRUNCATED, MALFORMED or OVERSIZED; `what` names the message. */
export function scanFields(bytes: Uint8Array, what: string): WireField[] {
  const cursor = new WireCursor(bytes, what);
  const fields: WireField[] = [];
  while (!cursor.atEnd) {
    if (fields.length === MAX_FIELDS) throw new RemoteError("OVERSIZED", `${what}: more than ${MAX_FIELDS} fields`);
    fields.push(cursor.field(0));
  }
  return fields;
}

class WireCursor {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #position = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  get atEnd(): boolean {
    return this.#position === this.#bytes.length;
  }

  field(depth: number): WireField {
    const at = this.#position;
    const { number, type } = this.#tag();
    switch (type) {
      case VARINT:
        return { number, at, type: "varint", value: this.#varint(`field ${number}`) };
      case FIXED64:
        return { number, at, type: "fixed64", value: this.#fixed(number, 8) };
      case LENGTH_DELIMITED:
        return { number, at, type: "bytes", value: this.#take(number, this.#varint(`length of field ${number}`)) };
      case START_GROUP:
        return { number, at, type: "group", value: this.#group(number, depth + 1) };
      case FIXED32:
        return { number, at, type: "fixed32", value: this.#fixed(number, 4) };
      default:
        throw this.#malformed(`field ${number} at byte ${at}: no such wire type ${type}`);
    }
  }

  #tag(): { number: number; type: number } {
    const at = this.#position;
    const tag = this.#varint("tag");
    const number = tag >> 3n;
    if (number === 0n || number > MAX_FIELD_NUMBER) throw this.#malformed(`tag at byte ${at}: no such field ${number}`);
    return { number: Number(number), type: Number(tag & 7n) };
  }

  /** The contents of a group, up to the end tag of the same number. */
  #group(number: number, depth: number): Uint8Array {
    if (depth > MAX_GROUP_DEPTH) throw this.#malformed(`field ${number}: groups nested deeper than ${MAX_GROUP_DEPTH}`);
    const start = this.#position;
    for (;;) {
      if (this.atEnd) throw this.#truncated(`field ${number}: group without an end`);
      const end = this.#position;
      const tag = this.#tag();
      if (tag.type === END_GROUP) {
        if (tag.number !== number) throw this.#malformed(`field ${number}: group ended by field ${tag.number}`);
        return this.#bytes.subarray(start, end);
      }
      this.#position = end;
      this.field(depth);
    }
  }

  #varint(field: string): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#position];
      if (byte === undefined) throw this.#truncated(`${field}: varint cut off`);
      this.#position++;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (value >> 64n !== 0n) break;
        return value;
      }
    }
    throw this.#malformed(`${field}: varint wider than 64 bits`);
  }

  #fixed(number: number, width: number): bigint {
    const bytes = this.#take(number, BigInt(width));
    return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  #take(number: number, length: bigint): Uint8Array {
    const left = this.#bytes.length - this.#position;
    if (length > left) throw this.#truncated(`field ${number}: needs ${length} bytes, ${left} left`);
    const start = this.#position;
    this.#position += Number(length);
    return this.#bytes.subarray(start, this.#position);
  }

  #malformed(why: string): RemoteError {
    return new RemoteError("MALFORMED", `${this.#what}: ${why}`);
  }

  #truncated(why: string): RemoteError {
    return new RemoteError("TRUNCATED", `${this.#what}: ${why}`);
  }
}
