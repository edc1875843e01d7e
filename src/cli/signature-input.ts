/** What `key sign` and `key verify` work on: four kinds of things that keys sign, as people write them. */
import { parseAddress } from "../core/accounts/address.ts";
import { personalMessageBytes, personalMessageDigest } from "../core/accounts/personal-message.ts";
import { fromEthereumSignature, toEthereumSignature } from "../core/accounts/recovery-id.ts";
import { type Transaction, transactionDigest } from "../core/accounts/transaction.ts";
import { parseTypedData, typedDataDigest } from "../core/accounts/typed-data.ts";
import { textOf, utf8 } from "../core/bytes/bytes.ts";
import { fromHex } from "../core/bytes/hex.ts";
import type { Hashes, Signature } from "../core/crypto/crypto.ts";
import { UsageError } from "../core/platform/errors.ts";
import { type InputSource, readInput, STDIN } from "./stdin.ts";

export const SIGNED_KINDS = ["personal", "typed-data", "transaction", "digest"] as const;
export type SignedKind = (typeof SIGNED_KINDS)[number];

export interface Subject {
  readonly kind: SignedKind;
  readonly digest: Uint8Array;
  /** The fields, when it is a transaction. */
  readonly transaction: Transaction | undefined;
}

export interface MessageSource {
  readonly kind: SignedKind;
  readonly file: string | undefined;
  readonly input: InputSource;
}

/** What was given to be signed: an argument, stdin for `-`, or a file; just one of them. */
export async function readMessage(text: string | undefined, { kind, file, input }: MessageSource): Promise<Uint8Array> {
  if ((text === undefined) === (file === undefined)) {
    throw new UsageError("USAGE", "name what is signed: a text, - for stdin, or --file");
  }
  if (text === undefined || text === STDIN) return readInput(file ?? STDIN, "message", input);
  return kind === "personal" ? personalMessageBytes(text) : utf8(text);
}

/** What is signed, from the bytes that were given. `chainId` counts for typed data. Throws `UsageError`, `RemoteError`. */
export function subjectOf(
  hashes: Hashes,
  kind: SignedKind,
  { bytes, chainId }: { readonly bytes: Uint8Array; readonly chainId: number },
): Subject {
  switch (kind) {
    case "personal":
      return { kind, digest: personalMessageDigest(hashes, bytes), transaction: undefined };
    case "typed-data":
      return {
        kind,
        digest: typedDataDigest(hashes, parseTypedData(textOf(bytes, kind)), chainId),
        transaction: undefined,
      };
    case "transaction": {
      const transaction = parseTransaction(hashes, textOf(bytes, kind));
      return { kind, digest: transactionDigest(hashes, transaction), transaction };
    }
    case "digest":
      return { kind, digest: digestOf(textOf(bytes, kind)), transaction: undefined };
  }
}

/** V as this kind of signature writes it: 27 or 28 in Ethereum's texts, 0 or 1 in protocols. */
export const formatV = (kind: SignedKind, signature: Signature): Signature =>
  kind === "personal" || kind === "typed-data" ? toEthereumSignature(signature) : signature;

export const parseV = (kind: SignedKind, signature: Signature): Signature =>
  kind === "personal" || kind === "typed-data" ? fromEthereumSignature(signature) : signature;

function digestOf(text: string): Uint8Array {
  const digest = fromHex(text.trim(), "digest");
  if (digest.length !== 32) throw new UsageError("USAGE", `digest: 32 bytes expected, got ${digest.length}`);
  return digest;
}

/** `{"nonce": 0, "gasPrice": "1000000000", "gasLimit": 21000, "to": "0x...", "value": "0x0", "data": "0x", "chainId": 1}` */
function parseTransaction(hashes: Hashes, text: string): Transaction {
  const fields = objectOf(text);
  const number = (name: string, fallback?: bigint): bigint => integerOf(name, fields[name], fallback);
  const to = fields.to;
  if (to !== undefined && to !== null && typeof to !== "string") throw malformed("to", "expected an address");
  return {
    nonce: number("nonce"),
    gasPrice: number("gasPrice"),
    gasLimit: fields.gasLimit === undefined ? number("gas") : number("gasLimit"),
    to: typeof to === "string" && to !== "" ? parseAddress(hashes, to) : undefined,
    value: number("value", 0n),
    data: fromHex(typeof fields.data === "string" ? fields.data : "0x", "transaction: data"),
    chainId: number("chainId"),
  };
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // told below
  }
  throw new UsageError("USAGE", "transaction: expected a JSON object");
}

/** A number, or text in decimal or hex; 256 bits at most. */
function integerOf(name: string, value: unknown, fallback: bigint | undefined): bigint {
  if (value === undefined && fallback !== undefined) return fallback;
  const isNumber = typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
  const isText = typeof value === "string" && /^(\d+|0x[0-9a-f]+)$/i.test(value);
  if (!isNumber && !isText) throw malformed(name, "expected a whole number, beyond 2^53 as text");
  const integer = BigInt(value);
  if (integer >= 1n << 256n) throw malformed(name, "wider than 256 bits");
  return integer;
}

const malformed = (field: string, why: string): UsageError => new UsageError("USAGE", `transaction: ${field}: ${why}`);
