/**
 * The key of an encrypted profile: 32 random bytes, wrapped by a key that scrypt makes of the passphrase.
 *
 * ```
 * wrapped := nonce(12) | AES-256-GCM(scrypt(passphrase, salt), nonce, dataKey(32)) | tag(16)
 * ```
 * Changing the passphrase wraps the same key anew, so nothing else is written again; it does not help against someone
 * who already had both the old passphrase and a copy of the profile.
 */
import * as v from "valibot";
import { concatBytes, utf8 } from "../bytes/bytes.ts";
import { fromHex, toHex } from "../bytes/hex.ts";
import type { Ciphers, Kdfs, ScryptCost } from "../crypto/crypto.ts";
import { EnvironmentError, UsageError } from "../platform/errors.ts";
import type { Random } from "../platform/random.ts";
import { hex, parseDocument } from "./schema.ts";
import type { Json } from "./store.ts";

/** OWASP's first choice for scrypt (2^17, 8, 1): 128 MiB and about half a second for each guess. */
export const SCRYPT_COST: ScryptCost = { n: 2 ** 17, r: 8, p: 1 };

/** More than a file may ask of this machine: 1 GiB. */
const N_MAX = 2 ** 20;
const NONCE = 12;
const TAG = 16;
const KEY = 32;

const costSchema = v.strictObject({
  n: v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(N_MAX)),
  r: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(8)),
  p: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4)),
});

const wrappedKeySchema = v.strictObject({
  kdf: v.literal("scrypt"),
  cost: costSchema,
  salt: hex(32),
  wrapped: hex(NONCE + KEY + TAG),
});

/** What is stored in clear beside an encrypted profile. */
export type WrappedKey = v.InferOutput<typeof wrappedKeySchema>;

export type SealingCrypto = Pick<Ciphers, "gcmEncrypt" | "gcmDecrypt"> & Pick<Kdfs, "scrypt">;

/** Throws `EnvironmentError` DAMAGED. */
export const parseWrappedKey = (json: Json): WrappedKey => parseDocument(wrappedKeySchema, "sealing", json);

/** Wraps `dataKey` for whoever knows `passphrase`. Throws `UsageError` when it is empty. */
export function wrapKey(
  crypto: SealingCrypto,
  random: Random,
  dataKey: Uint8Array,
  { passphrase, cost = SCRYPT_COST }: { readonly passphrase: string; readonly cost?: ScryptCost },
): WrappedKey {
  if (passphrase === "") throw new UsageError("USAGE", "the passphrase is empty");
  const salt = random.bytes(32);
  const wrapped = sealBytes(crypto, random, stretch(crypto, passphrase, salt, cost), dataKey);
  return { kdf: "scrypt", cost: { n: cost.n, r: cost.r, p: cost.p }, salt: toHex(salt), wrapped: toHex(wrapped) };
}

/** The data key. Throws `EnvironmentError` PASSPHRASE. */
export function unwrapKey(crypto: SealingCrypto, { cost, salt, wrapped }: WrappedKey, passphrase: string): Uint8Array {
  const dataKey = openBytes(crypto, stretch(crypto, passphrase, fromHex(salt), cost), fromHex(wrapped));
  if (!dataKey) throw new EnvironmentError("PASSPHRASE", "the passphrase of this profile is another one");
  return dataKey;
}

/** `nonce | ciphertext | tag`. Nonces are drawn at random: 96 bits bear 2^32 of them under one key. */
export function sealBytes(
  crypto: Pick<Ciphers, "gcmEncrypt">,
  random: Random,
  key: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  const nonce = random.bytes(NONCE);
  return concatBytes(nonce, crypto.gcmEncrypt(key, nonce, plaintext));
}

/** Reverses `sealBytes`; undefined when the tag differs. */
export function openBytes(
  crypto: Pick<Ciphers, "gcmDecrypt">,
  key: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  if (sealed.length < NONCE + TAG) return undefined;
  return crypto.gcmDecrypt(key, sealed.subarray(0, NONCE), sealed.subarray(NONCE));
}

/** NFKC, so that the same keys pressed on another system give the same passphrase. */
function stretch(crypto: Pick<Kdfs, "scrypt">, passphrase: string, salt: Uint8Array, cost: ScryptCost): Uint8Array {
  return crypto.scrypt(utf8(passphrase.normalize("NFKC")), salt, cost, KEY);
}
