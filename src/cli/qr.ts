/** A text as a picture that phones read, in a form that the terminal can show. */
import type { ChalkInstance } from "chalk";
import { encode } from "uqr";

export interface QrStyle {
  readonly colours: ChalkInstance;
  /** Whether the terminal shows block characters. */
  readonly unicode: boolean;
}

/** The lines of the picture. With colours it is dark on light on any terminal; without, for dark terminals. */
export function qrLines(text: string, { colours, unicode }: QrStyle): string[] {
  const { data, size } = encode(text, { border: 2 });
  const isDark = (row: number, column: number): boolean => data[row]?.[column] ?? false;
  if (!unicode) return rows(size, 1, (row) => cells(size, (column) => (isDark(row, column) ? "##" : "  ")));
  const lines = rows(size, 2, (row) => cells(size, (column) => half(isDark(row, column), isDark(row + 1, column))));
  return colours.level === 0 ? lines.map(inverted) : lines.map((line) => colours.black.bgWhite(line));
}

const BLOCKS = [" ", "▄", "▀", "█"] as const;

const half = (upper: boolean, lower: boolean): string => BLOCKS[(upper ? 2 : 0) + (lower ? 1 : 0)] ?? " ";

/** On a dark terminal what is drawn is what is light. */
const inverted = (line: string): string => [...line].map((block) => INVERTED[block] ?? "█").join("");

const INVERTED: Readonly<Record<string, string>> = { " ": "█", "▄": "▀", "▀": "▄", "█": " " };

const rows = (size: number, step: number, line: (row: number) => string): string[] =>
  Array.from({ length: Math.ceil(size / step) }, (_, index) => line(index * step));

const cells = (size: number, cell: (column: number) => string): string =>
  Array.from({ length: size }, (_, column) => cell(column)).join("");

/** Whether the locale can show block characters; where nothing is said, modern terminals can. */
export function showsUnicode(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return env.TERM !== "dumb" && (locale === undefined || /utf-?8/i.test(locale));
}
