/** A presence without a profile: a node key of the moment, connected with the peers that were named. */
import type { Enode } from "../core/devp2p/enode.ts";
import { freshSecret } from "../core/node/fresh-secret.ts";
import { Presence, type PresenceOptions } from "../core/node/presence.ts";
import { EnvironmentError } from "../core/platform/errors.ts";
import type { Topic } from "../core/whisper/envelope.ts";
import { Interest } from "../core/whisper/interest.ts";
import type { Network } from "./network.ts";

export interface GuestOptions {
  readonly peers: readonly Enode[];
  /** Topics of a light client; undefined = a full node, which takes everything. */
  readonly topics?: readonly Topic[] | undefined;
}

/** Not connected yet: `start` it. */
export function guestPresence(network: Network, { peers, topics }: GuestOptions): Presence {
  const nodeSecret = freshSecret(network.crypto, network.random);
  return new Presence({ ...network, nodeSecret, peers, ...lightness(network, nodeSecret, topics) });
}

/** What makes a node light: the flag, and a bloom that hides its topics among others. */
export function lightness(
  { crypto }: Pick<Network, "crypto">,
  nodeSecret: Uint8Array,
  topics: readonly Topic[] | undefined,
): Pick<PresenceOptions, "whisper" | "interest"> {
  if (topics === undefined) return {};
  const interest = new Interest(crypto, { seed: crypto.keccak256(nodeSecret) });
  interest.widen(topics);
  return { interest, whisper: { light: true, bloom: interest.bloom } };
}

/** Throws `EnvironmentError` OFFLINE with what stood in the way. */
export function nobodyReached({ troubles }: Pick<Presence, "troubles">): EnvironmentError {
  const hint = troubles.length > 0 ? troubles.join("; ") : "No peer answered in time.";
  return new EnvironmentError("PEER_UNREACHABLE", "none of the peers could be reached", { details: { hint } });
}
