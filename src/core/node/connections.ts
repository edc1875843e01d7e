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
  peer?: NodeId;
  hello?: Hello;
  /** Whether the Whisper machine knows of it. */
  whisper?: boolean;
}

export interface Quotas {
  /** Links with a proven identity; static and trusted peers come on top. */
  readonly maxPeers: number;
  /** Connections that have not proven who they are: each may hold a handshake's worth of memory (geth allows 50). */
  readonly maxPending: number;
  /** Connections per remote address other than loopback: one host cannot take all places. */
  readonly maxPerAddress: number;
}

export const DEFAULT_QUOTAS: Quotas = { maxPeers: 25, maxPending: 50, maxPerAddress: 8 };

/** BOUNDED BY the quotas: incoming ones are refused, outgoing ones are as many as were asked for. */
export class Connections {
  readonly #quotas: Quotas;
  readonly #self: NodeId;
  readonly #welcome: (peer: NodeId) => boolean;
  readonly #all = new Map<ConnectionId, Connection>();
  readonly #byPeer = new Map<NodeId, Connection>();
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
    const pending = [...this.#all.values()].filter((connection) => connection.peer === undefined);
    if (pending.length >= this.#quotas.maxPending) return false;
    if (isLoopback(address)) return true;
    const same = [...this.#all.values()].filter((connection) => connection.wire.remoteAddress === address);
    return same.length < this.#quotas.maxPerAddress;
  }

  /** Takes note of who is behind the connection, or says why it must go (the order of geth's checks). */
  identify(connection: Connection, peer: NodeId): DisconnectReason | undefined {
    const refusal = this.#refusal(connection, peer);
    if (refusal !== undefined) return refusal;
    connection.peer = peer;
    this.#byPeer.set(peer, connection);
    return undefined;
  }

  #refusal(connection: Connection, peer: NodeId): DisconnectReason | undefined {
    const exempt = connection.dialled !== undefined || this.#welcome(peer);
    if (!exempt && this.#byPeer.size >= this.#quotas.maxPeers) return DISCONNECT_REASONS.tooManyPeers;
    if (this.#byPeer.has(peer)) return DISCONNECT_REASONS.alreadyConnected;
    if (peer === this.#self) return DISCONNECT_REASONS.self;
    return undefined;
  }
}

const isLoopback = (address: string): boolean => /^(::ffff:)?127\.|^::1$/.test(address);
