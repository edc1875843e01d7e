/**
 * The picture of a chat key: a mirrored grid of 5 by 5 cells in one colour, both taken from MD5 of the key's *text*.
 *
 * ```
 * h        := MD5(text)
 * cell i,j := h[3i + j] is even, j <= 2; columns 3 and 4 mirror 1 and 0
 * hue      := (h[13] + h[14] + h[15]) / 765, saturation 0.5, lightness 0.7
 * ```
 */
import { utf8 } from "../bytes/bytes.ts";
import { hexDigits } from "../bytes/hex.ts";
import { md5 } from "../crypto/md5.ts";
import { encodePng } from "./png.ts";

export interface Identicon {
  /** Five rows of five cells, top to bottom: filled or not. */
  readonly cells: readonly (readonly boolean[])[];
  /** Red, green, blue. */
  readonly colour: Uint8Array;
}

/** Side of the picture, margin around the grid and side of a cell, in pixels. */
const SIDE = 50;
const MARGIN = 10;
const CELL = 6;

const COLUMNS = [0, 1, 2, 1, 0];
const ROWS = [0, 1, 2, 3, 4];
const SATURATION = 0.5;
const LIGHTNESS = 0.7;

/** `text` is the key string, `0x04…` in lower case. */
export function identiconOf(text: string): Identicon {
  const hash = md5(utf8(text));
  const at = (index: number): number => hash[index] ?? 0;
  const cells = ROWS.map((row) => COLUMNS.map((column) => at(3 * row + column) % 2 === 0));
  return { cells, colour: colourOf(((at(13) + at(14) + at(15)) / 765) * 360) };
}

/** 50 by 50 pixels, four bytes each (red, green, blue, opacity), row by row; transparent around the cells. */
export function renderPixels(identicon: Identicon): Uint8Array {
  const pixels = new Uint8Array(SIDE * SIDE * 4);
  const paint = [...identicon.colour, 255];
  for (let index = 0; index < SIDE * SIDE; index++) {
    if (isFilled(identicon, index % SIDE, Math.floor(index / SIDE))) pixels.set(paint, 4 * index);
  }
  return pixels;
}

/** The same picture as a PNG file. */
export function renderPng(identicon: Identicon): Uint8Array {
  const [red = 0, green = 0, blue = 0] = identicon.colour;
  return encodePng({
    width: SIDE,
    height: SIDE,
    palette: [
      [0, 0, 0, 0],
      [red, green, blue, 255],
    ],
    isSecond: (x, y) => isFilled(identicon, x, y),
  });
}

/** The same picture as an SVG document. */
export function renderSvg(identicon: Identicon): string {
  const squares = ROWS.flatMap((row) =>
    ROWS.filter((column) => identicon.cells[row]?.[column]).map(
      (column) => `M${MARGIN + CELL * column} ${MARGIN + CELL * row}h${CELL}v${CELL}h-${CELL}z`,
    ),
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}" viewBox="0 0 ${SIDE} ${SIDE}">` +
    `<path fill="#${hexDigits(identicon.colour)}" d="${squares.join("")}"/></svg>\n`
  );
}

function isFilled(identicon: Identicon, x: number, y: number): boolean {
  const column = Math.floor((x - MARGIN) / CELL);
  const row = Math.floor((y - MARGIN) / CELL);
  return identicon.cells[row]?.[column] ?? false;
}

/** HSL to RGB in doubles; each channel keeps the upper half of its 16 bits, as the reference's colour type does. */
function colourOf(hueDegrees: number): Uint8Array {
  const hue = hueDegrees / 360;
  const high = LIGHTNESS + SATURATION - LIGHTNESS * SATURATION;
  const low = 2 * LIGHTNESS - high;
  const channels = [hue + 1 / 3, hue, hue - 1 / 3].map((offset) => channelOf(offset, low, high));
  return Uint8Array.from(channels, (channel) => Math.floor(channel * 65535 + 0.5) >> 8);
}

function channelOf(offset: number, low: number, high: number): number {
  const turn = offset < 0 ? offset + 1 : offset > 1 ? offset - 1 : offset;
  if (6 * turn < 1) return low + (high - low) * 6 * turn;
  if (2 * turn < 1) return high;
  if (3 * turn < 2) return low + (high - low) * (2 / 3 - turn) * 6;
  return low;
}
