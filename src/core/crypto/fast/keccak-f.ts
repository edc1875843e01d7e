/**
 * Keccak-f[1600] in WebAssembly, which has the 64-bit lanes that JavaScript lacks (FIPS 202, section 3).
 *
 * The state is 25 lanes A[x, y], little-endian, at x + 5y. A round is
 *
 * ```
 * theta    C[x] = A[x,0] ^ A[x,1] ^ A[x,2] ^ A[x,3] ^ A[x,4]
 *          D[x] = C[x-1] ^ rotl(C[x+1], 1)
 * rho, pi  B[y, 2x+3y] = rotl(A[x,y] ^ D[x], r[x,y])
 * chi      A[x,y] = B[x,y] ^ (~B[x+1,y] & B[x+2,y])
 * iota     A[0,0] ^= RC[round]
 * ```
 * Not concerned with padding and output: see `keccak.ts`.
 */
import {
  and,
  assemble,
  get,
  i32,
  load,
  loop,
  not,
  rotateLeft,
  type Statement,
  set,
  store,
  xor,
} from "./wasm-assembler.ts";

/** Bytes that one permutation absorbs, in Keccak-256. */
export const RATE = 136;

const ROUNDS = 24;
const LANES = Array.from({ length: 25 }, (_, lane) => lane);
const [STATE_SIZE, LANE_SIZE, PAGE] = [200, 8, 65_536];
/** Memory: the state, the round constants, and as many blocks of input as fit into the rest. */
const CONSTANTS = STATE_SIZE;
const INPUT = CONSTANTS + ROUNDS * LANE_SIZE;
const INPUT_SIZE = Math.floor((PAGE - INPUT) / RATE) * RATE;

/** Locals: the parameter, two addresses, and the lanes A, B, C, D. */
const [END, BLOCK, ROUND, A, B, C, D] = [0, 1, 2, 3, 28, 53, 58];

const at = (x: number, y: number): number => (x % 5) + 5 * (y % 5);
const place = (lane: number) => ({ x: lane % 5, y: Math.floor(lane / 5) });

export interface KeccakF {
  /** The 200 bytes that `absorb` works on. */
  readonly state: Uint8Array;
  /** A multiple of `RATE` bytes. */
  readonly input: Uint8Array;
  /** Absorbs the first `length` bytes of `input`: at least one block, and whole blocks only. */
  absorb(length: number): void;
}

export function openKeccakF(): KeccakF {
  const binary = assemble({ name: "absorb", parameters: 1, locals: { i32: 2, i64: 60 }, body: absorption() });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary));
  const { buffer } = exports.memory as { readonly buffer: ArrayBuffer };
  const absorb = exports.absorb as (end: number) => void;
  const constants = new DataView(buffer, CONSTANTS);
  for (const [round, constant] of roundConstants().entries()) constants.setBigUint64(round * LANE_SIZE, constant, true);
  return {
    state: new Uint8Array(buffer, 0, STATE_SIZE),
    input: new Uint8Array(buffer, INPUT, INPUT_SIZE),
    absorb: (length) => absorb(INPUT + length),
  };
}

/** XORs each block into the first lanes and permutes; the state is in locals meanwhile. */
function absorption(): Statement {
  const addressOf = (lane: number): number => lane * LANE_SIZE;
  const take = LANES.slice(0, RATE / LANE_SIZE).flatMap((lane) =>
    set(A + lane, xor(get(A + lane), load(get(BLOCK), addressOf(lane)))),
  );
  const rounds = loop({ counter: ROUND, step: LANE_SIZE, end: i32(INPUT), body: round() });
  return [
    ...LANES.flatMap((lane) => set(A + lane, load(i32(0), addressOf(lane)))),
    ...set(BLOCK, i32(INPUT)),
    ...loop({ counter: BLOCK, step: RATE, end: get(END), body: [...take, ...set(ROUND, i32(CONSTANTS)), ...rounds] }),
    ...LANES.flatMap((lane) => store(i32(0), addressOf(lane), get(A + lane))),
  ];
}

function round(): Statement {
  const columns = [0, 1, 2, 3, 4];
  const offsets = rotations();
  const sums = columns.flatMap((x) => set(C + x, xor(...columns.map((y) => get(A + at(x, y))))));
  const theta = columns.flatMap((x) => set(D + x, xor(get(C + at(x + 4, 0)), rotateLeft(get(C + at(x + 1, 0)), 1))));
  const rhoPi = LANES.flatMap((lane) => {
    const { x, y } = place(lane);
    return set(B + at(y, 2 * x + 3 * y), rotateLeft(xor(get(A + lane), get(D + x)), offsets[lane] ?? 0));
  });
  const chi = LANES.flatMap((lane) => {
    const { x, y } = place(lane);
    return set(A + lane, xor(get(B + lane), and(not(get(B + at(x + 1, y))), get(B + at(x + 2, y)))));
  });
  const iota = set(A, xor(get(A), load(get(ROUND), 0)));
  return [...sums, ...theta, ...rhoPi, ...chi, ...iota];
}

/** r[x, y]: the triangular numbers along the walk that pi takes from lane (1, 0) through all others but the first. */
function rotations(): number[] {
  const offsets = LANES.map(() => 0);
  for (let step = 1, lane = at(1, 0); step < LANES.length; step++) {
    offsets[lane] = ((step * (step + 1)) / 2) % 64;
    const { x, y } = place(lane);
    lane = at(y, 2 * x + 3 * y);
  }
  return offsets;
}

/** RC[round]: bits 0, 1, 3, 7, 15, 31 and 63 are drawn from a shift register over x^8 + x^6 + x^5 + x^4 + 1. */
function roundConstants(): bigint[] {
  let register = 1;
  return Array.from({ length: ROUNDS }, () => {
    let constant = 0n;
    for (let bit = 1; bit <= 64; bit *= 2) {
      if ((register & 1) === 1) constant |= 1n << BigInt(bit - 1);
      register = (register << 1) ^ (register & 0x80 ? 0x171 : 0);
    }
    return constant;
  });
}
