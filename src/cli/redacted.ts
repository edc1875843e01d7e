/** Secrets leave only on request; everything else shows a fingerprint in their place. */
import { concatBytes, utf8 } from "../core/bytes/bytes.ts";
import { hexDigits } from "../core/bytes/hex.ts";
import type { Hashes } from "../core/crypto/crypto.ts";

/** In place of a secret. */
export interface Redacted {
  readonly redacted: true;
  /** Tells two secrets apart: 4 bytes as digits. */
  readonly fingerprint: string;
}

/** Of secrets with the strength of a key only: a short password could be guessed from its fingerprint. */
export function redact(hashes: Pick<Hashes, "sha256">, secret: Uint8Array): Redacted {
  const digest = hashes.sha256(concatBytes(utf8("statusctl fingerprint"), secret));
  return { redacted: true, fingerprint: hexDigits(digest.subarray(0, 4)) };
}
