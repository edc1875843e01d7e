/** Envelopes as traffic: of random data, with the work that is asked for, in packets. */
import { toHex } from "../../src/core/bytes/hex.ts";
import type { Crypto } from "../../src/core/crypto/crypto.ts";
import { systemRandom } from "../../src/core/node/system.ts";
import { toSeconds } from "../../src/core/platform/time.ts";
import { draftBytes, type EnvelopeDraft, encodeEnvelope, type Topic } from "../../src/core/whisper/envelope.ts";
import { encodeMessages } from "../../src/core/whisper/packets.ts";
import { leadingZeroBits, requiredBits } from "../../src/core/whisper/pow.ts";

/** Bytes of data in each: what a short message of a public chat has is 540. */
export const DATA_BYTES = 500;

export interface Traffic {
  readonly count: number;
  /** Seconds; from now on. */
  readonly ttl: number;
  /** Least work; by default what the relays of Status ask for. */
  readonly minPow?: number;
}

/** Encoded envelopes. */
export function someEnvelopes(crypto: Crypto, { count, ttl, minPow = 0.001 }: Traffic): Uint8Array[] {
  const expiry = toSeconds(Date.now()) + ttl;
  const bits = minPow === 0 ? 0 : requiredBits(minPow, DATA_BYTES, ttl);
  return Array.from({ length: count }, () => {
    const topic = toHex(systemRandom.bytes(4)) as Topic;
    return mined(crypto, { expiry, ttl, topic, data: systemRandom.bytes(DATA_BYTES) }, bits);
  });
}

/** The payloads of packets of `size` envelopes each. */
export function inPackets(envelopes: readonly Uint8Array[], size: number): Uint8Array[] {
  const packets: Uint8Array[] = [];
  for (let start = 0; start < envelopes.length; start += size) {
    packets.push(encodeMessages(envelopes.slice(start, start + size)));
  }
  return packets;
}

function mined(crypto: Crypto, draft: EnvelopeDraft, bits: number): Uint8Array {
  const hash = crypto.keccakSearcher(draftBytes(draft));
  const nonce = new Uint8Array(8);
  const view = new DataView(nonce.buffer);
  for (let tried = 0; ; tried++) {
    view.setUint32(4, tried);
    if (leadingZeroBits(hash(nonce)) >= bits) return encodeEnvelope(crypto, draft, BigInt(tried)).bytes;
  }
}
