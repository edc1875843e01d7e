/**
 * From a phrase to a chat key: the core of `init`.
 *
 * Wallet keys are not derived: a chat tool has no use for them. Not concerned with how an identity is shown
 * (`identity.ts`), which needs neither word list nor tree.
 */
import type { Hex } from "../bytes/hex.ts";
import type { Curve, Hashes, Kdfs, SecretKey } from "../crypto/crypto.ts";
import { ExtendedKey, keyUid, publicKeyOf } from "./derivation.ts";
import { mnemonicToSeed } from "./mnemonic.ts";
import { CHAT_PATH, parsePath } from "./path.ts";

/** What a phrase leads to. */
export interface Account {
  /** Names the account: it depends on the phrase, not on the path. */
  readonly keyUid: Hex;
  /** Where the chat key was derived. */
  readonly chatPath: string;
  readonly chatSecretKey: SecretKey;
}

export interface AccountOptions {
  /** The optional second factor of BIP39; empty by default. */
  readonly passphrase?: string;
  /** `CHAT_PATH` by default; `LEGACY_CHAT_PATH` for accounts older than multi-account support. */
  readonly chatPath?: string;
}

/** Derives the chat key of a phrase that `parseMnemonic` has accepted. Throws `UsageError` for a bad path. */
export function accountOf(
  crypto: Pick<Curve & Hashes & Kdfs, "decodePublicKey" | "sha256" | "pbkdf2Sha512">,
  mnemonic: string,
  { passphrase = "", chatPath = CHAT_PATH }: AccountOptions = {},
): Account {
  const path = parsePath(chatPath);
  const master = ExtendedKey.fromSeed(mnemonicToSeed(crypto, mnemonic, passphrase));
  return {
    keyUid: keyUid(crypto, publicKeyOf(crypto, master)),
    chatPath,
    chatSecretKey: master.derive(path).secretKey,
  };
}
