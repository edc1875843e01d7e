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

import { assert, RemoteError } from "../platform/errors.ts";
import { writeBigEndian } from "./bytes.ts";

/** Already encoded bytes, to stand in a list as they are. */
export interface RlpRaw {
  readonly raw: Uint8Array;
}

/** What can be encoded: a byte string, an unsigned integer, a truth value, a list, or encoded bytes. */
export type RlpValue = Uint8Array | number | bigint | boolean | RlpRaw | readonly RlpValue[];

/** The longest payload whose length stands in the prefix itself. */
const SHORT = 55;

/** The canonical encoding of `value`. */
export function encodeRlp(value: RlpValue): Uint8Array {
  const payloads: number[] = [];
  const out = new Uint8Array(measure(value, payloads));
  new Writer(out, payloads).write(value);
  return out;
}

/** Where the payload of an item stands. */
interface Span {
  readonly isList: boolean;
  readonly start: number;
  readonly end: number;
}

/** A cursor over RLP items; each read names its field, for the error it may throw. */
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
    return numberOf(this.#integer(field, 4));
  }

  /** The next unsigned integer of at most 64 bits. */
  uint64(field: string): bigint {
    const bytes = this.#integer(field, 8);
    if (bytes.length <= 6) return BigInt(numberOf(bytes));
    return (BigInt(numberOf(bytes.subarray(0, -4))) << 32n) | BigInt(numberOf(bytes.subarray(-4)));
  }

  /** The next truth value: 0x80 or 0x01. */
  boolean(field: string): boolean {
    const bytes = this.#integer(field, 1);
    if (bytes.length === 1 && bytes[0] !== 1) throw this.#malformed(field, "expected 0 or 1");
    return bytes.length === 1;
  }

  /** The next item whole, prefix included, as a view. What is inside a list is not looked at. */
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

  #next(field: string): Span {
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

  #long(field: string, isList: boolean, start: number, width: number): Span {
    if (start + width > this.#end) throw this.#truncated(field, "length cut off");
    let length = 0;
    for (let index = 0; index < width; index++) length = length * 256 + (this.#bytes[start + index] ?? 0);
    if (this.#bytes[start] === 0 || length <= SHORT) throw this.#malformed(field, "not the shortest form");
    return this.#span(field, isList, start + width, length);
  }

  #span(field: string, isList: boolean, start: number, length: number): Span {
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

/** The big-endian number in at most 6 bytes: exact in a double. */
function numberOf(bytes: Uint8Array): number {
  let value = 0;
  for (let index = 0; index < bytes.length; index++) value = value * 256 + (bytes[index] ?? 0);
  return value;
}

/**
 * The size of the encoding. Payload sizes of lists are noted in the order in which `Writer` comes to their prefixes, so
 * that nested lists are measured once and not once per level.
 */
function measure(value: RlpValue, payloads: number[]): number {
  if (value instanceof Uint8Array) return isOwnPrefix(value) ? 1 : lengthOfPrefix(value.length) + value.length;
  if (typeof value !== "object") return sizeOfInteger(value);
  if (isRaw(value)) return value.raw.length;
  const place = payloads.push(0) - 1;
  let payload = 0;
  for (const item of value) payload += measure(item, payloads);
  payloads[place] = payload;
  return lengthOfPrefix(payload) + payload;
}

/** Writes what was measured. */
class Writer {
  readonly #out: Uint8Array;
  readonly #payloads: readonly number[];
  #position = 0;
  #lists = 0;

  constructor(out: Uint8Array, payloads: readonly number[]) {
    this.#out = out;
    this.#payloads = payloads;
  }

  write(value: RlpValue): void {
    if (value instanceof Uint8Array) this.#string(value);
    else if (typeof value !== "object") this.#integer(value);
    else if (isRaw(value)) this.#bytes(value.raw);
    else this.#list(value);
  }

  #list(items: readonly RlpValue[]): void {
    this.#prefix(0xc0, this.#payloads[this.#lists++] ?? 0);
    for (const item of items) this.write(item);
  }

  #string(bytes: Uint8Array): void {
    if (!isOwnPrefix(bytes)) this.#prefix(0x80, bytes.length);
    this.#bytes(bytes);
  }

  #bytes(bytes: Uint8Array): void {
    this.#out.set(bytes, this.#position);
    this.#position += bytes.length;
  }

  #integer(value: number | bigint | boolean): void {
    const whole = narrowed(value);
    const width = widthOf(whole);
    if (width !== 1 || whole >= 0x80) this.#prefix(0x80, width);
    this.#bigEndian(whole, width);
  }

  #prefix(base: number, length: number): void {
    const width = length <= SHORT ? 0 : widthOf(length);
    this.#out[this.#position++] = base + (width === 0 ? length : SHORT + width);
    this.#bigEndian(length, width);
  }

  #bigEndian(value: number | bigint, width: number): void {
    const start = this.#position;
    this.#position += width;
    writeBigEndian(value, this.#out, start, this.#position);
  }
}

function isRaw(value: RlpRaw | readonly RlpValue[]): value is RlpRaw {
  return "raw" in value;
}

/** Whether the string is one byte below 80, which is its own encoding. */
function isOwnPrefix(bytes: Uint8Array): boolean {
  return bytes.length === 1 && (bytes[0] ?? 0) < 0x80;
}

const lengthOfPrefix = (length: number): number => (length <= SHORT ? 1 : 1 + widthOf(length));

function sizeOfInteger(value: number | bigint | boolean): number {
  const whole = narrowed(value);
  assert(
    whole >= 0 && (typeof whole === "bigint" || Number.isSafeInteger(whole)),
    "RLP integers are whole and unsigned",
  );
  return whole < 0x80 ? 1 : 1 + widthOf(whole);
}

/** As a number where that is exact: arithmetic on a bigint costs ten times as much. */
function narrowed(value: number | bigint | boolean): number | bigint {
  return typeof value === "bigint" && value > Number.MAX_SAFE_INTEGER ? value : Number(value);
}

/** How many bytes an unsigned integer takes; 0 takes none. */
function widthOf(value: number | bigint): number {
  let width = 0;
  if (typeof value === "bigint") for (let rest = value; rest > 0n; rest >>= 8n) width++;
  else for (let rest = value; rest >= 1; rest /= 256) width++;
  return width;
}
