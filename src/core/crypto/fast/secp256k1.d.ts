/** What we use of the optional native package, which brings no types. Without `index.js` there is no slow substitute. */
declare module "secp256k1/bindings.js" {
  interface Secp256k1 {
    /** Blinds the multiplications with the generator against side channels. */
    contextRandomize(seed: Uint8Array): void;
    privateKeyVerify(secretKey: Uint8Array): boolean;
    publicKeyCreate(secretKey: Uint8Array, compressed: boolean): Uint8Array;
    publicKeyConvert(publicKey: Uint8Array, compressed: boolean): Uint8Array;
    ecdsaSign(digest: Uint8Array, secretKey: Uint8Array): { readonly signature: Uint8Array; readonly recid: number };
    ecdsaRecover(signature: Uint8Array, recid: number, digest: Uint8Array, compressed: boolean): Uint8Array;
    ecdh(
      publicKey: Uint8Array,
      secretKey: Uint8Array,
      options: { readonly hashfn: (x: Uint8Array, y: Uint8Array) => Uint8Array },
      output: Uint8Array,
    ): Uint8Array;
  }
  const secp256k1: Secp256k1;
  export = secp256k1;
}
