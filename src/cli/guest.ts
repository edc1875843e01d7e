/** A presence without a profile: a node key of the moment, connected with the peers that were named. */
import type { Enode } from "../core/devp2p/enode.ts";
import { freshSecret } from "../core/node/fresh-secret.ts";
import { lightness } from "../core/node/lightness.ts";
import { Presence } from "../core/node/presence.ts";
import { EnvironmentError } from "../core/platform/errors.ts";
import type { Topic } from "../core/whisper/envelope.ts";
import type { Network } from "./network.ts";

export interface GuestOptions {
  readonly peers: readonly Enode[];
  /** Topics of a light client; undefined = a full node, which takes everything. */
  readonly topics?: readonly Topic[] | undefined;
}

/** Not connected yet: `start` it. */
export function guestPresence(network: Network, { peers, topics }: GuestOptions): Presence {
  const nodeSecret = freshSecret(network.crypto, network.random);
  const light = topics && lightness(network.crypto, nodeSecret, topics);
  return new Presence({ ...network, nodeSecret, peers, ...light });
}

/** The error that says nobody was there, or that nobody wanted us, and what stood in the way. */
export function nobodyReached({
  troubles,
  isTurnedAway,
}: Pick<Presence, "troubles" | "isTurnedAway">): EnvironmentError {
  const hint = troubles.length > 0 ? troubles.join("; ") : "No peer answered in time.";
  if (isTurnedAway) return new EnvironmentError("PEER_REJECTED", "the peers turned us away", { details: { hint } });
  return new EnvironmentError("PEER_UNREACHABLE", "none of the peers could be reached", { details: { hint } });
}
