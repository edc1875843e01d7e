/**
 * What may be done with a secret key, without the key: everything above `accounts/` signs and agrees through a keyring,
 * so a raw secret is seen only where it is made, stored or exported.
 */
import type { Curve, PublicKey, SecretKey, Signature } from "../crypto/crypto.ts";
import { UsageError } from "../platform/errors.ts";

export interface Keyring {
  readonly publicKey: PublicKey;
  /** Signs a 32-byte digest as it is: R || S || V, V in 0..3, deterministic, low S. */
  sign(digest: Uint8Array): Signature;
  /** X coordinate of our secret times `remote`, 32 bytes. Throws `RemoteError` BAD_KEY. */
  agree(remote: PublicKey): Uint8Array;
}

/** A keyring around a copy of `secretKey`, which neither inspection nor JSON shows. Throws `UsageError` if it is no key. */
export function openKeyring(curve: Curve, secretKey: SecretKey): Keyring {
  if (!curve.isSecretKey(secretKey)) throw new UsageError("USAGE", "secret key: 32 bytes below the order expected");
  const secret = secretKey.slice();
  return Object.freeze({
    publicKey: curve.publicKeyOf(secret),
    sign: (digest: Uint8Array) => curve.sign(digest, secret),
    agree: (remote: PublicKey) => curve.agree(secret, remote),
  });
}
