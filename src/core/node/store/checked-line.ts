/**
 * One JSON object per line, with a checksum that any JSON reader reads past.
 *
 * line := `{"crc":"` hex(crc32(rest)) `",` rest `\n`, where `{` rest is the object
 */
import { crc32 } from "node:zlib";
import { concatBytes, utf8 } from "../../bytes/bytes.ts";

const HEAD = 18; // {"crc":"01234567",
const NEWLINE = 0x0a;
const decoder = new TextDecoder("utf-8", { fatal: true });

/** `object` is the JSON text of an object with at least one key, without line breaks. */
export function encodeLine(object: string): Uint8Array {
  const rest = utf8(object.slice(1));
  const crc = crc32(rest).toString(16).padStart(8, "0");
  return concatBytes(utf8(`{"crc":"${crc}",`), rest, Uint8Array.of(NEWLINE));
}

/** The object's JSON text from a line, line break included; undefined when it is not as it was written. */
export function decodeLine(line: Uint8Array): string | undefined {
  if (line.at(-1) !== NEWLINE) return undefined;
  const head = String.fromCharCode(...line.subarray(0, HEAD));
  const crc = /^\{"crc":"([0-9a-f]{8})",$/.exec(head)?.[1];
  if (crc === undefined) return undefined;
  const rest = line.subarray(HEAD, -1);
  return crc32(rest) === Number.parseInt(crc, 16) ? `{${decoder.decode(rest)}` : undefined;
}

export interface Line {
  readonly offset: number;
  /** Line break included; without one, it is the unfinished end of the file. */
  readonly bytes: Uint8Array;
}

/** Cuts `bytes` into lines. */
export function* linesOf(bytes: Uint8Array): Generator<Line> {
  for (let offset = 0; offset < bytes.length; ) {
    const found = bytes.indexOf(NEWLINE, offset);
    const end = found < 0 ? bytes.length : found + 1;
    yield { offset, bytes: bytes.subarray(offset, end) };
    offset = end;
  }
}
