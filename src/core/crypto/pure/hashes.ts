/** Hashes by @noble/hashes. */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import type { Hashes, KeccakState } from "../crypto.ts";

export const pureHashes: Hashes = {
  keccak256: (data) => keccak_256(data),
  keccakState,
  keccakSearcher,
  sha256: (data) => sha256(data),
  hmacSha256: (key, data) => hmac(sha256, key, data),
  hmacSha512: (key, data) => hmac(sha512, key, data),
};

function keccakState(): KeccakState {
  const state = keccak_256.create();
  return {
    update: (data) => void state.update(data),
    digest: () => state.clone().digest(),
  };
}

/** One copy of the state after the prefix serves all suffixes. */
function keccakSearcher(prefix: Uint8Array): (suffix: Uint8Array) => Uint8Array {
  const start = keccak_256.create().update(prefix);
  const copy = start.clone();
  const digest = new Uint8Array(32);
  return (suffix) => {
    start._cloneInto(copy).update(suffix).digestInto(digest);
    return digest;
  };
}
