/**
 * Pictures of two colours as PNG files (PNG specification, second edition), without compression.
 *
 * ```
 * file  := signature IHDR PLTE tRNS IDAT IEND
 * chunk := length: uint32 | type: byte[4] | data | crc32(type || data): uint32
 * IDAT  := zlib header | one stored block | adler32: uint32
 * row   := filter type 0 | one bit per pixel, leftmost first
 * ```
 * At one bit per pixel there is little left to compress, so none of it needs a deflater.
 */
import { bigEndian, concatBytes, utf8 } from "../bytes/bytes.ts";
import { assert } from "../platform/errors.ts";

/** Red, green, blue, opacity. */
type Colour = readonly [number, number, number, number];

export interface TwoColourPicture {
  readonly width: number;
  readonly height: number;
  readonly palette: readonly [Colour, Colour];
  /** Whether the pixel has the palette's second colour. */
  isSecond(x: number, y: number): boolean;
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** Bit depth 1, colour type 3 (palette), deflate, the standard filters, not interlaced. */
const FORMAT = Uint8Array.of(1, 3, 0, 0, 0);
/** Deflate with a window of 32 KiB, fastest; the pair is a multiple of 31. */
const ZLIB_HEADER = Uint8Array.of(0x78, 0x01);
const STORED_MAX = 0xffff;

export function encodePng(picture: TwoColourPicture): Uint8Array {
  const header = concatBytes(bigEndian(picture.width, 4), bigEndian(picture.height, 4), FORMAT);
  const colours = picture.palette.flatMap((colour) => colour.slice(0, 3));
  return concatBytes(
    SIGNATURE,
    chunk("IHDR", header),
    chunk("PLTE", Uint8Array.from(colours)),
    chunk(
      "tRNS",
      Uint8Array.from(picture.palette, ([, , , opacity]) => opacity),
    ),
    chunk("IDAT", zlibStored(scanlines(picture))),
    chunk("IEND", new Uint8Array(0)),
  );
}

function scanlines({ width, height, isSecond }: TwoColourPicture): Uint8Array {
  const stride = 1 + Math.ceil(width / 8);
  const lines = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * stride + 1 + (x >> 3);
      if (isSecond(x, y)) lines[at] = (lines[at] ?? 0) | (0x80 >> (x & 7));
    }
  }
  return lines;
}

function zlibStored(data: Uint8Array): Uint8Array {
  assert(data.length <= STORED_MAX, "the picture fits one stored block");
  const low = data.length & 0xff;
  const high = data.length >> 8;
  const block = Uint8Array.of(1, low, high, low ^ 0xff, high ^ 0xff);
  return concatBytes(ZLIB_HEADER, block, data, bigEndian(adler32(data), 4));
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = concatBytes(utf8(type), data);
  return concatBytes(bigEndian(data.length, 4), body, bigEndian(crc32(body), 4));
}

/** The CRC of ISO 3309: polynomial 0xedb88320, reflected. */
function crc32(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function adler32(data: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of data) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}
