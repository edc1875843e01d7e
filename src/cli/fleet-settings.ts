/** The nodes a fleet adds where the user named none: below all other settings, above nothing. */
import { FLEETS } from "../core/devp2p/fleets.ts";
import type { Setting, Settings } from "./settings.ts";

export interface NodeSettings {
  /** Relays to connect with. */
  readonly peers: Setting<readonly string[]>;
  readonly mailservers: Setting<readonly string[]>;
  readonly bootNodes: Setting<readonly string[]>;
  readonly rendezvousNodes: Setting<readonly string[]>;
}

/** Settings of nodes with the fleet's in the gaps, if a fleet was asked for by name: nobody is called unasked. */
export function nodeSettings({ fleet, peers, mailservers }: Settings): NodeSettings {
  const preset = fleet.origin === "default" ? undefined : FLEETS[fleet.value];
  const ofFleet = (nodes: readonly string[] | undefined): Setting<readonly string[]> =>
    nodes === undefined
      ? { value: [], origin: "default", from: null }
      : { value: nodes, origin: "fleet", from: `fleet ${fleet.value}` };
  return {
    peers: peers.origin === "default" ? ofFleet(preset?.staticNodes) : peers,
    mailservers: mailservers.origin === "default" ? ofFleet(preset?.mailservers) : mailservers,
    bootNodes: ofFleet(preset?.bootNodes),
    rendezvousNodes: ofFleet(preset?.rendezvousNodes),
  };
}
