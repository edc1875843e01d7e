/** Keccak by hash-wasm, the others by node:crypto. */
import { createHmac, hash } from "node:crypto";
import type { Hashes } from "../crypto.ts";
import { openKeccak } from "./keccak.ts";
import { plainBytes } from "./plain.ts";

export async function openFastHashes(): Promise<Hashes> {
  return {
    ...(await openKeccak()),
    sha256: (data) => plainBytes(hash("sha256", data, "buffer")),
    hmacSha256: (key, data) => plainBytes(createHmac("sha256", key).update(data).digest()),
    hmacSha512: (key, data) => plainBytes(createHmac("sha512", key).update(data).digest()),
  };
}
