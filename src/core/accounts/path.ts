/**
 * Derivation paths as text, and the paths that Status uses (BIP44, EIP-1581).
 *
 * ```
 * path    := root | [root "/"] segment ("/" segment)* | ""
 * root    := "m" | "." | ".."            all three mean the key at hand
 * segment := digits below 2^31 ["'"]     an apostrophe hardens
 * ```
 * Nothing else passes: no upper-case M, no `h`, no signs, blanks or empty segments.
 */
import { UsageError } from "../platform/errors.ts";

/** Child numbers from the key at hand downwards; hardened ones have bit 31 set. */
export type Path = readonly number[];

export const HARDENED = 0x8000_0000;

/** The identity: Whisper signatures, X3DH, authorship. */
export const CHAT_PATH = "m/43'/60'/1581'/0'/0";
/** Where accounts made before multi-account support keep their chat key. */
export const LEGACY_CHAT_PATH = "m/44'/60'/0'/0/0";
/** Parent of all keys that are no wallet's. */
export const EIP1581_ROOT_PATH = "m/43'/60'/1581'";
/** Stored by the app so that more wallets can be derived. */
export const WALLET_ROOT_PATH = "m/44'/60'/0'/0";
/** The default wallet is number 0. */
export const walletPath = (index: number): string => `${WALLET_ROOT_PATH}/${index}`;

/** BIP32 counts the depth of a key in one byte. */
const DEPTH_MAX = 255;
const ROOTS: readonly string[] = ["m", ".", ".."];

/** Reads a path. Throws `UsageError` naming the segment. */
export function parsePath(text: string): Path {
  if (text === "") return [];
  const segments = text.split("/");
  if (ROOTS.includes(segments[0] ?? "")) segments.shift();
  if (segments.length > DEPTH_MAX) throw new UsageError("USAGE", `path: more than ${DEPTH_MAX} segments`);
  return segments.map(parseSegment);
}

/** The path from `m`, in its canonical form. */
export function formatPath(path: Path): string {
  const segments = path.map((child) => (child >= HARDENED ? `${child - HARDENED}'` : `${child}`));
  return ["m", ...segments].join("/");
}

function parseSegment(segment: string, index: number): number {
  const [, digits, apostrophe] = /^(\d+)('?)$/.exec(segment) ?? [];
  const where = `path: segment ${index + 1}`;
  if (digits === undefined) throw new UsageError("USAGE", `${where}: expected a number, perhaps with an apostrophe`);
  const number = Number(digits);
  if (number >= HARDENED) throw new UsageError("USAGE", `${where}: must be below 2^31`);
  return apostrophe === "" ? number : number + HARDENED;
}
