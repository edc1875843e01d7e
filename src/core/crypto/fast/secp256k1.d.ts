/** The optional native package brings no types. Its `bindings.js`, unlike its main file, has no slow substitute. */
declare module "secp256k1/bindings.js" {
  const library: import("./curve.ts").NativeLibrary;
  export = library;
}
