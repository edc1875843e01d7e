/**
 * Values of typed structures (EIP-712) as words of 32 bytes.
 *
 * ```
 * word := keccak256(value)               string, bytes
 *       | value, zeros on the right      bytes1 .. bytes32
 *       | value, sign or zeros on the left   intN, uintN, address, bool
 * ```
 */
import { bigEndian, utf8 } from "../bytes/bytes.ts";
import { fromHex } from "../bytes/hex.ts";
import type { Hashes } from "../crypto/crypto.ts";
import { RemoteError } from "../platform/errors.ts";

const WORD = 32;

/** 256 binary digits, a sign and a prefix. */
const INTEGER_TEXT_MAX = 259;
const INTEGER_TEXT = /^([+-]?)(0x[0-9a-f]+|0b[01]+|0o[0-7]+|0|[1-9]\d*)$/i;

/** `value` as JSON gave it. Throws `RemoteError`: UNSUPPORTED types, MALFORMED or INVALID values. */
export function encodeTypedValue(
  hashes: Pick<Hashes, "keccak256">,
  field: { readonly name: string; readonly type: string },
  value: unknown,
): Uint8Array {
  const { type, name } = field;
  if (type === "string") return hashes.keccak256(utf8(text(value, name)));
  if (type === "bytes") return hashes.keccak256(bytes(value, name));
  if (type === "bool") return bigEndian(Number(truth(value, name)), WORD);
  if (type === "address") return bigEndian(address(value, name), WORD);
  const [, fixed] = /^bytes([1-9]\d?)$/.exec(type) ?? [];
  if (fixed !== undefined && Number(fixed) <= WORD) return fixedBytes(value, name, Number(fixed));
  const [, unsigned, digits] = /^(u?)int(\d{0,3})$/.exec(type) ?? [];
  const bits = digits === "" ? 256 : Number(digits);
  if (digits !== undefined && isWidth(bits)) return integerWord(value, name, { bits, signed: unsigned === "" });
  throw new RemoteError("UNSUPPORTED", `typed data: ${name}: values of type ${type.slice(0, 40)} are not supported`);
}

const isWidth = (bits: number): boolean => bits >= 8 && bits <= 256 && bits % 8 === 0;

function integerWord(value: unknown, name: string, type: { bits: number; signed: boolean }): Uint8Array {
  const number = integer(value, name);
  const wrapped = type.signed ? BigInt.asIntN(type.bits, number) : BigInt.asUintN(type.bits, number);
  if (wrapped !== number) throw new RemoteError("INVALID", `typed data: ${name}: outside of its ${type.bits} bits`);
  return bigEndian(BigInt.asUintN(8 * WORD, number), WORD);
}

/** A JSON number that doubles hold exactly, or a text with an optional base prefix. */
function integer(value: unknown, name: string): bigint {
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  const candidate = typeof value === "string" && value.length <= INTEGER_TEXT_MAX ? value : "";
  const [, sign, digits] = INTEGER_TEXT.exec(candidate) ?? [];
  if (digits === undefined) throw malformed(name, "expected an integer; write large ones as text");
  return sign === "-" ? -BigInt(digits) : BigInt(digits);
}

function fixedBytes(value: unknown, name: string, size: number): Uint8Array {
  const given = bytes(value, name);
  if (given.length > size) throw new RemoteError("INVALID", `typed data: ${name}: more than ${size} bytes`);
  const word = new Uint8Array(WORD);
  word.set(given);
  return word;
}

function bytes(value: unknown, name: string): Uint8Array {
  const hex = text(value, name);
  if (hex.length % 2 !== 0 || !/^0x[0-9a-f]*$/i.test(hex)) throw malformed(name, "expected bytes in hex after 0x");
  return fromHex(hex);
}

function address(value: unknown, name: string): bigint {
  const hex = text(value, name);
  if (!/^0x[0-9a-f]{40}$/i.test(hex)) throw malformed(name, "expected an address");
  return BigInt(hex);
}

function text(value: unknown, name: string): string {
  if (typeof value !== "string") throw malformed(name, "expected a string");
  return value;
}

function truth(value: unknown, name: string): boolean {
  if (typeof value !== "boolean") throw malformed(name, "expected true or false");
  return value;
}

const malformed = (name: string, why: string): RemoteError =>
  new RemoteError("MALFORMED", `typed data: ${name}: ${why}`);
