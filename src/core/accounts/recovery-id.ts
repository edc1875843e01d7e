/** V as Ethereum's texts write it: 27 more than in protocol signatures. */
import type { Signature } from "../crypto/crypto.ts";
import { RemoteError } from "../platform/errors.ts";

const LENGTH = 65;
const OFFSET = 27;

export function toEthereumSignature(signature: Signature): Signature {
  const copy = signature.slice();
  copy[LENGTH - 1] = (signature[LENGTH - 1] ?? 0) + OFFSET;
  return copy;
}

/** Throws `RemoteError` BAD_SIGNATURE unless it has 65 bytes and V is 27 or 28. */
export function fromEthereumSignature(signature: Signature): Signature {
  if (signature.length !== LENGTH) {
    throw new RemoteError("BAD_SIGNATURE", `signature: ${LENGTH} bytes expected, got ${signature.length}`);
  }
  const v = signature[LENGTH - 1] ?? 0;
  if (v !== OFFSET && v !== OFFSET + 1) throw new RemoteError("BAD_SIGNATURE", `signature: V is ${v}, not 27 or 28`);
  const copy = signature.slice();
  copy[LENGTH - 1] = v - OFFSET;
  return copy;
}
