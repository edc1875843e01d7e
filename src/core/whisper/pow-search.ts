/**
 * Finding the nonce of an envelope: a search that can be put down and taken up again, and shared out over workers.
 *
 * The reference tries 0, 1, 2, ... and takes the first nonce with enough work, so the result follows from the draft
 * alone. Workers that share a search each take every n-th nonce; `lowestNonce` says when their finds are that result.
 */
import { concatBytes } from "../bytes/bytes.ts";
import type { Hashes } from "../crypto/crypto.ts";
import { draftBytes, type EnvelopeDraft } from "./envelope.ts";
import { leadingZeroBits } from "./pow.ts";

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

/** The search for the first nonce that gives `draft` at least `bits` leading zero bits. */
export function startSearch(
  hashes: Hashes,
  draft: EnvelopeDraft,
  bits: number,
  { start, stride }: Share = { start: 0, stride: 1 },
): Search {
  const input = concatBytes(draftBytes(draft), new Uint8Array(8));
  const view = new DataView(input.buffer, input.length - 8);
  const digest = (nonce: number) => {
    view.setBigUint64(0, BigInt(nonce));
    return hashes.keccak256(input);
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
