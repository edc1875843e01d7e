/**
 * Aligned columns without borders: one row per entry, so that `grep`, `sort` and `awk` work on it.
 *
 * Text beyond ASCII is measured by string-width, which is loaded only then: it costs a third of a start.
 */
import { stripVTControlCharacters } from "node:util";

export interface Column<Row> {
  readonly title: string;
  /** The cell's text; already stripped of control characters when it comes from afar. */
  readonly cell: (row: Row) => string;
  readonly align?: "left" | "right";
}

type Measure = (text: string) => number;

const GAP = "  ";

/** The lines of the table, header first; the last column is not padded. */
export async function tableLines<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Promise<string[]> {
  const titles = columns.map((column) => column.title);
  const cells = [titles, ...rows.map((row) => columns.map((column) => column.cell(row)))];
  const measure = await measureOf(cells.flat());
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => measure(line[index] ?? ""))));
  const pad = (cell: string, index: number): string => {
    const space = " ".repeat(Math.max(0, (widths[index] ?? 0) - measure(cell)));
    return columns[index]?.align === "right" ? space + cell : cell + space;
  };
  return cells.map((line) => line.map(pad).join(GAP).trimEnd());
}

/** `name  value` lines with the values aligned. Names are ASCII. */
export function factLines(facts: readonly (readonly [name: string, value: string])[]): string[] {
  const width = Math.max(0, ...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${name.padEnd(width)}${GAP}${value}`.trimEnd());
}

async function measureOf(texts: readonly string[]): Promise<Measure> {
  const plain = texts.map((text) => stripVTControlCharacters(text));
  if (plain.every((text) => /^[\x20-\x7e]*$/.test(text))) return (text) => stripVTControlCharacters(text).length;
  return (await import("string-width")).default;
}
