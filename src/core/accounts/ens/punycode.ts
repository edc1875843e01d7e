/**
 * Punycode (RFC 3492), decoding only: what follows `xn--` in labels of domain names.
 *
 * ```
 * encoded := [basic "-"] digits          basic: the ASCII characters, in order
 * digits  := deltas as numbers of varying base 36 places, a..z then 0..9; each says where the next character goes
 * ```
 */
import { UsageError } from "../../platform/errors.ts";

const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const INITIAL_BIAS = 72;
const INITIAL_CODE = 0x80;
const CODE_MAX = 0x10ffff;
/** No label of the DNS is longer. */
const LENGTH_MAX = 63;

/** The text that `encoded`, without `xn--`, stands for. Throws `UsageError`. */
export function decodePunycode(encoded: string): string {
  if (encoded.length > LENGTH_MAX) throw malformed("too long");
  const split = encoded.lastIndexOf("-");
  const codes = [...encoded.slice(0, Math.max(split, 0))].map((letter) => letter.codePointAt(0) ?? 0);
  const digits = [...encoded.slice(split + 1)].map(digitOf);
  let code = INITIAL_CODE;
  let index = 0;
  let bias = INITIAL_BIAS;
  for (let at = 0; at < digits.length; ) {
    const { delta, end } = readDelta(digits, at, bias);
    const length = codes.length + 1;
    code += Math.floor((index + delta) / length);
    index = (index + delta) % length;
    bias = adapt(delta, length, at === 0);
    if (code > CODE_MAX) throw malformed("beyond Unicode");
    codes.splice(index++, 0, code);
    at = end;
  }
  return String.fromCodePoint(...codes);
}

/** A number of varying places: a digit below its place's threshold is the last. */
function readDelta(digits: readonly number[], start: number, bias: number): { delta: number; end: number } {
  let delta = 0;
  let weight = 1;
  for (let at = start, place = BASE; at < digits.length; at++, place += BASE) {
    const digit = digits[at] ?? 0;
    const threshold = Math.min(Math.max(place - bias, T_MIN), T_MAX);
    delta += digit * weight;
    if (digit < threshold) return { delta, end: at + 1 };
    weight *= BASE - threshold;
    if (weight > CODE_MAX * LENGTH_MAX) throw malformed("beyond Unicode");
  }
  throw malformed("cut off");
}

function adapt(delta: number, length: number, isFirst: boolean): number {
  let rest = Math.floor(delta / (isFirst ? DAMP : 2));
  rest += Math.floor(rest / length);
  let bias = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) / 2; bias += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return bias + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}

function digitOf(letter: string): number {
  if (/^[a-z]$/.test(letter)) return letter.charCodeAt(0) - 97;
  if (/^[0-9]$/.test(letter)) return letter.charCodeAt(0) - 48 + 26;
  throw malformed("neither letter nor digit");
}

const malformed = (why: string): UsageError => new UsageError("USAGE", `ENS name: punycode: ${why}`);
