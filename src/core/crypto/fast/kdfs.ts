/** Key derivation by node:crypto. */
import { hkdfSync, pbkdf2Sync, scryptSync } from "node:crypto";
import { type Kdfs, SCRYPT_MEMORY } from "../crypto.ts";
import { strictKdfs } from "../strict.ts";
import { plainBytes } from "./plain.ts";

/** OpenSSL counts its working buffers too; what callers may ask for is checked in `strict.ts`. */
const MEMORY = 2 * SCRYPT_MEMORY;

export const fastKdfs: Kdfs = strictKdfs({
  pbkdf2Sha256: (password, salt, rounds, length) => plainBytes(pbkdf2Sync(password, salt, rounds, length, "sha256")),
  pbkdf2Sha512: (password, salt, rounds, length) => plainBytes(pbkdf2Sync(password, salt, rounds, length, "sha512")),
  scrypt: (password, salt, { n, r, p }, length) =>
    plainBytes(scryptSync(password, salt, length, { N: n, r, p, maxmem: MEMORY })),
  hkdfSha256: (secret, salt, info, length) => new Uint8Array(hkdfSync("sha256", secret, salt, info, length)),
});
