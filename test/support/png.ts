/** Pixels of the PNG files that tests meet: whole bytes of RGBA, or a palette at one bit per pixel; not interlaced. */
import { inflateSync } from "node:zlib";
import { expect } from "vitest";
import { concatBytes, textOf } from "../../src/core/bytes/bytes.ts";

export interface DecodedPng {
  readonly width: number;
  readonly height: number;
  /** Four bytes per pixel, row by row. */
  readonly pixels: Uint8Array;
}

export function decodePng(bytes: Uint8Array): DecodedPng {
  expect([...bytes.subarray(0, 8)], "PNG signature").toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const chunks = readChunks(bytes.subarray(8));
  const header = new DataView(partOf(chunks, "IHDR").slice().buffer);
  const [width, height, depth, type] = [
    header.getUint32(0),
    header.getUint32(4),
    header.getUint8(8),
    header.getUint8(9),
  ];
  const data = new Uint8Array(inflateSync(partOf(chunks, "IDAT")));
  if (type === 6 && depth === 8) return { width, height, pixels: concatBytes(...unfilter(data, 4 * width, height, 4)) };
  expect([depth, type], "bit depth and colour type").toEqual([1, 3]);
  const rows = unfilter(data, Math.ceil(width / 8), height, 1);
  const colours = paletteOf(partOf(chunks, "PLTE"), partOf(chunks, "tRNS"));
  const pixels = rows.flatMap((row) =>
    Array.from({ length: width }, (_, x) => colours[((row[x >> 3] ?? 0) >> (7 - (x & 7))) & 1] ?? []).flat(),
  );
  return { width, height, pixels: Uint8Array.from(pixels) };
}

function readChunks(bytes: Uint8Array): { type: string; data: Uint8Array }[] {
  const view = new DataView(bytes.slice().buffer);
  const chunks: { type: string; data: Uint8Array }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = view.getUint32(at);
    const body = bytes.subarray(at + 4, at + 8 + length);
    expect(view.getUint32(at + 8 + length), "CRC of a chunk").toBe(crc32(body));
    chunks.push({ type: textOf(body.subarray(0, 4), "chunk type"), data: body.subarray(4) });
    at += 12 + length;
  }
  expect(chunks.at(-1)?.type).toBe("IEND");
  return chunks;
}

const partOf = (chunks: readonly { type: string; data: Uint8Array }[], type: string): Uint8Array =>
  concatBytes(...chunks.filter((chunk) => chunk.type === type).map((chunk) => chunk.data));

const paletteOf = (colours: Uint8Array, opacity: Uint8Array): number[][] =>
  [...opacity].map((alpha, index) => [...colours.subarray(3 * index, 3 * index + 3), alpha]);

/** Undoes the five filters (PNG specification, section 9). */
function unfilter(data: Uint8Array, stride: number, height: number, step: number): Uint8Array[] {
  expect(data.length, "bytes of all rows").toBe((stride + 1) * height);
  const rows: Uint8Array[] = [];
  for (let y = 0; y < height; y++) {
    const filter = data[y * (stride + 1)] ?? 0;
    const row = data.slice(y * (stride + 1) + 1, (y + 1) * (stride + 1));
    const above = rows.at(-1) ?? new Uint8Array(stride);
    for (let x = 0; x < stride; x++) {
      const left = x >= step ? (row[x - step] ?? 0) : 0;
      const corner = x >= step ? (above[x - step] ?? 0) : 0;
      row[x] = (row[x] ?? 0) + prediction(filter, left, above[x] ?? 0, corner);
    }
    rows.push(row);
  }
  return rows;
}

function prediction(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  expect(filter, "filter type").toBe(4);
  const [toLeft, toUp, toCorner] = [up - corner, left - corner, left + up - 2 * corner].map(Math.abs);
  if (toLeft === undefined || toUp === undefined || toCorner === undefined) return 0;
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
