/**
 * Recursive Length Prefix, the encoding of devp2p and Whisper (Ethereum Yellow Paper, appendix B).
 *
 * ```
 * item   := string | list
 * string := byte(00..7f) | (80+n) byte[n], n <= 55 | (b7+k) n: uint[k] byte[n], n > 55
 * list   := (c0+n) item*,             n <= 55      | (f7+k) n: uint[k] item*,   n > 55
 * ```
 * Reading is strict: the shortest form only, no leading zeros, every length checked against what is there before
 * anything is allocated. What is read is a view of the input, so hashing an element hashes the received bytes.
 */
import { RemoteError } from "../platform/errors.ts";

/** Already encoded bytes, to stand in a list as they are. */
export interface RlpRaw {
  readonly raw: Uint8Array;
}

/** What can be encoded: a byte string, an unsigned integer, a truth value, a list, or encoded bytes. */
export type RlpValue = Uint8Array | number | bigint | boolean | RlpRaw | readonly RlpValue[];

const SHORT = 55;

/** The canonical encoding of `value`. */
export function encodeRlp(value: RlpValue): Uint8Array {
  const out = new Uint8Array(sizeOf(value));
  write(value, out, 0);
  return out;
}

/** A cursor over RLP items; each `take` names the field it reads, for the error it may throw. */
export class RlpReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #what: string;
  #position: number;

  /** Reads the items that stand one after another in `bytes`. `what` names them in errors. */
  constructor(bytes: Uint8Array, what: string, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
    this.#what = what;
  }

  get atEnd(): boolean {
    return this.#position === this.#end;
  }

  /** Whether the next item is a list; false at the end. */
  get nextIsList(): boolean {
    return !this.atEnd && (this.#bytes[this.#position] ?? 0) >= 0xc0;
  }

  /** A reader of the elements of the next item, which must be a list. */
  list(field: string): RlpReader {
    const item = this.#next(field);
    if (!item.isList) throw this.#malformed(field, "expected a list");
    return new RlpReader(this.#bytes, `${this.#what}: ${field}`, item.start, item.end);
  }

  /** The next byte string, as a view; with `length`, exactly that long. */
  bytes(field: string, length?: number): Uint8Array {
    const item = this.#next(field);
    if (item.isList) throw this.#malformed(field, "expected a byte string");
    const size = item.end - item.start;
    if (length !== undefined && size !== length) throw this.#malformed(field, `expected ${length} bytes, got ${size}`);
    return this.#bytes.subarray(item.start, item.end);
  }

  /** The next unsigned integer of at most 32 bits. */
  uint32(field: string): number {
    return this.#integer(field, 4).reduce((value, byte) => value * 256 + byte, 0);
  }

  /** The next unsigned integer of at most 64 bits. */
  uint64(field: string): bigint {
    return this.#integer(field, 8).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  /** The next truth value: 0x80 or 0x01. */
  boolean(field: string): boolean {
    const bytes = this.#integer(field, 1);
    if (bytes.length === 1 && bytes[0] !== 1) throw this.#malformed(field, "expected 0 or 1");
    return bytes.length === 1;
  }

  /** The next item whole, prefix included, as a view. */
  raw(field: string): Uint8Array {
    const start = this.#position;
    const item = this.#next(field);
    return this.#bytes.subarray(start, item.end);
  }

  /** Throws when something is left. */
  end(): void {
    if (!this.atEnd) {
      throw new RemoteError("MALFORMED", `${this.#what}: ${this.#end - this.#position} unexpected bytes at the end`);
    }
  }

  #integer(field: string, width: number): Uint8Array {
    const bytes = this.bytes(field);
    if (bytes.length > width) throw this.#malformed(field, `integer wider than ${8 * width} bits`);
    if (bytes[0] === 0) throw this.#malformed(field, "integer with leading zeros");
    return bytes;
  }

  #next(field: string): { isList: boolean; start: number; end: number } {
    const prefix = this.#bytes[this.#position];
    if (prefix === undefined || this.atEnd) throw this.#truncated(field, "nothing left");
    if (prefix < 0x80) return this.#span(field, false, this.#position, 1);
    const isList = prefix >= 0xc0;
    const code = prefix - (isList ? 0xc0 : 0x80);
    const start = this.#position + 1;
    if (code > SHORT) return this.#long(field, isList, start, code - SHORT);
    if (!isList && code === 1 && start < this.#end && (this.#bytes[start] ?? 0) < 0x80) {
      throw this.#malformed(field, "not the shortest form");
    }
    return this.#span(field, isList, start, code);
  }

  #long(field: string, isList: boolean, start: number, width: number): { isList: boolean; start: number; end: number } {
    if (start + width > this.#end) throw this.#truncated(field, "length cut off");
    let length = 0;
    for (let index = 0; index < width; index++) length = length * 256 + (this.#bytes[start + index] ?? 0);
    if (this.#bytes[start] === 0 || length <= SHORT) throw this.#malformed(field, "not the shortest form");
    return this.#span(field, isList, start + width, length);
  }

  #span(
    field: string,
    isList: boolean,
    start: number,
    length: number,
  ): { isList: boolean; start: number; end: number } {
    if (length > this.#end - start) throw this.#truncated(field, `needs ${length} bytes, ${this.#end - start} left`);
    this.#position = start + length;
    return { isList, start, end: start + length };
  }

  #malformed(field: string, why: string): RemoteError {
    return new RemoteError("MALFORMED", `${this.#what}: ${field}: ${why}`);
  }

  #truncated(field: string, why: string): RemoteError {
    return new RemoteError("TRUNCATED", `${this.#what}: ${field}: ${why}`);
  }
}

/** A reader of the elements of the one list that `bytes` is; trailing bytes are an error. */
export function readRlpList(bytes: Uint8Array, what: string): RlpReader {
  const outer = new RlpReader(bytes, what);
  const list = outer.list("list");
  outer.end();
  return list;
}

function isRaw(value: RlpValue): value is RlpRaw {
  return typeof value === "object" && "raw" in value;
}

function isString(value: RlpValue): value is Uint8Array {
  return value instanceof Uint8Array;
}

function integerSize(value: number | bigint | boolean): number {
  let rest = BigInt(value);
  let size = 0;
  for (; rest > 0n; rest >>= 8n) size++;
  return size;
}

const lengthSize = (length: number): number => (length <= SHORT ? 0 : integerSize(length));

function payloadSize(value: readonly RlpValue[]): number {
  return value.reduce<number>((total, item) => total + sizeOf(item), 0);
}

function sizeOf(value: RlpValue): number {
  if (isString(value)) {
    const single = value.length === 1 && (value[0] ?? 0) < 0x80;
    return single ? 1 : 1 + lengthSize(value.length) + value.length;
  }
  if (typeof value !== "object") return Number(value) < 0x80 ? 1 : 1 + integerSize(value);
  if (isRaw(value)) return value.raw.length;
  const size = payloadSize(value);
  return 1 + lengthSize(size) + size;
}

/** Writes `value` at `offset` and returns where it ends. */
function write(value: RlpValue, out: Uint8Array, offset: number): number {
  if (isString(value)) {
    const single = value.length === 1 && (value[0] ?? 0) < 0x80;
    const start = single ? offset : writePrefix(0x80, value.length, out, offset);
    out.set(value, start);
    return start + value.length;
  }
  if (typeof value !== "object") return writeInteger(BigInt(value), out, offset);
  if (isRaw(value)) {
    out.set(value.raw, offset);
    return offset + value.raw.length;
  }
  const start = writePrefix(0xc0, payloadSize(value), out, offset);
  return value.reduce<number>((position, item) => write(item, out, position), start);
}

function writeInteger(value: bigint, out: Uint8Array, offset: number): number {
  if (value < 0n) throw new RangeError("RLP has no negative integers");
  if (value > 0n && value < 0x80n) {
    out[offset] = Number(value);
    return offset + 1;
  }
  const size = integerSize(value);
  out[offset] = 0x80 + size;
  writeBigEndian(value, size, out, offset + 1);
  return offset + 1 + size;
}

function writePrefix(base: number, length: number, out: Uint8Array, offset: number): number {
  if (length <= SHORT) {
    out[offset] = base + length;
    return offset + 1;
  }
  const size = integerSize(length);
  out[offset] = base + SHORT + size;
  writeBigEndian(BigInt(length), size, out, offset + 1);
  return offset + 1 + size;
}

function writeBigEndian(value: bigint, size: number, out: Uint8Array, offset: number): void {
  for (let index = size - 1, rest = value; index >= 0; index--, rest >>= 8n) {
    out[offset + index] = Number(rest & 0xffn);
  }
}
