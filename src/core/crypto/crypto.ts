/**
 * The one door to all primitives: what they are called and what they take. `pure/` and `fast/` implement it,
 * `open.ts` chooses. Functions elsewhere take the narrowest of these interfaces that they need as their first argument.
 *
 * Arguments of a wrong size are a bug of the caller and throw, alike behind both doors; what a peer may have made
 * (points, signatures, ciphertexts) throws `RemoteError` or yields undefined, as stated. Results are fresh plain
 * `Uint8Array`s that belong to the caller.
 *
 * Not concerned with where keys come from (`accounts/`) or how messages are laid out.
 */

/** A secp256k1 secret key: 32 bytes, 1 .. n-1. */
export type SecretKey = Uint8Array;
/** A secp256k1 point, uncompressed: 65 bytes, 04 || X || Y. */
export type PublicKey = Uint8Array;
/** A recoverable signature: 65 bytes, R(32) || S(32) || V(1), V in 0..3. */
export type Signature = Uint8Array;

export interface Hashes {
  /** Keccak-256 with the original padding, not NIST SHA-3. */
  keccak256(data: Uint8Array): Uint8Array;
  /** A running Keccak-256: the MAC state of RLPx frames. */
  keccakState(): KeccakState;
  /**
   * Keccak-256 of `prefix || suffix` for many suffixes: what the prefix costs is paid once. For the search of proofs
   * of work. The digest is valid until the next call: its buffer may be used again.
   */
  keccakSearcher(prefix: Uint8Array): (suffix: Uint8Array) => Uint8Array;
  sha256(data: Uint8Array): Uint8Array;
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array;
  hmacSha512(key: Uint8Array, data: Uint8Array): Uint8Array;
}

export interface KeccakState {
  update(data: Uint8Array): void;
  /** The digest of all so far; the state goes on. */
  digest(): Uint8Array;
}

export interface Curve {
  /** Whether the 32 bytes are a secret key. */
  isSecretKey(bytes: Uint8Array): boolean;
  publicKeyOf(secretKey: SecretKey): PublicKey;
  /** X coordinate of `secretKey * publicKey`, 32 bytes, left-padded. Throws `RemoteError` BAD_KEY. */
  agree(secretKey: SecretKey, publicKey: PublicKey): Uint8Array;
  /** ECDSA over the 32-byte digest as it is; RFC 6979 nonce, low S. */
  sign(digest: Uint8Array, secretKey: SecretKey): Signature;
  /** The key that made the signature; high S is accepted, V 0..3. Throws `RemoteError` BAD_SIGNATURE. */
  recover(digest: Uint8Array, signature: Signature): PublicKey;
  /** 33 bytes, 02|03 || X. Throws `RemoteError` BAD_KEY. */
  compress(publicKey: PublicKey): Uint8Array;
  /** A point from its 33- or 65-byte form, checked to be on the curve. Throws `RemoteError` BAD_KEY. */
  decodePublicKey(bytes: Uint8Array): PublicKey;
}

export interface Ciphers {
  /** AES-GCM without additional data; key of 16 or 32 bytes, nonce of 12. Returns ciphertext || tag(16). */
  gcmEncrypt(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** Reverses `gcmEncrypt`; undefined when the tag differs. */
  gcmDecrypt(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
  /** AES-CTR (16- or 32-byte key, 16-byte big-endian counter block), encryption and decryption alike. */
  ctr(key: Uint8Array, counter: Uint8Array, data: Uint8Array): Uint8Array;
  /** AES-CTR as one continuing keystream over successive calls. */
  ctrStream(key: Uint8Array, counter: Uint8Array): (data: Uint8Array) => Uint8Array;
  /** AES of single 16-byte blocks (ECB without padding). */
  blockCipher(key: Uint8Array): (block: Uint8Array) => Uint8Array;
  /** AES-128-CBC decryption with PKCS#7 padding, for version 1 key files; undefined when the padding is wrong. */
  cbcDecrypt(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array | undefined;
}

export interface ScryptCost {
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

/** The most memory that one scrypt may take, in bytes: key files of today ask for a quarter of it. */
export const SCRYPT_MEMORY = 2 ** 30;

export interface Kdfs {
  pbkdf2Sha256(password: Uint8Array, salt: Uint8Array, rounds: number, length: number): Uint8Array;
  pbkdf2Sha512(password: Uint8Array, salt: Uint8Array, rounds: number, length: number): Uint8Array;
  /** Throws when the cost is not sound, or would take more than `SCRYPT_MEMORY`. */
  scrypt(password: Uint8Array, salt: Uint8Array, cost: ScryptCost, length: number): Uint8Array;
  hkdfSha256(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array;
}

/** Every primitive of the protocol. All functions are pure; none keeps or changes its arguments. */
export interface Crypto extends Hashes, Curve, Ciphers, Kdfs {
  readonly door: Door;
  /** False behind the fast door when `secp256k1` is not there: agreement and recovery are then some 50 times slower. */
  readonly nativeCurve: boolean;
}

export type Door = "pure" | "fast";
