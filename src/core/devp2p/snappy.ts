/**
 * The raw block format of Snappy, which compresses RLPx messages (EIP-706).
 *
 * ```
 * block   := length: uvarint | element*           elements give exactly `length` bytes
 * element := literal | copy                       the two low bits of the first byte tell which
 *
 * literal := 00, n-1 < 60  in the high six bits |                              byte[n]
 *          | 00, 59 + k    in the high six bits | n-1: uint LE [k], k = 1..4 | byte[n]
 * copy    := 01, n-4 in bits 2..4, offset's bits 8..10 in bits 5..7 | offset's bits 0..7
 *          | 10, n-1 in the high six bits | offset: uint16 LE
 *          | 11, n-1 in the high six bits | offset: uint32 LE
 * ```
 * Reading is our own: the decoder of snappyjs accepts blocks that end early, and loops for ever on a literal whose
 * length, taken as a signed number, is negative.
 */
import { compress } from "snappyjs";
import { concatBytes } from "../bytes/bytes.ts";
import { RemoteError } from "../platform/errors.ts";

/**
 * A block that gives back `data`. Encoders differ: only what comes out of a block is comparable. Ciphertext, of which
 * long messages consist, goes as it is: to look for repetition in it is most of what a relay would do, and finds none.
 */
export function compressSnappy(data: Uint8Array): Uint8Array {
  return looksRandom(data) ? literalBlock(data) : compress(data);
}

/** Bytes looked at, and how many different ones make them random: of 256 random bytes some 162 differ, of text or code 60. */
const SAMPLE = 256;
const RANDOM_MIN = 130;

function looksRandom(data: Uint8Array): boolean {
  if (data.length < SAMPLE) return false;
  const seen = new Uint32Array(8);
  const stride = data.length / SAMPLE;
  let different = 0;
  for (let taken = 0; taken < SAMPLE; taken++) {
    const byte = data[Math.floor(taken * stride)] ?? 0;
    const word = seen[byte >> 5] ?? 0;
    different += ((word >>> (byte & 31)) & 1) ^ 1;
    seen[byte >> 5] = word | (1 << (byte & 31));
  }
  return different >= RANDOM_MIN;
}

/** All of `data` as one literal, in the form that takes any length. */
function literalBlock(data: Uint8Array): Uint8Array {
  const last = data.length - 1;
  const head = [...uvarint(data.length), 63 << 2, last, last >>> 8, last >>> 16, last >>> 24];
  return concatBytes(Uint8Array.from(head), data);
}

/** Seven bits a byte, low ones first. */
function uvarint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push(rest | 0x80);
  return [...bytes, rest];
}

/** What gives most for its size is a copy of 64 bytes in 3: a block that declares more cannot hold it. */
const GAIN_MAX = { bytes: 64, in: 3 };

/**
 * What the block holds, in fresh memory of the declared length, which is checked against `maxLength` and against the
 * size of the block before it is allocated. Throws `RemoteError`: OVERSIZED, TRUNCATED, MALFORMED.
 */
export function decompressSnappy(block: Uint8Array, maxLength: number): Uint8Array {
  const elements = new ElementReader(block);
  const length = elements.uvarint();
  if (length > maxLength) {
    throw new RemoteError("OVERSIZED", `snappy: declares ${length} bytes, at most ${maxLength} are allowed`);
  }
  if (length * GAIN_MAX.in > elements.left * GAIN_MAX.bytes) {
    throw new RemoteError("TRUNCATED", `snappy: declares ${length} bytes, ${elements.left} cannot hold them`);
  }
  const out = new Uint8Array(length);
  let filled = 0;
  while (elements.left > 0) filled += readElement(elements, out, filled);
  if (filled < length) throw new RemoteError("TRUNCATED", `snappy: declares ${length} bytes, holds ${filled}`);
  return out;
}

/** Appends one element to `out` at `filled`; how long it was. */
function readElement(elements: ElementReader, out: Uint8Array, filled: number): number {
  const tag = elements.uint(1);
  const high = tag >> 2;
  switch (tag & 3) {
    case 0: {
      const length = high < 60 ? high + 1 : elements.uint(high - 59) + 1;
      assertRoom(out, filled, length);
      out.set(elements.bytes(length), filled);
      return length;
    }
    case 1:
      return copy(out, filled, (high & 7) + 4, ((tag >> 5) << 8) + elements.uint(1));
    case 2:
      return copy(out, filled, high + 1, elements.uint(2));
    default:
      return copy(out, filled, high + 1, elements.uint(4));
  }
}

/** Byte by byte, because a copy may reach into itself: offset 1 repeats the last byte. */
function copy(out: Uint8Array, filled: number, length: number, offset: number): number {
  if (offset === 0 || offset > filled) {
    throw new RemoteError("MALFORMED", `snappy: a copy from ${offset} bytes back, ${filled} are there`);
  }
  assertRoom(out, filled, length);
  for (let index = filled; index < filled + length; index++) out[index] = out[index - offset] ?? 0;
  return length;
}

function assertRoom(out: Uint8Array, filled: number, length: number): void {
  if (length > out.length - filled) {
    throw new RemoteError("MALFORMED", `snappy: holds more than the ${out.length} bytes it declares`);
  }
}

class ElementReader {
  readonly #block: Uint8Array;
  #at = 0;

  constructor(block: Uint8Array) {
    this.#block = block;
  }

  get left(): number {
    return this.#block.length - this.#at;
  }

  bytes(length: number): Uint8Array {
    if (length > this.left) throw new RemoteError("TRUNCATED", `snappy: needs ${length} bytes, ${this.left} left`);
    this.#at += length;
    return this.#block.subarray(this.#at - length, this.#at);
  }

  /** Little-endian, `width` bytes of at most 4. */
  uint(width: number): number {
    if (width > this.left) throw new RemoteError("TRUNCATED", `snappy: needs ${width} bytes, ${this.left} left`);
    let value = 0;
    for (let index = 0; index < width; index++) value += (this.#block[this.#at++] ?? 0) * 2 ** (8 * index);
    return value;
  }

  /** Seven bits a byte, low ones first, at most 32 in all. */
  uvarint(): number {
    let value = 0;
    for (let index = 0; index < 5; index++) {
      const byte = this.uint(1);
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    throw new RemoteError("MALFORMED", "snappy: length wider than 32 bits");
  }
}
