/** What makes a node light: it forwards nothing, and tells its peers what it wants by a bloom that hides its topics. */
import type { Hashes, SecretKey } from "../crypto/crypto.ts";
import type { Topic } from "../whisper/envelope.ts";
import { Interest } from "../whisper/interest.ts";
import type { NodeOptions } from "./node-options.ts";

/** Options of a light node that wants `topics`; the decoys among them follow from the node's key. */
export function lightness(
  hashes: Hashes,
  nodeSecret: SecretKey,
  topics: readonly Topic[],
): Required<Pick<NodeOptions, "whisper" | "interest">> {
  const interest = new Interest(hashes, { seed: hashes.keccak256(nodeSecret) });
  interest.widen(topics);
  return { interest, whisper: { light: true, bloom: interest.bloom } };
}
