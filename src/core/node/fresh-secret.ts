/** New secret keys for identities of a moment. */
import type { Curve, SecretKey } from "../crypto/crypto.ts";
import type { Random } from "../platform/random.ts";

/** A new key of the curve. */
export function freshSecret(curve: Curve, random: Random): SecretKey {
  for (;;) {
    const secret = random.bytes(32);
    if (curve.isSecretKey(secret)) return secret;
  }
}
