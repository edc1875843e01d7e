/** An envelope's bytes beside what they say. */
import { hexDigits } from "../core/bytes/hex.ts";
import { readRlpList } from "../core/bytes/rlp.ts";
import type { Envelope } from "../core/whisper/envelope.ts";

export interface AnatomyLine {
  /** The bytes as digits, prefix included. */
  readonly bytes: string;
  readonly field: string;
  readonly says: string;
}

/** Digits of the ciphertext that are shown: enough to recognise it. */
const SHOWN = 20;

export function anatomyOf(envelope: Envelope): AnatomyLine[] {
  const { bytes, expiry, ttl, topic, data, nonce } = envelope;
  const elements = readRlpList(bytes, "envelope");
  const line = (field: string, says: string): AnatomyLine => ({ bytes: digits(elements.raw(field)), field, says });
  const header = bytes.subarray(0, (bytes[0] ?? 0) <= 0xf7 ? 1 : (bytes[0] ?? 0) - 0xf7 + 1);
  return [
    { bytes: digits(header), field: "list", says: `${bytes.length - header.length} bytes` },
    line("expiry", `${expiry} (${new Date(1000 * expiry).toISOString()})`),
    line("ttl", `${ttl} s`),
    line("topic", topic),
    line("data", `${data.length} bytes, sealed`),
    line("nonce", String(nonce)),
  ];
}

function digits(bytes: Uint8Array): string {
  const text = hexDigits(bytes);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}...`;
}
