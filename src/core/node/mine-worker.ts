/** The worker thread of `miner.ts`: tries its share of the nonces until somebody has the lowest, or it is told to stop. */
import { workerData } from "node:worker_threads";
import { openCrypto } from "../crypto/open.ts";
import { startSearch, step } from "../whisper/pow-search.ts";
import type { MineOrder } from "./miner.ts";

/** Nonces tried between looks at the shared memory: a fraction of a millisecond. */
const TRIES = 512;

async function work({ door, draft, bits, start, stride, shared }: MineOrder): Promise<void> {
  const cells = new BigInt64Array(shared);
  let search = startSearch(await openCrypto(door), draft, bits, { start, stride });
  while (Atomics.load(cells, 1) === 0n && BigInt(search.next) < Atomics.load(cells, 0)) {
    const result = step(search, TRIES);
    if (result.found !== undefined) return lower(cells, BigInt(result.found));
    search = result.search;
  }
}

/** Writes `nonce` unless a lower one is there. */
function lower(cells: BigInt64Array, nonce: bigint): void {
  for (let seen = Atomics.load(cells, 0); nonce < seen; ) {
    const before = Atomics.compareExchange(cells, 0, seen, nonce);
    if (before === seen) return;
    seen = before;
  }
}

await work(workerData as MineOrder);
