/**
 * The public halves of our own keys, by node:crypto: a command that only shows them would spend most of its time on
 * loading libsecp256k1, or on the tables of @noble/secp256k1.
 */
import { createECDH, ECDH } from "node:crypto";
import { assert } from "../../platform/errors.ts";
import type { Curve } from "../crypto.ts";
import { plainBytes } from "./plain.ts";

const NAME = "secp256k1";

export type OwnKeys = Pick<Curve, "publicKeyOf" | "compress">;

/** Undefined where OpenSSL was built without the curve. */
export function openOwnKeys(): OwnKeys | undefined {
  try {
    createECDH(NAME);
    return ownKeys;
  } catch {
    return undefined;
  }
}

const ownKeys: OwnKeys = {
  publicKeyOf(secretKey) {
    const ecdh = createECDH(NAME);
    ecdh.setPrivateKey(secretKey);
    return plainBytes(ecdh.getPublicKey());
  },
  compress(publicKey) {
    const compressed = ECDH.convertKey(publicKey, NAME, undefined, undefined, "compressed");
    assert(compressed instanceof Uint8Array, "without an encoding keys are bytes");
    return plainBytes(compressed);
  },
};
