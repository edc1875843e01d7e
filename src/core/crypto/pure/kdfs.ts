/** Key derivation by @noble/hashes. */
import { hkdf } from "@noble/hashes/hkdf.js";
import { pbkdf2 } from "@noble/hashes/pbkdf2.js";
import { scrypt } from "@noble/hashes/scrypt.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { type Kdfs, SCRYPT_MEMORY } from "../crypto.ts";
import { strictKdfs } from "../strict.ts";

export const pureKdfs: Kdfs = strictKdfs({
  pbkdf2Sha256: (password, salt, rounds, length) => pbkdf2(sha256, password, salt, { c: rounds, dkLen: length }),
  pbkdf2Sha512: (password, salt, rounds, length) => pbkdf2(sha512, password, salt, { c: rounds, dkLen: length }),
  scrypt: (password, salt, { n, r, p }, length) =>
    scrypt(password, salt, { N: n, r, p, dkLen: length, maxmem: SCRYPT_MEMORY }),
  hkdfSha256: (secret, salt, info, length) => hkdf(sha256, secret, salt, info, length),
});
