/**
 * The Status packet, the first of a conversation (EIP-627, "Status", as extended by Status).
 *
 * ```
 * status := [version, pow: uint64, bloom: byte[64] | "", light: bool, confirmations: bool, [ip, peerId, topic]]
 * ```
 * Only the version must be there: one, three and four elements are sent by other implementations. What is missing or of a
 * wrong type keeps its default, and further elements are ignored; but a PoW that is no amount and a bloom of another size
 * are errors.
 */
import { encodeRlp, RlpReader } from "../bytes/rlp.ts";
import { RemoteError } from "../platform/errors.ts";
import { BLOOM_LENGTH } from "./bloom.ts";
import { NO_LIMITS, powFromBits, readRateLimits, SHH } from "./packets.ts";
import { floatBits } from "./pow.ts";
import type { Bloom, PeerStatus } from "./whisper-io.ts";

const NOTHING = new Uint8Array(0);

/** All six elements, which every implementation reads. */
export function encodeStatus({ version, minPow, bloom, light, confirmations, rateLimits }: PeerStatus): Uint8Array {
  const limits = [rateLimits.ip, rateLimits.peerId, rateLimits.topic];
  return encodeRlp([version, floatBits(minPow), bloom ?? NOTHING, light, confirmations, limits]);
}

/** Reads a Status; throws `RemoteError`. Bytes after the list are ignored, as the reference does. */
export function decodeStatus(data: Uint8Array): PeerStatus {
  const fields = new RlpReader(data, "status").list("list");
  const version = fields.uint64("version");
  if (version !== BigInt(SHH.version)) {
    throw new RemoteError("UNSUPPORTED", `status: version ${version}, expected ${SHH.version}`);
  }
  return {
    version: SHH.version,
    minPow: powFromBits(lenient(() => fields.uint64("pow"), 0n)),
    bloom: bloomFrom(lenient(() => fields.bytes("bloom"), NOTHING)),
    light: lenient(() => fields.boolean("light"), false),
    confirmations: lenient(() => fields.boolean("confirmations"), false),
    rateLimits: lenient(() => readRateLimits(fields), NO_LIMITS),
  };
}

function bloomFrom(bytes: Uint8Array): Bloom | undefined {
  if (bytes.length === 0) return undefined;
  if (bytes.length !== BLOOM_LENGTH) {
    throw new RemoteError("INVALID", `status: bloom of ${bytes.length} bytes, expected ${BLOOM_LENGTH} or none`);
  }
  return bytes.slice();
}

function lenient<T>(read: () => T, missing: T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RemoteError) return missing;
    throw error;
  }
}
