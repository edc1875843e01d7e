/** Chance that comes again: for a devnet that is to be the same each time. Never for keys that protect anything. */
import { bigEndian, concatBytes } from "../bytes/bytes.ts";
import type { Hashes } from "../crypto/crypto.ts";
import type { Random } from "../platform/random.ts";

/** Keccak-256 of seed, stream and counter, block after block. `stream`: one of the independent sources of a seed. */
export function seededRandom(hashes: Hashes, seed: number, stream = 0): Random {
  let counter = 0;
  const block = (): Uint8Array =>
    hashes.keccak256(concatBytes(bigEndian(seed, 8), bigEndian(stream, 8), bigEndian(counter++, 8)));
  return {
    bytes: (length) => concatBytes(...Array.from({ length: Math.ceil(length / 32) }, block)).slice(0, length),
  };
}
