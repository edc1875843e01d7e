/** secp256k1 by @noble/secp256k1. */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import * as secp from "@noble/secp256k1";
import { concatBytes } from "../../bytes/bytes.ts";
import type { Curve } from "../crypto.ts";
import { strictCurve } from "../strict.ts";

secp.hashes.sha256 = sha256;
secp.hashes.hmacSha256 = (key, message) => hmac(sha256, key, message);

/** The library puts V first: V || R || S. */
export const pureCurve: Curve = strictCurve({
  isSecretKey: (bytes) => secp.utils.isValidSecretKey(bytes),
  publicKeyOf: (secretKey) => secp.getPublicKey(secretKey, false),
  agree: (secretKey, publicKey) => secp.getSharedSecret(secretKey, publicKey).slice(1),
  sign(digest, secretKey) {
    const signature = secp.sign(digest, secretKey, { prehash: false, lowS: true, format: "recovered" });
    return concatBytes(signature.subarray(1), signature.subarray(0, 1));
  },
  recover(digest, signature) {
    const recovered = concatBytes(signature.subarray(64), signature.subarray(0, 64));
    return secp.recoverPublicKey(recovered, digest, { prehash: false, isCompressed: false });
  },
  convert: (bytes, form) => secp.Point.fromBytes(bytes).toBytes(form === "compressed"),
});
