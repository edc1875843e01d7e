/**
 * The shape of a key file: Web3 Secret Storage version 3 with the additions of Status, and version 1.
 *
 * ```
 * file    := { address?, crypto: section, id, version: 3, extendedkey?: section, subaccountindex?: 0 }
 * section := { cipher: "aes-128-ctr", ciphertext, cipherparams: { iv }, kdf, kdfparams, mac }
 * ```
 * Bytes are hex without `0x`. Version "1", a string, has the cipher aes-128-cbc. Not concerned with opening: `keystore.ts`.
 */
import { hexDigits } from "../../bytes/hex.ts";
import { RemoteError } from "../../platform/errors.ts";
import { ADDRESS_LENGTH, type Address } from "../address.ts";
import { JsonMembers } from "../json-members.ts";
import type { KdfCost } from "./kdf.ts";

export type KeyFileCipher = "aes-128-ctr" | "aes-128-cbc";

/** Something sealed with a password. */
export interface SealedSection {
  readonly cipher: KeyFileCipher;
  readonly ciphertext: Uint8Array;
  /** 16 bytes. */
  readonly iv: Uint8Array;
  readonly cost: KdfCost;
  readonly salt: Uint8Array;
  readonly mac: Uint8Array;
}

export interface KeyFile {
  readonly id: string;
  /** As the file claims; some leave it out. */
  readonly address: Address | undefined;
  /** The secret key. */
  readonly key: SealedSection;
  /** The `xprv` text of the same key. */
  readonly extendedKey: SealedSection | undefined;
}

/** Real files have about 1,300 characters. */
const TEXT_LENGTH_MAX = 16 * 1024;
/** An `xprv` text has 111 bytes, a secret key with CBC padding 48. */
const CIPHERTEXT_MAX = 128;
const IV_LENGTH = 16;
const SALT_MAX = 128;
const MAC_LENGTH = 32;
const ID_MAX = 64;
/** 32 bytes of the derived key are used; neither function's first bytes depend on how many more are asked for. */
const DERIVED_KEY_MIN = 32;
const DERIVED_KEY_MAX = 64;

/** Reads a key file. Throws `RemoteError`: UNSUPPORTED versions, ciphers and derivations, MALFORMED and OVERSIZED members. */
export function parseKeyFile(text: string): KeyFile {
  const file = JsonMembers.parse(text, "key file", TEXT_LENGTH_MAX);
  const cipher = cipherOf(file.raw("version"));
  const extended = file.has("extendedkey") ? file.object("extendedkey") : undefined;
  return {
    id: file.has("id") ? file.string("id").slice(0, ID_MAX) : "",
    address: file.has("address") ? readAddress(file) : undefined,
    key: readSection(file.object(file.has("crypto") ? "crypto" : "Crypto"), cipher),
    extendedKey: extended && isFilled(extended) ? readSection(extended, cipher) : undefined,
  };
}

/** The file as Status writes it, on one line. */
export function formatKeyFile(file: KeyFile & { readonly address: Address }): string {
  return JSON.stringify({
    address: hexDigits(file.address),
    crypto: sectionMembers(file.key),
    id: file.id,
    version: 3,
    extendedkey: file.extendedKey ? sectionMembers(file.extendedKey) : EMPTY_SECTION,
    subaccountindex: 0,
  });
}

/** Stands where there is no extended key. */
const EMPTY_SECTION = { cipher: "", ciphertext: "", cipherparams: { iv: "" }, kdf: "", kdfparams: null, mac: "" };

function cipherOf(version: unknown): KeyFileCipher {
  if (version === 3) return "aes-128-ctr";
  if (version === "1") return "aes-128-cbc";
  throw new RemoteError("UNSUPPORTED", `key file: version ${JSON.stringify(version)?.slice(0, 20)} is not supported`);
}

/** Hex with or without `0x`. */
const readAddress = (file: JsonMembers): Address =>
  exactly(file.bytes("address", ADDRESS_LENGTH), ADDRESS_LENGTH, "address");

const isFilled = (section: JsonMembers): boolean => section.has("ciphertext") && section.string("ciphertext") !== "";

function readSection(section: JsonMembers, cipher: KeyFileCipher): SealedSection {
  const named = section.string("cipher");
  if (named !== cipher) throw new RemoteError("UNSUPPORTED", `key file: cipher ${named.slice(0, 20)} is not supported`);
  const cost = readCost(section.string("kdf"), section.object("kdfparams"));
  return {
    cipher,
    ciphertext: section.bytes("ciphertext", CIPHERTEXT_MAX),
    iv: exactly(section.object("cipherparams").bytes("iv", IV_LENGTH), IV_LENGTH, "iv"),
    cost,
    salt: section.object("kdfparams").bytes("salt", SALT_MAX),
    mac: exactly(section.bytes("mac", MAC_LENGTH), MAC_LENGTH, "mac"),
  };
}

function readCost(kdf: string, params: JsonMembers): KdfCost {
  const length = params.integer("dklen");
  if (length < DERIVED_KEY_MIN)
    throw new RemoteError("INVALID", `key file: dklen: ${length} is below ${DERIVED_KEY_MIN}`);
  if (length > DERIVED_KEY_MAX)
    throw new RemoteError("OVERSIZED", `key file: dklen: ${length} is over ${DERIVED_KEY_MAX}`);
  switch (kdf) {
    case "scrypt":
      return { kdf, n: params.integer("n"), r: params.integer("r"), p: params.integer("p") };
    case "pbkdf2":
      if (params.string("prf") !== "hmac-sha256")
        throw new RemoteError("UNSUPPORTED", "key file: prf: not hmac-sha256");
      return { kdf, rounds: params.integer("c") };
    default:
      throw new RemoteError("UNSUPPORTED", `key file: kdf ${kdf.slice(0, 20)} is not supported`);
  }
}

function sectionMembers({ cipher, ciphertext, iv, cost, salt, mac }: SealedSection): object {
  const own = cost.kdf === "scrypt" ? { n: cost.n, p: cost.p, r: cost.r } : { c: cost.rounds, prf: "hmac-sha256" };
  return {
    cipher,
    ciphertext: hexDigits(ciphertext),
    cipherparams: { iv: hexDigits(iv) },
    kdf: cost.kdf,
    kdfparams: { dklen: DERIVED_KEY_MIN, ...own, salt: hexDigits(salt) },
    mac: hexDigits(mac),
  };
}

function exactly(bytes: Uint8Array, length: number, name: string): Uint8Array {
  if (bytes.length === length) return bytes;
  throw new RemoteError("MALFORMED", `key file: ${name}: ${length} bytes expected, got ${bytes.length}`);
}
