/** The connections of a node: which there are, who is behind them, and who is let in. Decisions only, no sockets. */

import { DISCONNECT_REASONS, type DisconnectReason } from "../devp2p/disconnect.ts";
import type { Enode } from "../devp2p/enode.ts";
import type { Hello } from "../devp2p/hello.ts";
import type { Link } from "../devp2p/link.ts";
import type { NodeId } from "../platform/node-id.ts";
import type { ConnectionId } from "./node-io.ts";
import type { Wire } from "./ports.ts";

export interface Connection {
  readonly id: ConnectionId;
  readonly wire: Wire;
  readonly link: Link;
  /** Whom we dialled; undefined for an incoming connection. */
  readonly dialled: Enode | undefined;
  /** Who is behind it, once that is proven: until Hello came, anybody can say to be anybody. */
  peer?: NodeId;
  hello?: Hello;
  /** Whether the Whisper machine knows of it. */
  whisper?: boolean;
}

export interface Quotas {
  /** Links with a proven identity; static and trusted peers come on top. */
  readonly maxPeers: number;
  /**
   * Incoming connections that have not proven who they are, of some 12 KB each. Geth has 50 and turns away the newest; here
   * they are so many that a handshake is over before a flood of newer ones has pushed it out.
   */
  readonly maxPending: number;
  /** Connections per remote address other than loopback: one host cannot take all places. */
  readonly maxPerAddress: number;
}

export const DEFAULT_QUOTAS: Quotas = { maxPeers: 25, maxPending: 256, maxPerAddress: 8 };

/** BOUNDED BY the quotas: incoming ones are refused or pushed out, outgoing ones are as many as were asked for. */
export class Connections {
  readonly #quotas: Quotas;
  readonly #self: NodeId;
  readonly #welcome: (peer: NodeId) => boolean;
  readonly #all = new Map<ConnectionId, Connection>();
  readonly #byPeer = new Map<NodeId, Connection>();
  /** Those that could stay when they first said who they are. */
  readonly #letIn = new WeakSet<Connection>();
  #lastId = 0;

  /** `alwaysWelcome` tells static and trusted peers, who are exempt from limits. */
  constructor(self: NodeId, quotas: Quotas, alwaysWelcome: (peer: NodeId) => boolean) {
    this.#self = self;
    this.#quotas = quotas;
    this.#welcome = alwaysWelcome;
  }

  nextId(): ConnectionId {
    return ++this.#lastId;
  }

  add(connection: Connection): void {
    this.#all.set(connection.id, connection);
  }

  remove(connection: Connection): void {
    this.#all.delete(connection.id);
    if (connection.peer && this.#byPeer.get(connection.peer) === connection) this.#byPeer.delete(connection.peer);
  }

  has(connection: Connection): boolean {
    return this.#all.has(connection.id);
  }

  of(peer: NodeId): Connection | undefined {
    return this.#byPeer.get(peer);
  }

  all(): Iterable<Connection> {
    return this.#all.values();
  }

  get size(): number {
    return this.#all.size;
  }

  /** Whether an incoming stream from `address` may begin a handshake. */
  admits(address: string): boolean {
    if (isLoopback(address)) return true;
    const same = [...this.#all.values()].filter((connection) => connection.wire.remoteAddress === address);
    return same.length < this.#quotas.maxPerAddress;
  }

  /**
   * Who must go when there are more strangers than places: of the address with most of them, the one that came first.
   * Newcomers are let in, for a handshake takes the honest milliseconds, and the silent could keep them out for ever.
   */
  crowdedOut(): Connection | undefined {
    const strangers = [...this.#all.values()].filter(
      ({ peer, dialled }) => peer === undefined && dialled === undefined,
    );
    if (strangers.length <= this.#quotas.maxPending) return undefined;
    const byAddress = new Map<string, Connection[]>();
    for (const stranger of strangers) {
      const { remoteAddress } = stranger.wire;
      byAddress.set(remoteAddress, [...(byAddress.get(remoteAddress) ?? []), stranger]);
    }
    const [largest] = [...byAddress.values()].sort((a, b) => b.length - a.length);
    return largest?.[0];
  }

  /**
   * Why a connection behind which `peer` is, or claims to be, must go; undefined when it may stay (geth's checks, and one
   * for calls that cross).
   */
  refusal(connection: Connection, peer: NodeId): DisconnectReason | undefined {
    const exempt = connection.dialled !== undefined || this.#welcome(peer);
    if (!exempt && this.#byPeer.size >= this.#quotas.maxPeers) return DISCONNECT_REASONS.tooManyPeers;
    if (this.#byPeer.has(peer) || this.#crosses(connection, peer)) return DISCONNECT_REASONS.alreadyConnected;
    if (peer === this.#self) return DISCONNECT_REASONS.self;
    this.#letIn.add(connection);
    return undefined;
  }

  /**
   * Whether the peer calls while we are calling it. If each side kept its own call, both calls would end, again and again;
   * so the smaller id turns the other's away at its claim, before the larger can have settled it. A false claim keeps out
   * nobody but itself. What was let in stays, for the larger id may have settled it by now and turn away our call.
   */
  #crosses(connection: Connection, peer: NodeId): boolean {
    if (connection.dialled !== undefined || this.#self > peer || this.#letIn.has(connection)) return false;
    return [...this.#all.values()].some(({ dialled }) => dialled?.id === peer);
  }

  /** The peer has proven that it is behind the connection. */
  settle(connection: Connection, peer: NodeId): void {
    connection.peer = peer;
    this.#byPeer.set(peer, connection);
  }
}

const isLoopback = (address: string): boolean => /^(::ffff:)?127\.|^::1$/.test(address);
