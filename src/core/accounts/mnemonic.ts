/**
 * Phrases of English words that stand for a seed (BIP39).
 *
 * A phrase of 12, 15, 18, 21 or 24 words holds 128 to 256 bits and a checksum of one bit per 32. Any text gives a seed, so
 * a mistyped phrase silently opens another, empty account: phrases are checked before they are used.
 * Errors and faults never quote a word.
 */
import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { utf8 } from "../bytes/bytes.ts";
import type { Kdfs } from "../crypto/crypto.ts";
import { UsageError } from "../platform/errors.ts";
import type { Random } from "../platform/random.ts";

/** What is wrong with a phrase; `position` counts from 1. */
export type MnemonicFault =
  | { readonly type: "count"; readonly words: number }
  | { readonly type: "word"; readonly position: number }
  | { readonly type: "checksum" };

const COUNTS: readonly number[] = [12, 15, 18, 21, 24];
const SEED_ROUNDS = 2048;
const SEED_LENGTH = 64;

const KNOWN: ReadonlySet<string> = new Set(wordlist);

/** Bytes of entropy in a phrase of so many words. Throws `UsageError` for counts that BIP39 does not know. */
export function entropyLength(words: number): number {
  if (!COUNTS.includes(words)) {
    throw new UsageError("USAGE", `mnemonic: ${words} words; valid counts are ${COUNTS.join(", ")}`);
  }
  return (words / 3) * 4;
}

/** A fresh phrase; of 12 words, as Status makes them, unless told otherwise. */
export function generateMnemonic(random: Random, words = 12): string {
  return entropyToMnemonic(random.bytes(entropyLength(words)), wordlist);
}

/** The phrase as BIP39 writes it: lower case, one space between words, none around them. */
export const normalizeMnemonic = (text: string): string => wordsOf(text.normalize("NFKD").toLowerCase()).join(" ");

/** The first fault of a phrase; white space is free, anything else must be exact. */
export function checkMnemonic(text: string): MnemonicFault | undefined {
  const words = wordsOf(text);
  if (!COUNTS.includes(words.length)) return { type: "count", words: words.length };
  const unknown = words.findIndex((word) => !KNOWN.has(word));
  if (unknown >= 0) return { type: "word", position: unknown + 1 };
  return isChecksumRight(words) ? undefined : { type: "checksum" };
}

/** What a person typed, normalised and checked. Throws `UsageError` saying what is wrong. */
export function parseMnemonic(text: string): string {
  const mnemonic = normalizeMnemonic(text);
  const fault = checkMnemonic(mnemonic);
  if (fault) throw new UsageError("USAGE", `mnemonic: ${describeFault(fault)}`);
  return mnemonic;
}

/** A sentence for people. */
export function describeFault(fault: MnemonicFault): string {
  switch (fault.type) {
    case "count":
      return `${fault.words} words; valid counts are ${COUNTS.join(", ")}`;
    case "word":
      return `word ${fault.position} is not in the English word list`;
    case "checksum":
      return "every word is known, but the checksum does not match: a word may be wrong or out of place";
    default:
      return fault satisfies never;
  }
}

/** The 64-byte seed. The phrase is taken as it is: `parseMnemonic` comes first, unless unchecked phrases are wanted. */
export function mnemonicToSeed(kdfs: Pick<Kdfs, "pbkdf2Sha512">, mnemonic: string, passphrase = ""): Uint8Array {
  const password = utf8(mnemonic.normalize("NFKD"));
  const salt = utf8(`mnemonic${passphrase}`.normalize("NFKD"));
  return kdfs.pbkdf2Sha512(password, salt, SEED_ROUNDS, SEED_LENGTH);
}

const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");

function isChecksumRight(words: readonly string[]): boolean {
  try {
    mnemonicToEntropy(words.join(" "), wordlist);
    return true;
  } catch {
    return false;
  }
}
