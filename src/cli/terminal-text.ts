/**
 * Remote text before a terminal sees it: names and messages of strangers must not move the cursor, retitle the
 * window, or reorder the line around them.
 */

/** C0, DEL and C1 except tab and line feed. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/** Marks, embeddings, overrides and isolates of the bidirectional algorithm, and invisible line separators. */
const BIDI = /[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** `text` with control characters shown as `\x1b` and bidi controls as `<U+202E>`; line feeds and tabs stay. */
export function plainText(text: string): string {
  return text
    .replace(CONTROLS, (char) => `\\x${codeOf(char).toString(16).padStart(2, "0")}`)
    .replace(BIDI, (char) => `<U+${codeOf(char).toString(16).toUpperCase().padStart(4, "0")}>`);
}

/** As `plainText`, on one line: line feeds and tabs become spaces. */
export const plainLine = (text: string): string => plainText(text.replace(/[\n\t]+/g, " "));

const codeOf = (char: string): number => char.codePointAt(0) ?? 0;
