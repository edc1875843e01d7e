/** The search for a proof of work against a bare loop over the same hash, and against hashing the whole each time. */
import { openCrypto } from "../src/core/crypto/open.ts";
import { draftBytes, type Topic } from "../src/core/whisper/envelope.ts";
import { startSearch, step } from "../src/core/whisper/pow-search.ts";
import { type Benchmark, compare, type Figure } from "./harness.ts";

const NONCES = 1000;
/** More than any nonce has, so that all are tried. */
const BITS = 257;
const work = { amount: NONCES, unit: "hashes" };

/** Tries the same nonces in three ways, for an envelope with `size` bytes of data. */
async function contestants(door: "fast" | "pure", size: number) {
  const crypto = await openCrypto(door);
  const draft = { expiry: 1585000015, ttl: 15, topic: "0x9c22ff5f" as Topic, data: new Uint8Array(size).fill(7) };
  const fields = draftBytes(draft);
  const hash = crypto.keccakSearcher(fields);
  const input = new Uint8Array(fields.length + 8);
  input.set(fields);
  const nonce = input.subarray(fields.length);
  const loop = (digest: () => Uint8Array) => () => {
    for (let count = 0; count < NONCES; count++) {
      nonce[6] = count >> 8;
      nonce[7] = count;
      digest();
    }
  };
  return {
    search: { name: "search", run: () => step(startSearch(crypto, draft, BITS), NONCES) },
    bare: { name: "bare loop", run: loop(() => hash(nonce)) },
    whole: { name: "keccak of all", run: loop(() => crypto.keccak256(input)) },
  };
}

export const benchmark: Benchmark = {
  name: "pow",
  about: "the search for a proof of work, against a bare loop over the same hash",
  async run() {
    const figures: Figure[] = [];
    for (const door of ["fast", "pure"] as const) {
      for (const size of [44, 540, 4000]) {
        const { search, bare, whole } = await contestants(door, size);
        const what = `${door}, ${size} bytes of data`;
        figures.push(await compare({ what, subject: search, baseline: bare, work, target: { atLeast: 0.9 } }));
        figures.push(await compare({ what, subject: search, baseline: whole, work }));
      }
    }
    return figures;
  },
};
