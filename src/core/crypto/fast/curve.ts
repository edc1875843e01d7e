/** secp256k1 by libsecp256k1, when the optional package `secp256k1` is installed and has a binary for this machine. */
import { randomBytes } from "node:crypto";
import type secp256k1 from "secp256k1/bindings.js";
import { concatBytes } from "../../bytes/bytes.ts";
import type { Curve } from "../crypto.ts";
import { strictCurve } from "../strict.ts";

type Library = typeof secp256k1;

/** The native curve, or undefined when it cannot be loaded. `load` is an argument so that a test can refuse. */
export async function openNativeCurve(
  load: () => Promise<{ default: Library }> = loadLibrary,
): Promise<Curve | undefined> {
  try {
    const library = (await load()).default;
    library.contextRandomize(randomBytes(32));
    return curveOf(library);
  } catch {
    return undefined;
  }
}

const loadLibrary = () => import("secp256k1/bindings.js");

function curveOf(library: Library): Curve {
  return strictCurve({
    isSecretKey: (bytes) => library.privateKeyVerify(bytes),
    publicKeyOf: (secretKey) => library.publicKeyCreate(secretKey, false),
    // `publicKeyTweakMul` would be 1.4 times faster, but its time depends on the secret key; this one's does not.
    agree: (secretKey, publicKey) => library.ecdh(publicKey, secretKey, { hashfn: (x) => x }, new Uint8Array(32)),
    sign(digest, secretKey) {
      const { signature, recid } = library.ecdsaSign(digest, secretKey);
      return concatBytes(signature, Uint8Array.of(recid));
    },
    recover: (digest, signature) => library.ecdsaRecover(signature.subarray(0, 64), signature[64] ?? 0, digest, false),
    convert: (bytes, form) => library.publicKeyConvert(bytes, form === "compressed"),
  });
}
