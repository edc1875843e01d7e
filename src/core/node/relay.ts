/** A node that others connect to: the Whisper relay of `serve`, and the members of a devnet. */
import { type Enode, nodeIdOf } from "../devp2p/enode.ts";
import { Node } from "./node.ts";
import type { NodeOptions } from "./node-options.ts";
import type { Address, Wire, WireEvents } from "./ports.ts";
import { listenTcp } from "./tcp.ts";

export interface RelayOptions extends NodeOptions {
  readonly listen: Address;
  /** Put around every accepted wire, such as bad weather. */
  readonly wrap?: (wire: Wire, accept: (wire: Wire) => WireEvents) => WireEvents;
}

export interface Relay {
  readonly node: Node;
  /** Under which others reach it. */
  readonly enode: Enode;
  /** Says goodbye to its peers and closes the port. */
  stop(): Promise<void>;
}

/** Starts it. Throws `EnvironmentError` PORT. */
export async function startRelay({ listen, wrap, ...options }: RelayOptions): Promise<Relay> {
  const node = new Node(options);
  const accept = (wire: Wire): WireEvents => node.accept(wire);
  const listener = await listenTcp(listen, wrap ? (wire) => wrap(wire, accept) : accept);
  node.start();
  const id = nodeIdOf(options.crypto.publicKeyOf(options.nodeSecret));
  const { host, port } = listener.address;
  const stop = async (): Promise<void> => {
    node.stop();
    await listener.close();
  };
  return { node, enode: { id, host: reachable(host), tcpPort: port, udpPort: 0 }, stop };
}

/** What listens on all addresses is named by one that works from here; what others call it, only the user knows. */
const reachable = (host: string): string => (host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host);
