/**
 * Opens the door to the primitives. Loading is asynchronous, so it happens once, in the shell, before machines are made.
 *
 * | door | hashes | curve | ciphers, key derivation |
 * |---|---|---|---|
 * | pure | @noble/hashes | @noble/secp256k1 | @noble/ciphers, @noble/hashes |
 * | fast | hash-wasm, node:crypto | `secp256k1`, else as pure | node:crypto |
 *
 * Only the curve can fall back: `secp256k1` is an optional dependency with binaries for the common machines.
 *
 * What is not opened is not loaded, so a command that needs hashes alone opens hashes alone. Bundled, and in processor
 * time of a bare `node`, a start costs 1.10 with pure hashes, 1.13 with the pure curve, 1.29 with pure ciphers (but 1.13
 * with fast ones: Node has them already), 1.38 with all pure and 1.48 with all fast.
 */

import type { Ciphers, Crypto, Curve, Door, Hashes, Kdfs } from "./crypto.ts";
import type { OwnKeys } from "./fast/own-keys.ts";

/** All primitives. `pure` never loads native code; `fast` uses what is installed. */
export async function openCrypto(door: Door): Promise<Crypto> {
  if (door === "pure") return (await import("./pure.ts")).pureCrypto;
  const [hashes, nativeCurve, ciphers, kdfs] = await Promise.all([
    openHashes(door),
    openNativeCurve(),
    openCiphers(door),
    openKdfs(door),
  ]);
  const curve = nativeCurve ?? (await openPureCurve());
  return { door, nativeCurve: nativeCurve !== undefined, ...hashes, ...curve, ...ciphers, ...kdfs };
}

export async function openHashes(door: Door): Promise<Hashes> {
  if (door === "pure") return (await import("./pure/hashes.ts")).pureHashes;
  return (await import("./fast/hashes.ts")).openFastHashes();
}

export async function openCurve(door: Door): Promise<Curve> {
  return (door === "fast" ? await openNativeCurve() : undefined) ?? openPureCurve();
}

export async function openCiphers(door: Door): Promise<Ciphers> {
  if (door === "pure") return (await import("./pure/ciphers.ts")).pureCiphers;
  return (await import("./fast/ciphers.ts")).fastCiphers;
}

export async function openKdfs(door: Door): Promise<Kdfs> {
  if (door === "pure") return (await import("./pure/kdfs.ts")).pureKdfs;
  return (await import("./fast/kdfs.ts")).fastKdfs;
}

const openNativeCurve = async () => (await import("./fast/curve.ts")).openNativeCurve();
const openPureCurve = async () => (await import("./pure/curve.ts")).pureCurve;

/** The public halves of our own keys, from what loads fastest. */
export async function openOwnKeys(): Promise<OwnKeys> {
  return (await import("./fast/own-keys.ts")).openOwnKeys() ?? openPureCurve();
}
