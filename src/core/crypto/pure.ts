/** All primitives in plain JavaScript, by @noble: what one-shot inspection takes, and the oracle of the fast door. */
import type { Crypto } from "./crypto.ts";
import { pureCiphers } from "./pure/ciphers.ts";
import { pureCurve } from "./pure/curve.ts";
import { pureHashes } from "./pure/hashes.ts";
import { pureKdfs } from "./pure/kdfs.ts";

export const pureCrypto: Crypto = {
  door: "pure",
  nativeCurve: false,
  ...pureHashes,
  ...pureCurve,
  ...pureCiphers,
  ...pureKdfs,
};
