/**
 * Finding the nonce of an envelope: a search that can be put down and taken up again, and shared out over workers.
 *
 * The reference tries 0, 1, 2, ... and takes the first nonce with enough work, so the result follows from the draft
 * alone. Workers that share a search each take every n-th nonce and go on until they find one or pass the lowest find of
 * the others: the lowest of all is that result.
 */
import type { Hashes } from "../crypto/crypto.ts";
import { UsageError } from "../platform/errors.ts";
import { draftBytes, type EnvelopeDraft } from "./envelope.ts";
import { leadingZeroBits, requiredBits } from "./pow.ts";

const UINT32 = 2 ** 32;

/** Which nonces are tried: `start`, `start + stride`, ... */
export interface Share {
  readonly start: number;
  readonly stride: number;
}

/** Where a search stands: every nonce of its share below `next` was tried in vain. */
export interface Search {
  readonly digest: (nonce: number) => Uint8Array;
  /** Zero bits wanted. */
  readonly bits: number;
  readonly next: number;
  readonly stride: number;
}

/** The result of some tries: the nonce, or where to go on. */
export type Step = { readonly found: number } | { readonly found: undefined; readonly search: Search };

/**
 * The zero bits to search for so that `draft` meets `target`; a target of 0 needs none. Throws `UsageError` for a target
 * that is no amount of work, and for an envelope that lives for no time: its work would be infinite.
 */
export function bitsFor({ data, ttl }: EnvelopeDraft, target: number): number {
  const isWork = target >= 0 && Number.isFinite(target);
  if (!isWork) throw new UsageError("USAGE", `PoW target: ${target} is no amount of work`);
  if (ttl === 0) throw new UsageError("USAGE", "ttl: an envelope needs at least 1 second");
  return target === 0 ? 0 : requiredBits(target, data.length, ttl);
}

/** The search for the first nonce that gives `draft` at least `bits` leading zero bits. */
export function startSearch(
  hashes: Hashes,
  draft: EnvelopeDraft,
  bits: number,
  { start, stride }: Share = { start: 0, stride: 1 },
): Search {
  const hash = hashes.keccakSearcher(draftBytes(draft));
  const suffix = new Uint8Array(8);
  const view = new DataView(suffix.buffer);
  const digest = (nonce: number) => {
    view.setUint32(0, nonce / UINT32);
    view.setUint32(4, nonce); // writes it modulo 2^32
    return hash(suffix);
  };
  return { digest, bits, next: start, stride };
}

/** Tries the next `tries` nonces of the share. */
export function step(search: Search, tries: number): Step {
  const end = search.next + tries * search.stride;
  for (let nonce = search.next; nonce < end; nonce += search.stride) {
    if (leadingZeroBits(search.digest(nonce)) >= search.bits) return { found: nonce };
  }
  return { found: undefined, search: { ...search, next: end } };
}
