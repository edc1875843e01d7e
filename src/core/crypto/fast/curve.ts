/**
 * secp256k1 by libsecp256k1, when the optional package `secp256k1` is installed and has a binary for this machine.
 * It finds its binary beside itself, so a bundle must leave it outside.
 */
import { randomBytes } from "node:crypto";
import { concatBytes } from "../../bytes/bytes.ts";
import type { Curve } from "../crypto.ts";
import { strictCurve } from "../strict.ts";

/** What we use of the package. All of it throws on anything unsound. */
export interface NativeLibrary {
  /** Blinds the multiplications with the generator against side channels. */
  contextRandomize(seed: Uint8Array): void;
  privateKeyVerify(secretKey: Uint8Array): boolean;
  publicKeyCreate(secretKey: Uint8Array, compressed: boolean): Uint8Array;
  publicKeyConvert(publicKey: Uint8Array, compressed: boolean): Uint8Array;
  ecdsaSign(digest: Uint8Array, secretKey: Uint8Array): { readonly signature: Uint8Array; readonly recid: number };
  ecdsaRecover(signature: Uint8Array, recid: number, digest: Uint8Array, compressed: boolean): Uint8Array;
  /** `hashfn` makes the output, which has the size of `output`, of the coordinates of the product. */
  ecdh(
    publicKey: Uint8Array,
    secretKey: Uint8Array,
    options: { readonly hashfn: (x: Uint8Array, y: Uint8Array) => Uint8Array },
    output: Uint8Array,
  ): Uint8Array;
}

/** The native curve, or undefined when it cannot be loaded. `load` is an argument so that a test can refuse. */
export async function openNativeCurve(
  load: () => Promise<{ default: NativeLibrary }> = loadLibrary,
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

function curveOf(library: NativeLibrary): Curve {
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
