/**
 * What a command that goes onto the network starts from: primitives, ports, and the nodes it was told of.
 *
 * Nodes come from flags and environment, else from the profile, else from a fleet that was asked for by name. No fleet is
 * dialled unasked: the public network of 2020 is gone, and nobody should be called who was not named.
 */
import type { Crypto, Door } from "../core/crypto/crypto.ts";
import { openCrypto } from "../core/crypto/open.ts";
import { type Enode, parseEnode } from "../core/devp2p/enode.ts";
import { FLEETS } from "../core/devp2p/fleets.ts";
import { threadMiner } from "../core/node/miner.ts";
import type { Clock, Dialer, Miner } from "../core/node/ports.ts";
import { systemClock, systemRandom } from "../core/node/system.ts";
import { tcpDialer } from "../core/node/tcp.ts";
import { EnvironmentError, UsageError } from "../core/platform/errors.ts";
import type { Random } from "../core/platform/random.ts";
import { nearest } from "./nearest.ts";
import { doorOf } from "./primitives.ts";
import type { Settings } from "./settings.ts";

/** What a `Node` is made of, apart from its identity. */
export interface Network {
  readonly crypto: Crypto;
  readonly random: Random;
  readonly clock: Clock;
  readonly dialer: Dialer;
  readonly miner: Miner;
  readonly clientId: string;
}

/** Opens the primitives and the ports. */
export async function openNetwork(settings: Settings, version: string, preferred: Door = "fast"): Promise<Network> {
  const crypto = await openCrypto(doorOf(preferred));
  return {
    crypto,
    random: systemRandom,
    clock: systemClock,
    dialer: tcpDialer({ proxy: settings.proxy.value ?? undefined }),
    miner: threadMiner(crypto),
    clientId: `statusctl/v${version}/${process.platform}-${process.arch}/node${process.versions.node}`,
  };
}

/** A node the user knows by name. */
export interface KnownNode {
  readonly enode: string;
  readonly alias: string | null;
}

/** A node as a person names it: an enode URL, or the alias of a peer. Throws `UsageError`. */
export function nodeNamed(crypto: Crypto, name: string, known: readonly KnownNode[] = []): Enode {
  if (name.startsWith("enode:")) return parseEnode(crypto, name);
  const peer = known.find(({ alias }) => alias === name);
  if (peer) return parseEnode(crypto, peer.enode);
  const meant = nearest(
    name,
    known.flatMap(({ alias }) => alias ?? []),
  );
  const hint = meant ? `Did you mean ${meant}?` : "Nodes are named by enode://ID@HOST:PORT, or by the alias of a peer.";
  throw new UsageError("NOT_FOUND", `"${name}" is no node that is known here`, { details: { hint } });
}

/** The nodes to connect with. Throws `EnvironmentError` OFFLINE when nobody was named. */
export function peersOf(crypto: Crypto, settings: Settings, known: readonly KnownNode[] = []): Enode[] {
  const { peers, fleet } = settings;
  const names = peers.value.length > 0 ? peers.value : known.map(({ enode }) => enode);
  const fromFleet = names.length === 0 && fleet.origin !== "default" ? fleetNodes(fleet.value) : [];
  const nodes = [...names, ...fromFleet].map((name) => nodeNamed(crypto, name, known));
  if (nodes.length > 0) return nodes;
  const hint = "Give --peer ENODE or STATUSCTL_PEERS, keep one with `statusctl peer add`, or run `statusctl devnet`.";
  throw new EnvironmentError("OFFLINE", "there is no peer to connect with", { details: { hint } });
}

function fleetNodes(name: string): readonly string[] {
  const fleet = FLEETS[name];
  if (fleet) return fleet.staticNodes;
  throw new UsageError("NOT_FOUND", `there is no fleet "${name}"; there are ${Object.keys(FLEETS).join(", ")}`);
}
