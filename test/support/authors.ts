/** People of the tests: identities made from a number. */
import { bigEndian } from "../../src/core/bytes/bytes.ts";
import { pureCrypto } from "../../src/core/crypto/pure.ts";
import type { Author } from "../../src/core/payloads/application-metadata.ts";

/** The identity with the secret key `number`, 1 and up. */
export function authorFrom(number: number): Author {
  const secretKey = bigEndian(number, 32);
  return { publicKey: pureCrypto.publicKeyOf(secretKey), sign: (digest) => pureCrypto.sign(digest, secretKey) };
}
