/** Envelopes as records: what `watch --raw` writes and what `envelope decode -`, `envelope open -` and `post -` read. */
import { base64 } from "@scure/base";
import { fromHex, type Hex, toHex } from "../core/bytes/hex.ts";
import type { Hashes } from "../core/crypto/crypto.ts";
import { RemoteError, UsageError } from "../core/platform/errors.ts";
import { decodeEnvelope, type Envelope, type EnvelopeHash, sizeOf, type Topic } from "../core/whisper/envelope.ts";

export interface EnvelopeRecord {
  readonly hash: EnvelopeHash;
  readonly topic: Topic;
  /** Seconds. */
  readonly expiry: number;
  readonly ttl: number;
  readonly pow: number;
  /** As limits count it: 20 and the length of the data. */
  readonly size: number;
  /** As text when beyond 2^53. */
  readonly nonce: number | string;
  /** The whole envelope as on the wire. */
  readonly rlp: Hex;
}

export function envelopeRecord(envelope: Envelope): EnvelopeRecord {
  const { hash, topic, expiry, ttl, pow, nonce, bytes } = envelope;
  const size = sizeOf(envelope);
  const counted = nonce <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(nonce) : String(nonce);
  return { hash, topic, expiry, ttl, pow, size, nonce: counted, rlp: toHex(bytes) };
}

/** The envelope that a line holds: a record with `rlp`, hex, or base64. Throws `UsageError`. */
export function envelopeOfLine(hashes: Hashes, line: string): Envelope {
  return decodeNamed(hashes, line.trimStart().startsWith("{") ? bytesOfRecord(line) : bytesOfText(line));
}

/** The envelope that a file holds: its bytes as they are, or any text that `envelopeOfLine` reads. */
export function envelopeOfBytes(hashes: Hashes, content: Uint8Array): Envelope {
  // An envelope is a list of more than 55 bytes or a short one: its first byte is no text.
  const isBinary = (content[0] ?? 0) >= 0xc0;
  return isBinary ? decodeNamed(hashes, content) : envelopeOfLine(hashes, new TextDecoder().decode(content).trim());
}

/** Whether a record of a stream is one of an envelope; others, such as the last, are passed over. */
export function holdsEnvelope(line: string): boolean {
  return !line.trimStart().startsWith("{") || /"rlp"\s*:/.test(line);
}

function decodeNamed(hashes: Hashes, bytes: Uint8Array): Envelope {
  try {
    return decodeEnvelope(hashes, bytes);
  } catch (cause) {
    if (!(cause instanceof RemoteError)) throw cause;
    throw new UsageError("USAGE", cause.message, { cause });
  }
}

function bytesOfRecord(line: string): Uint8Array {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch (cause) {
    throw new UsageError("USAGE", "envelope: a line that is not JSON", { cause });
  }
  const rlp = typeof record === "object" && record !== null && "rlp" in record ? record.rlp : undefined;
  if (typeof rlp !== "string") throw new UsageError("USAGE", 'envelope: the record has no "rlp"');
  return fromHex(rlp, "rlp");
}

function bytesOfText(text: string): Uint8Array {
  const word = text.trim();
  if (/^(0x)?([0-9a-f]{2})+$/i.test(word)) return fromHex(word, "envelope");
  try {
    return base64.decode(word);
  } catch (cause) {
    throw new UsageError("USAGE", "envelope: neither hex nor base64, nor a record with rlp", { cause });
  }
}
