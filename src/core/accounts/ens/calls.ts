/**
 * What is asked of the contracts of ENS, and what they answer, in the encoding of Solidity's ABI.
 *
 * ```
 * call   := keccak256(signature)[0..4] || node(32)
 * answer := word(32)*                                    owner, resolver, addr, pubkey
 *         | offset: word | ... | length: word | bytes    contenthash, name
 * ```
 */
import { concatBytes, textOf, utf8 } from "../../bytes/bytes.ts";
import type { Hashes, PublicKey } from "../../crypto/crypto.ts";
import { RemoteError } from "../../platform/errors.ts";
import { ADDRESS_LENGTH, type Address } from "../address.ts";

/** Functions of the registry and of resolvers that take a node. */
export type EnsFunction =
  | "owner(bytes32)"
  | "resolver(bytes32)"
  | "addr(bytes32)"
  | "pubkey(bytes32)"
  | "contenthash(bytes32)"
  | "name(bytes32)";

type Keccak = Pick<Hashes, "keccak256">;

const WORD = 32;
/** Longer records are of no use to a chat tool. */
const RECORD_MAX = 4096;

/** The first four bytes of a function's hash. */
export const selectorOf = (hashes: Keccak, signature: string): Uint8Array =>
  hashes.keccak256(utf8(signature)).slice(0, 4);

export const encodeEnsCall = (hashes: Keccak, signature: EnsFunction, node: Uint8Array): Uint8Array =>
  concatBytes(selectorOf(hashes, signature), node);

/** An address; undefined for the zero address, which means that there is none. Throws `RemoteError`. */
export function decodeAddressAnswer(answer: Uint8Array): Address | undefined {
  const word = wordAt(answer, 0, "address");
  if (!isZero(word.subarray(0, WORD - ADDRESS_LENGTH))) {
    throw new RemoteError("MALFORMED", "ENS answer: address: wider than 20 bytes");
  }
  return isZero(word) ? undefined : word.slice(-ADDRESS_LENGTH);
}

/** The point of a pubkey record, not checked to be on the curve; undefined where nothing was set. Throws `RemoteError`. */
export function decodePubkeyAnswer(answer: Uint8Array): PublicKey | undefined {
  const point = concatBytes(wordAt(answer, 0, "x"), wordAt(answer, WORD, "y"));
  return isZero(point) ? undefined : concatBytes(Uint8Array.of(4), point);
}

/** A record of any length; undefined where nothing was set. Throws `RemoteError`. */
export function decodeBytesAnswer(answer: Uint8Array): Uint8Array | undefined {
  const offset = sizeAt(answer, 0, "offset");
  const length = sizeAt(answer, offset, "length");
  if (length > RECORD_MAX) throw new RemoteError("OVERSIZED", `ENS answer: record of more than ${RECORD_MAX} bytes`);
  const start = offset + WORD;
  if (length > answer.length - start) {
    throw new RemoteError("TRUNCATED", `ENS answer: record needs ${length} bytes, ${answer.length - start} left`);
  }
  return length === 0 ? undefined : answer.slice(start, start + length);
}

/** A record of text; undefined where nothing was set. Throws `RemoteError`. */
export function decodeTextAnswer(answer: Uint8Array): string | undefined {
  const bytes = decodeBytesAnswer(answer);
  return bytes && textOf(bytes, "ENS answer");
}

function wordAt(answer: Uint8Array, offset: number, field: string): Uint8Array {
  if (offset + WORD <= answer.length) return answer.subarray(offset, offset + WORD);
  throw new RemoteError("TRUNCATED", `ENS answer: ${field}: needs ${offset + WORD} bytes, got ${answer.length}`);
}

/** A number that must be small: nothing in an answer lies beyond its length. */
function sizeAt(answer: Uint8Array, offset: number, field: string): number {
  const word = wordAt(answer, offset, field);
  if (!isZero(word.subarray(0, WORD - 4))) throw new RemoteError("MALFORMED", `ENS answer: ${field}: beyond 32 bits`);
  return word.subarray(-4).reduce((size, byte) => size * 256 + byte, 0);
}

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);
