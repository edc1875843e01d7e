/** MD5, for pictures only: nothing that must resist an adversary may lean on it. */
import { md5 as digest } from "@noble/hashes/legacy.js";

/** The 16-byte digest of `data`. */
export const md5 = (data: Uint8Array): Uint8Array => digest(data);
