/**
 * Proof of work for the shell: small searches at once, demanding ones in worker threads over both cores.
 *
 * Workers share one search: each tries every n-th nonce. They agree through shared memory on the lowest find so far and
 * stop when none of them can beat it, so the result is the nonce that a search by one would give.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Crypto, Door } from "../crypto/crypto.ts";
import { encodeEnvelope } from "../whisper/envelope.ts";
import { bitsFor, startSearch, step } from "../whisper/pow-search.ts";
import type { MineRequest, Miner } from "./ports.ts";

/** Up to 2^12 expected hashes (a few milliseconds) a worker's start would cost more than it saves. */
const INLINE_BITS_MAX = 12;
/** Nonces tried between looks at the clock. */
const INLINE_TRIES = 1024;

/** What a worker is told. `shared[0]` holds the lowest nonce found so far, or `NOT_FOUND`; `shared[1]` = 1 cancels. */
export interface MineOrder {
  readonly door: Door;
  readonly draft: MineRequest["draft"];
  readonly bits: number;
  readonly start: number;
  readonly stride: number;
  readonly shared: SharedArrayBuffer;
}

export const NOT_FOUND = 2n ** 62n;

/** A miner that searches with the given primitives; `workers` threads for demanding targets. */
export function threadMiner(crypto: Crypto, workers = availableParallelism()): Miner {
  return {
    mine(request, done) {
      const bits = bitsFor(request.draft, request.target);
      const finish = (nonce: number | undefined): void =>
        done(nonce === undefined ? undefined : encodeEnvelope(crypto, request.draft, BigInt(nonce)));
      if (bits === 0) return soon(() => finish(0));
      if (bits <= INLINE_BITS_MAX) return soon(() => finish(searchInline(crypto, request, bits)));
      return searchInWorkers({ crypto, request, bits, workers }, finish);
    },
  };
}

/** Results never come before `mine` has returned. */
function soon(task: () => void): () => void {
  const immediate = setImmediate(task);
  return () => clearImmediate(immediate);
}

function searchInline(crypto: Crypto, { draft, budgetMs }: MineRequest, bits: number): number | undefined {
  const deadline = performance.now() + budgetMs;
  let search = startSearch(crypto, draft, bits);
  while (performance.now() < deadline) {
    const result = step(search, INLINE_TRIES);
    if (result.found !== undefined) return result.found;
    search = result.search;
  }
  return undefined;
}

interface SharedSearch {
  readonly crypto: Crypto;
  readonly request: MineRequest;
  readonly bits: number;
  readonly workers: number;
}

function searchInWorkers(search: SharedSearch, finish: (nonce: number | undefined) => void): () => void {
  const { crypto, request, bits, workers } = search;
  const shared = new SharedArrayBuffer(16);
  const cells = new BigInt64Array(shared);
  cells[0] = NOT_FOUND;
  let left = workers;
  let cancelled = false;
  const timer = setTimeout(() => Atomics.store(cells, 1, 1n), request.budgetMs);
  const ended = (): void => {
    left--;
    if (left > 0) return;
    clearTimeout(timer);
    const found = Atomics.load(cells, 0);
    if (!cancelled) finish(found === NOT_FOUND ? undefined : Number(found));
  };
  for (let start = 0; start < workers; start++) {
    const order: MineOrder = { door: crypto.door, draft: request.draft, bits, start, stride: workers, shared };
    const worker = new Worker(workerFile(), { workerData: order });
    let over = false;
    const once = (): void => {
      if (over) return;
      over = true;
      ended();
    };
    worker.once("exit", once);
    worker.once("error", once);
  }
  return () => {
    cancelled = true;
    clearTimeout(timer);
    Atomics.store(cells, 1, 1n);
  };
}

/** The worker's code lies beside this file, compiled or not. */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./mine-worker.dev.mjs" : "./mine-worker.js", import.meta.url);
}
