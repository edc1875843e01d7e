/**
 * Ethereum transactions signed for one chain (EIP-155), the only kind there was in this protocol's time.
 *
 * ```
 * signed  := [nonce, gasPrice, gasLimit, to, value, data, v, r, s]
 * digest  := keccak256(rlp([nonce, gasPrice, gasLimit, to, value, data, chainId, 0, 0]))
 * v       := chainId * 2 + 35 + recovery bit
 * ```
 */
import { bigEndian, concatBytes } from "../bytes/bytes.ts";
import { encodeRlp, type RlpReader, type RlpValue, readRlpList } from "../bytes/rlp.ts";
import type { Curve, Hashes, PublicKey, Signature } from "../crypto/crypto.ts";
import { RemoteError } from "../platform/errors.ts";
import { ADDRESS_LENGTH, type Address } from "./address.ts";
import type { Keyring } from "./keyring.ts";

export interface Transaction {
  readonly nonce: bigint;
  /** Wei per unit of gas. */
  readonly gasPrice: bigint;
  readonly gasLimit: bigint;
  /** Undefined creates a contract. */
  readonly to: Address | undefined;
  /** Wei. */
  readonly value: bigint;
  readonly data: Uint8Array;
  readonly chainId: bigint;
}

export interface SignedTransaction extends Transaction {
  /** V in 0..1. */
  readonly signature: Signature;
}

type Keccak = Pick<Hashes, "keccak256">;

/** Below this, V would say 27 or 28: signed for no chain in particular, replayable on all. */
const V_OFFSET = 35n;
const WORD = 32;

export const transactionDigest = (hashes: Keccak, transaction: Transaction): Uint8Array =>
  hashes.keccak256(encodeRlp([...fieldsOf(transaction), transaction.chainId, 0, 0]));

export const signTransaction = (hashes: Keccak, keyring: Keyring, transaction: Transaction): SignedTransaction => ({
  ...transaction,
  signature: keyring.sign(transactionDigest(hashes, transaction)),
});

/** The raw form that nodes take; its Keccak-256 is the transaction's hash. */
export function encodeTransaction({ signature, ...transaction }: SignedTransaction): Uint8Array {
  const v = transaction.chainId * 2n + V_OFFSET + BigInt(signature[64] ?? 0);
  return encodeRlp([...fieldsOf(transaction), v, unsigned(signature, 0), unsigned(signature, WORD)]);
}

/** Reads the raw form. Throws `RemoteError`; transactions without a chain are UNSUPPORTED. */
export function decodeTransaction(bytes: Uint8Array): SignedTransaction {
  const reader = readRlpList(bytes, "transaction");
  const nonce = reader.uint64("nonce");
  const gasPrice = integer(reader, "gas price");
  const gasLimit = reader.uint64("gas limit");
  const to = recipient(reader);
  const value = integer(reader, "value");
  const data = reader.bytes("data").slice();
  const v = integer(reader, "v");
  const r = integer(reader, "r");
  const s = integer(reader, "s");
  reader.end();
  if (v < V_OFFSET) throw new RemoteError("UNSUPPORTED", "transaction: v: not signed for a chain");
  const signature = concatBytes(bigEndian(r, WORD), bigEndian(s, WORD), bigEndian((v - V_OFFSET) % 2n, 1));
  return { nonce, gasPrice, gasLimit, to, value, data, chainId: (v - V_OFFSET) / 2n, signature };
}

/** The key that signed. Throws `RemoteError` BAD_SIGNATURE. */
export const recoverTransaction = (
  crypto: Keccak & Pick<Curve, "recover">,
  transaction: SignedTransaction,
): PublicKey => crypto.recover(transactionDigest(crypto, transaction), transaction.signature);

function fieldsOf({ nonce, gasPrice, gasLimit, to, value, data }: Transaction): RlpValue[] {
  return [nonce, gasPrice, gasLimit, to ?? new Uint8Array(0), value, data];
}

const unsigned = (bytes: Uint8Array, start: number): bigint =>
  bytes.subarray(start, start + WORD).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);

/** An integer of at most 256 bits. */
function integer(reader: RlpReader, field: string): bigint {
  const bytes = reader.bytes(field);
  if (bytes.length > WORD) throw new RemoteError("OVERSIZED", `transaction: ${field}: wider than 256 bits`);
  if (bytes[0] === 0) throw new RemoteError("MALFORMED", `transaction: ${field}: leading zeros`);
  return unsigned(bytes, 0);
}

function recipient(reader: RlpReader): Address | undefined {
  const bytes = reader.bytes("to");
  if (bytes.length === 0) return undefined;
  if (bytes.length === ADDRESS_LENGTH) return bytes.slice();
  throw new RemoteError("MALFORMED", `transaction: to: ${ADDRESS_LENGTH} bytes or none expected, got ${bytes.length}`);
}
