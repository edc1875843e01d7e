/** A chat key in all its names: the core of `whoami`. Loads neither word list nor key tree. */
import type { Hex } from "../bytes/hex.ts";
import type { Curve, Hashes, PublicKey } from "../crypto/crypto.ts";
import { addressOf, formatAddress } from "./address.ts";
import { aliasOf } from "./alias.ts";
import { formatCompressedKey, formatPublicKey } from "./keys.ts";

export interface Identity {
  readonly publicKey: Hex;
  readonly compressedKey: Hex;
  /** The three-word name. */
  readonly name: string;
  /** With the checksum of EIP-55. */
  readonly address: string;
}

export function describeIdentity(
  crypto: Pick<Curve & Hashes, "compress" | "keccak256">,
  publicKey: PublicKey,
): Identity {
  return {
    publicKey: formatPublicKey(publicKey),
    compressedKey: formatCompressedKey(crypto, publicKey),
    name: aliasOf(publicKey),
    address: formatAddress(crypto, addressOf(crypto, publicKey)),
  };
}
