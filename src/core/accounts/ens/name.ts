/**
 * Names of the Ethereum Name Service and their hashes (EIP-137), as Status users bear them.
 *
 * ```
 * node("")           := 32 zero bytes
 * node(label.parent) := keccak256(node(parent) || keccak256(label))
 * ```
 * Labels are normalised first (ENSIP-15, the successor of UTS-46 there; an `xn--` label stands for its Unicode text).
 * Empty labels are hashed like any other, as the reference does.
 */
import { ens_normalize } from "@adraffy/ens-normalize";
import { concatBytes, utf8 } from "../../bytes/bytes.ts";
import { hexDigits } from "../../bytes/hex.ts";
import type { Hashes } from "../../crypto/crypto.ts";
import { UsageError } from "../../platform/errors.ts";
import type { Address } from "../address.ts";
import { decodePunycode } from "./punycode.ts";

type Keccak = Pick<Hashes, "keccak256">;

/** The registrar whose names Status gives away. */
const STATUS_DOMAIN = "stateofus.eth";
/** As long as a name of the DNS may be. */
const LENGTH_MAX = 255;
/** UTS-46 takes these for the full stop. */
const DOTS = /[.\u3002\uff0e\uff61]/;

/** The name in its one spelling. Throws `UsageError` for what no name may contain. */
export function normalizeEnsName(name: string): string {
  if (name.length > LENGTH_MAX) throw new UsageError("USAGE", `ENS name: longer than ${LENGTH_MAX} characters`);
  return name.split(DOTS).map(normalizeLabel).join(".");
}

/** The node of a name: what registry and resolvers know it by. Throws `UsageError`. */
export function nameHash(hashes: Keccak, name: string): Uint8Array {
  const normalized = normalizeEnsName(name);
  const labels = normalized === "" ? [] : normalized.split(".");
  return labels.reduceRight<Uint8Array>(
    (parent, label) => hashes.keccak256(concatBytes(parent, hashes.keccak256(utf8(label)))),
    new Uint8Array(32),
  );
}

/** Keccak-256 of one normalised label. Throws `UsageError`. */
export const labelHash = (hashes: Keccak, label: string): Uint8Array => hashes.keccak256(utf8(normalizeLabel(label)));

/** What a Status user's name means: without a dot, a name below `stateofus.eth`. Throws `UsageError`. */
export function qualifyEnsName(name: string): string {
  if (name.includes(".")) return normalizeEnsName(name);
  if (!/^[a-z0-9]+$/.test(name)) {
    throw new UsageError("USAGE", `ENS name: below ${STATUS_DOMAIN} there are only lower-case letters and digits`);
  }
  return `${name}.${STATUS_DOMAIN}`;
}

/** The name whose resolver says what an address is called (EIP-181). */
export const reverseName = (address: Address): string => `${hexDigits(address)}.addr.reverse`;

function normalizeLabel(label: string): string {
  const [, encoded] = /^xn--(.*)$/i.exec(label) ?? [];
  if (encoded === undefined) return normalizeText(label);
  const text = decodePunycode(encoded.toLowerCase());
  const isEncodable = text !== "" && /[^\0-\x7f]/.test(text);
  if (!isEncodable || normalizeText(text) !== text)
    throw new UsageError("USAGE", "ENS name: an xn-- label is not normal");
  return text;
}

function normalizeText(label: string): string {
  try {
    return ens_normalize(label);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "not a name";
    throw new UsageError("USAGE", `ENS name: ${why}`, { cause });
  }
}
