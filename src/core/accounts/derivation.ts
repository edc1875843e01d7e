/**
 * The tree of keys below a seed (BIP32, standard throughout: the reference loses a last hardened segment, we do not).
 *
 * Not concerned with phrases (`mnemonic.ts`) or with what the paths mean (`path.ts`).
 */
import { HDKey } from "@scure/bip32";
import { type Hex, toHex } from "../bytes/hex.ts";
import type { Curve, Hashes, PublicKey, SecretKey } from "../crypto/crypto.ts";
import { assert, UsageError } from "../platform/errors.ts";
import { HARDENED, type Path } from "./path.ts";

/** A key of the tree with what is needed to derive below it; without the secret, only unhardened children. */
export class ExtendedKey {
  readonly #node: HDKey;

  private constructor(node: HDKey) {
    this.#node = node;
  }

  /** The master key. `seed`: 16 to 64 bytes, `UsageError` otherwise. */
  static fromSeed(seed: Uint8Array): ExtendedKey {
    if (seed.length < 16 || seed.length > 64) throw new UsageError("USAGE", `seed: ${seed.length} bytes, not 16 to 64`);
    return new ExtendedKey(HDKey.fromMasterSeed(seed));
  }

  /** Reads an `xprv…` or `xpub…` text. Throws `UsageError`, which never quotes it. */
  static parse(text: string): ExtendedKey {
    if (text.length > XKEY_LENGTH_MAX) throw new UsageError("USAGE", "extended key: too long");
    return new ExtendedKey(attempt("extended key: not an xprv or xpub", () => HDKey.fromExtendedKey(text)));
  }

  /** The key at `path` below this one. Throws `UsageError` for hardened children without the secret, and below depth 255. */
  derive(path: Path): ExtendedKey {
    if (!this.isPrivate && path.some((child) => child >= HARDENED)) {
      throw new UsageError("USAGE", "extended key: hardened children need the private key");
    }
    return path.reduce<ExtendedKey>((key, child) => key.#child(child), this);
  }

  get isPrivate(): boolean {
    return this.#node.privateKey !== null;
  }

  /** 32 bytes. Throws `UsageError` on a public key. */
  get secretKey(): SecretKey {
    const secret = this.#node.privateKey;
    if (!secret) throw new UsageError("USAGE", "extended key: it is a public one");
    return secret;
  }

  /** 33 bytes. */
  get compressedKey(): Uint8Array {
    return present(this.#node.publicKey);
  }

  /** 32 bytes. */
  get chainCode(): Uint8Array {
    return present(this.#node.chainCode);
  }

  get depth(): number {
    return this.#node.depth;
  }

  /** The last segment of its path; hardened ones have bit 31 set. */
  get childNumber(): number {
    return this.#node.index;
  }

  get parentFingerprint(): number {
    return this.#node.parentFingerprint;
  }

  /** The `xpub…` text. */
  get xpub(): string {
    return this.#node.publicExtendedKey;
  }

  /** The `xprv…` text: whoever holds it holds every key below. Throws `UsageError` on a public key. */
  get xprv(): string {
    return attempt("extended key: it is a public one", () => this.#node.privateExtendedKey);
  }

  #child(number: number): ExtendedKey {
    return new ExtendedKey(attempt("extended key: no such child", () => this.#node.deriveChild(number)));
  }
}

/** Base58 of 82 bytes. */
const XKEY_LENGTH_MAX = 113;

/** The uncompressed form of an extended key's public half. */
export const publicKeyOf = (curve: Pick<Curve, "decodePublicKey">, key: ExtendedKey): PublicKey =>
  curve.decodePublicKey(key.compressedKey);

/** The name of an account: SHA-256 of its *master* public key in the 65-byte form. */
export const keyUid = (hashes: Pick<Hashes, "sha256">, masterPublicKey: PublicKey): Hex =>
  toHex(hashes.sha256(masterPublicKey));

/** The library's messages may quote key material, so they are not passed on. */
function attempt<T>(message: string, action: () => T): T {
  try {
    return action();
  } catch {
    throw new UsageError("USAGE", message);
  }
}

function present(bytes: Uint8Array | null): Uint8Array {
  assert(bytes !== null, "every node has a public key and a chain code");
  return bytes;
}
