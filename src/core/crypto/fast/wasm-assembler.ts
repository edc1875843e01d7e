/**
 * As much of a WebAssembly assembler as `keccak-f.ts` needs: expressions over 64-bit locals, loops, and a module with one
 * function and one page of memory (WebAssembly Core Specification 1.0, sections 5.4 and 5.5).
 */

/** Instructions that leave a value on the stack. */
export type Expression = readonly number[];
/** Instructions that leave nothing there. */
export type Statement = readonly number[];

const I32 = 0x7f;
const I64 = 0x7e;
const FUNCTION = 0x60;
const NO_RESULT = 0x40;
const END = 0x0b;
/** Addresses are multiples of eight bytes. */
const ALIGNMENT = 3;

export const get = (local: number): Expression => [0x20, ...unsigned(local)];
export const set = (local: number, value: Expression): Statement => [...value, 0x21, ...unsigned(local)];

export const i32 = (value: number): Expression => [0x41, ...signed(value)];
const addI32 = (a: Expression, b: Expression): Expression => [...a, ...b, 0x6a];
const isLess = (a: Expression, b: Expression): Expression => [...a, ...b, 0x49];

const i64 = (value: number): Expression => [0x42, ...signed(value)];
const xorTwo = (a: Expression, b: Expression): Expression => [...a, ...b, 0x85];
export const xor = (...values: readonly Expression[]): Expression => values.reduce(xorTwo);
export const and = (a: Expression, b: Expression): Expression => [...a, ...b, 0x83];
export const not = (value: Expression): Expression => xorTwo(value, i64(-1));
export const rotateLeft = (value: Expression, bits: number): Expression => [...value, ...i64(bits), 0x89];

export const load = (address: Expression, offset: number): Expression => {
  return [...address, 0x29, ALIGNMENT, ...unsigned(offset)];
};
export const store = (address: Expression, offset: number, value: Expression): Statement => {
  return [...address, ...value, 0x37, ALIGNMENT, ...unsigned(offset)];
};

export interface Loop {
  /** A local of 32 bits: where the first turn begins. */
  readonly counter: number;
  readonly step: number;
  /** Where the next turn would not begin any more. */
  readonly end: Expression;
  readonly body: Statement;
}

/** Runs `body` at least once. */
export function loop({ counter, step, end, body }: Loop): Statement {
  const next = set(counter, addI32(get(counter), i32(step)));
  return [0x03, NO_RESULT, ...body, ...next, ...isLess(get(counter), end), 0x0d, 0, END];
}

export interface OneFunction {
  readonly name: string;
  /** Of 32 bits each: the first locals. */
  readonly parameters: number;
  /** Those behind the parameters. */
  readonly locals: { readonly i32: number; readonly i64: number };
  readonly body: Statement;
}

/** The binary of a module that exports the function, and its memory as `memory`. */
export function assemble({ name, parameters, locals, body }: OneFunction): Uint8Array {
  const type = [FUNCTION, ...vector(Array(parameters).fill([I32])), ...vector([])];
  const declared = vector([
    [locals.i32, I32],
    [locals.i64, I64],
  ]);
  const exported = [
    [...sized(ascii(name)), 0, 0],
    [...sized(ascii("memory")), 2, 0],
  ];
  return Uint8Array.from([
    ...[...ascii("\0asm"), 1, 0, 0, 0],
    ...section(1, [type]),
    ...section(3, [[0]]),
    ...section(5, [[0, 1]]),
    ...section(7, exported),
    ...section(10, [sized([...declared, ...body, END])]),
  ]);
}

const section = (id: number, items: readonly (readonly number[])[]): number[] => [id, ...sized(vector(items))];
const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes];
const ascii = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));

/** LEB128: seven bits a byte, low ones first. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** As `unsigned`, the sign in bit 6 of the last byte. */
function signed(value: number): number[] {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
