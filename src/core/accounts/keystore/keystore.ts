/**
 * Keys sealed with a password, as files that Status and other Ethereum tools read and write.
 *
 * ```
 * dk         := KDF(password as UTF-8)
 * ciphertext := AES-128-CTR(dk[0..16], iv, secret)         version 1: AES-128-CBC(keccak256(dk[0..16])[0..16], iv, secret)
 * mac        := keccak256(dk[16..32] || ciphertext)
 * ```
 * The shape of the file is `key-file.ts`; where files lie and with which modes is the shell's concern.
 */
import { concatBytes, equalBytes, textOf, utf8 } from "../../bytes/bytes.ts";
import { toHex } from "../../bytes/hex.ts";
import { equalSecretBytes } from "../../crypto/constant-time.ts";
import type { Ciphers, Curve, Hashes, Kdfs, SecretKey } from "../../crypto/crypto.ts";
import { EnvironmentError, RemoteError, UsageError } from "../../platform/errors.ts";
import type { Random } from "../../platform/random.ts";
import { type Address, addressOf } from "../address.ts";
import { ExtendedKey } from "../derivation.ts";
import { randomUuid } from "../uuid.ts";
import { type KdfCost, stretchPassword } from "./kdf.ts";
import { formatKeyFile, parseKeyFile, type SealedSection } from "./key-file.ts";

export type KeystoreCrypto = Hashes & Curve & Ciphers & Kdfs;

export interface OpenedKey {
  readonly id: string;
  /** Of the key that was found inside. */
  readonly address: Address;
  readonly secretKey: SecretKey;
  /** The same key with what is needed to derive below it. */
  readonly extendedKey: ExtendedKey | undefined;
}

export interface SealOptions {
  readonly password: string;
  /** `SCRYPT_LIGHT` is what Status writes. */
  readonly cost: KdfCost;
  /** Sealed along when it is there; must be the private key of the same pair. */
  readonly extendedKey?: ExtendedKey | undefined;
}

/**
 * Opens a key file. Throws `EnvironmentError` PASSPHRASE for the wrong password, and `RemoteError` when the file is
 * damaged, asks for an absurd cost, or holds another key than it says.
 */
export function openKeyFile(crypto: KeystoreCrypto, text: string, password: string): OpenedKey {
  const file = parseKeyFile(text);
  const secretKey = readSecretKey(crypto, openSection(crypto, file.key, password));
  const address = addressOf(crypto, crypto.publicKeyOf(secretKey));
  if (file.address && !equalBytes(file.address, address)) {
    throw new RemoteError("INVALID", "key file: address: it is not that of the key inside");
  }
  const extendedKey = file.extendedKey && readExtendedKey(openSection(crypto, file.extendedKey, password));
  if (extendedKey && !equalSecretBytes(extendedKey.secretKey, secretKey)) {
    throw new RemoteError("INVALID", "key file: extendedkey: it is another key than the one in crypto");
  }
  return { id: file.id, address, secretKey, extendedKey };
}

/** The text of a new key file. Throws `UsageError` if the extended key is another one. */
export function sealKeyFile(
  crypto: KeystoreCrypto,
  random: Random,
  secretKey: SecretKey,
  options: SealOptions,
): string {
  const { password, cost, extendedKey } = options;
  if (extendedKey && !equalSecretBytes(extendedKey.secretKey, secretKey)) {
    throw new UsageError("USAGE", "key file: the extended key is not of this secret key");
  }
  const seal = (secret: Uint8Array): SealedSection => sealSection(crypto, random, secret, { password, cost });
  return formatKeyFile({
    address: addressOf(crypto, crypto.publicKeyOf(secretKey)),
    key: seal(secretKey),
    extendedKey: extendedKey && seal(utf8(extendedKey.xprv)),
    id: randomUuid(random),
  });
}

/** What the app gives its key store as password: `0x` and Keccak-256 of what its user typed. */
export const appPassword = (hashes: Pick<Hashes, "keccak256">, typed: string): string =>
  toHex(hashes.keccak256(utf8(typed)));

function openSection(crypto: KeystoreCrypto, section: SealedSection, password: string): Uint8Array {
  const { cipher, ciphertext, iv, salt, cost } = section;
  const derived = stretchPassword(crypto, password, salt, cost);
  if (!equalSecretBytes(macOf(crypto, derived, ciphertext), section.mac)) {
    throw new EnvironmentError("PASSPHRASE", "key file: the password does not open it");
  }
  if (cipher === "aes-128-ctr") return crypto.ctr(derived.subarray(0, 16), iv, ciphertext);
  const key = crypto.keccak256(derived.subarray(0, 16)).subarray(0, 16);
  const plaintext = crypto.cbcDecrypt(key, iv, ciphertext);
  if (!plaintext) throw new RemoteError("MALFORMED", "key file: ciphertext: wrong padding");
  return plaintext;
}

function sealSection(
  crypto: KeystoreCrypto,
  random: Random,
  secret: Uint8Array,
  { password, cost }: Pick<SealOptions, "password" | "cost">,
): SealedSection {
  const salt = random.bytes(32);
  const iv = random.bytes(16);
  const derived = stretchPassword(crypto, password, salt, cost);
  const ciphertext = crypto.ctr(derived.subarray(0, 16), iv, secret);
  return { cipher: "aes-128-ctr", ciphertext, iv, cost, salt, mac: macOf(crypto, derived, ciphertext) };
}

const macOf = (hashes: Pick<Hashes, "keccak256">, derived: Uint8Array, ciphertext: Uint8Array): Uint8Array =>
  hashes.keccak256(concatBytes(derived.subarray(16, 32), ciphertext));

/** Old tools left out leading zeros. */
function readSecretKey(curve: Pick<Curve, "isSecretKey">, bytes: Uint8Array): SecretKey {
  const secretKey = new Uint8Array(32);
  if (bytes.length <= 32) secretKey.set(bytes, 32 - bytes.length);
  if (!curve.isSecretKey(secretKey)) throw new RemoteError("BAD_KEY", "key file: what it holds is no secret key");
  return secretKey;
}

function readExtendedKey(bytes: Uint8Array): ExtendedKey {
  try {
    const key = ExtendedKey.parse(textOf(bytes, "key file: extendedkey"));
    if (key.isPrivate) return key;
  } catch {
    // The reason may quote what was sealed.
  }
  throw new RemoteError("BAD_KEY", "key file: extendedkey: what it holds is no xprv");
}
