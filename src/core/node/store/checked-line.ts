/**
 * One JSON object per line, with a checksum that any JSON reader reads past.
 *
 * ```
 * line := `{"crc":"` hex(crc32(rest)) `",` rest `\n`      where `{` rest is the object
 * rest := members                                        of a plain line
 *       | members `,"value":` value `}`                  of a line with a value
 * ```
 * The value of such a line is taken as text: whoever looks for one value in a thousand lines parses one.
 */
import { crc32 } from "node:zlib";
import { concatBytes, utf8 } from "../../bytes/bytes.ts";

const HEAD = 18; // {"crc":"01234567",
const NEWLINE = 0x0a;

/** `object` is the JSON text of an object with at least one key, without line breaks. */
export function encodeLine(object: string): Uint8Array {
  const rest = utf8(object.slice(1));
  return concatBytes(utf8(headOf(rest)), rest, Uint8Array.of(NEWLINE));
}

/** The object's JSON text, checksum included, from a line with its line break; undefined when it is not as it was written. */
export function decodeLine(line: Uint8Array): string | undefined {
  if (line.at(-1) !== NEWLINE) return undefined;
  const text = Buffer.from(line.buffer, line.byteOffset, line.length - 1).toString("utf8");
  return text.startsWith(headOf(line.subarray(HEAD, -1))) ? text : undefined;
}

const headOf = (rest: Uint8Array): string => `{"crc":"${crc32(rest).toString(16).padStart(8, "0")}",`;

const VALUE = `,"value":`;

/** `head` has at least one member; `value` is JSON text. */
export function encodeValueLine(head: Readonly<Record<string, string | number>>, value: string): Uint8Array {
  return encodeLine(`${JSON.stringify(head).slice(0, -1)}${VALUE}${value}}`);
}

/** The two parts of an object that `encodeValueLine` wrote; `value` is null where there is none. */
export function splitValue(object: string): { readonly head: string; readonly value: string | null } {
  const at = object.indexOf(VALUE); // the first: within the strings before the value, quotes are escaped
  if (at < 0) return { head: object, value: null };
  return { head: `${object.slice(0, at)}}`, value: object.slice(at + VALUE.length, -1) };
}

export interface Line {
  readonly offset: number;
  /** Line break included; without one, it is the unfinished end of the file. */
  readonly bytes: Uint8Array;
}

/** Cuts `file` into lines. */
export function* linesOf(file: Uint8Array): Generator<Line> {
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.length); // a plain one is cut faster than a Buffer
  for (let offset = 0; offset < bytes.length; ) {
    const found = bytes.indexOf(NEWLINE, offset);
    const end = found < 0 ? bytes.length : found + 1;
    yield { offset, bytes: bytes.subarray(offset, end) };
    offset = end;
  }
}
