/**
 * Stretching a password into a key, at a cost that the key file names.
 *
 * The file may be hostile: a cost is bounded before a byte is allocated or a round is run.
 */
import { utf8 } from "../../bytes/bytes.ts";
import type { Kdfs, ScryptCost } from "../../crypto/crypto.ts";
import { RemoteError } from "../../platform/errors.ts";

export type KdfCost = ({ readonly kdf: "scrypt" } & ScryptCost) | { readonly kdf: "pbkdf2"; readonly rounds: number };

const LENGTH = 32;

/** What Status writes: tenths of a second, 4 MiB. */
export const SCRYPT_LIGHT: KdfCost = { kdf: "scrypt", n: 4096, r: 8, p: 6 };
/** What geth writes: about a second, 256 MiB. */
export const SCRYPT_STANDARD: KdfCost = { kdf: "scrypt", n: 262_144, r: 8, p: 1 };
/** The example of the format's text. */
export const PBKDF2_STANDARD: KdfCost = { kdf: "pbkdf2", rounds: 262_144 };

/** Scrypt holds 128 * n * r bytes: with this, 256 MiB, what geth's standard cost takes. */
const SCRYPT_BLOCKS_MAX = 2 ** 21;
/** Scrypt mixes n * r * p blocks: four times geth's standard cost, some seconds in plain JavaScript. */
const SCRYPT_WORK_MAX = 2 ** 23;
/** Sixteen times the format's example, some seconds in plain JavaScript. */
const PBKDF2_ROUNDS_MAX = 2 ** 22;

/**
 * 32 bytes: the first half encrypts, the second authenticates. Throws `RemoteError` for the cost: OVERSIZED, INVALID, or
 * UNSUPPORTED where a library refuses it (RFC 7914 wants n below 2^(16 r); the format's own example has n 2^18, r 1).
 */
export function stretchPassword(kdfs: Kdfs, password: string, salt: Uint8Array, cost: KdfCost): Uint8Array {
  checkCost(cost);
  const secret = utf8(password);
  if (cost.kdf === "pbkdf2") return kdfs.pbkdf2Sha256(secret, salt, cost.rounds, LENGTH);
  try {
    return kdfs.scrypt(secret, salt, cost, LENGTH);
  } catch (cause) {
    throw new RemoteError("UNSUPPORTED", "key file: this scrypt cost is not supported here", { cause });
  }
}

function checkCost(cost: KdfCost): void {
  if (cost.kdf === "scrypt") checkScrypt(cost);
  else checkRounds(cost.rounds);
}

function checkRounds(rounds: number): void {
  if (rounds < 1) throw new RemoteError("INVALID", "key file: c: must be at least 1");
  atMost("c", rounds, PBKDF2_ROUNDS_MAX);
}

function checkScrypt({ n, r, p }: ScryptCost): void {
  if (!isPowerOfTwo(n)) throw new RemoteError("INVALID", "key file: n: not a power of two above 1");
  if (r < 1 || p < 1) throw new RemoteError("INVALID", "key file: r, p: must be at least 1");
  atMost("n * r", n * r, SCRYPT_BLOCKS_MAX);
  atMost("n * r * p", n * r * p, SCRYPT_WORK_MAX);
}

/** From 2 on (RFC 7914). */
const isPowerOfTwo = (value: number): boolean => value >= 2 && Number.isInteger(Math.log2(value));

function atMost(name: string, value: number, limit: number): void {
  if (value > limit) throw new RemoteError("OVERSIZED", `key file: ${name}: ${value} asks for more than ${limit}`);
}
