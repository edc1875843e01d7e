/**
 * Two functions of Go's standard library whose exact behaviour decides whether the network takes a message:
 * `strings.TrimSpace` (only whether anything is left) and `strconv.ParseFloat` (only whether it succeeds).
 */

/** Whether trimming leaves nothing. JavaScript's `trim` differs: it keeps U+0085 and removes U+FEFF. */
export const isBlank = (text: string): boolean => /^\p{White_Space}*$/u.test(text);

/** digits := digit+ (_ digit+)*, each the only way to match, so that time stays linear in the length. */
const D = "\\d+(?:_\\d+)*";
const H = "[\\da-f]+(?:_[\\da-f]+)*";
const SPECIAL = /^(?:[+-]?inf(?:inity)?|nan)$/i;
const DECIMAL = new RegExp(`^[+-]?(?:${D}(?:\\.(?:${D})?)?|\\.${D})(?:e[+-]?${D})?$`, "i");
const HEXADECIMAL = new RegExp(
  `^[+-]?0x(?:_?(?<whole>${H})(?:\\.(?<part>${H})?)?|\\.(?<only>${H}))p(?<exponent>[+-]?${D})$`,
  "i",
);
/** 2^1024 is the first power that a binary64 cannot hold. */
const EXPONENT_LIMIT = 1024;

/** Whether `strconv.ParseFloat(text, 64)` gives a number: Go literals, Inf and NaN, but nothing beyond the range. */
export function isGoFloat(text: string): boolean {
  if (SPECIAL.test(text)) return true;
  if (DECIMAL.test(text)) return Number.isFinite(Number(text.replaceAll("_", "")));
  const { whole = "", part = "", only = "", exponent } = HEXADECIMAL.exec(text)?.groups ?? {};
  if (exponent === undefined) return false;
  return exponentOf(whole, part + only) + Number(exponent.replaceAll("_", "")) < EXPONENT_LIMIT;
}

/** The exponent of the highest one bit of a hexadecimal mantissa; far below any range when there is none. */
function exponentOf(whole: string, part: string): number {
  const digits = (whole + part).replaceAll("_", "");
  const first = digits.search(/[^0]/);
  if (first < 0) return Number.NEGATIVE_INFINITY;
  const places = whole.replaceAll("_", "").length - first;
  return 4 * places - 1 - (Math.clz32(Number.parseInt(digits.charAt(first), 16)) - 28);
}
