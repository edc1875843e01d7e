/**
 * The shell's loop: joins the machines and has done what they want done.
 *
 * One turn = one thing that happened (bytes, a wake-up, a request). The machines are fed until they are quiet, and what
 * they want done outside is collected. When everything that is at hand had its turn, the profile is committed, once, and
 * only then is anything performed (`effects.ts`): what left this process is durable. The `#from…` switches are the wiring
 * diagram of the system.
 *
 * Runs on real ports (`system.ts`, `tcp.ts`, `miner.ts`) and in the simulated world alike.
 */
import type { PublicKey } from "../crypto/crypto.ts";
import { DISCONNECT_REASONS } from "../devp2p/disconnect.ts";
import { type Enode, nodeIdOf } from "../devp2p/enode.ts";
import { Link } from "../devp2p/link.ts";
import type { CloseCause, LinkInput, LinkOutput } from "../devp2p/link-io.ts";
import { StaticPeers, type StaticPeersInput, type StaticPeersOutput } from "../devp2p/static-peers.ts";
import type { Messenger } from "../messenger/messenger.ts";
import type { MessengerInput, MessengerOutput } from "../messenger/messenger-io.ts";
import { RemoteError } from "../platform/errors.ts";
import type { NodeId } from "../platform/node-id.ts";
import { type Millis, NEVER } from "../platform/time.ts";
import type { Topic } from "../whisper/envelope.ts";
import { SHH } from "../whisper/packets.ts";
import { Whisper } from "../whisper/whisper.ts";
import type { WhisperInput, WhisperOutput } from "../whisper/whisper-io.ts";
import { type Connection, Connections, DEFAULT_QUOTAS } from "./connections.ts";
import { Effects } from "./effects.ts";
import type { ConnectionId, NodeEvent } from "./node-io.ts";
import type { NodeOptions } from "./node-options.ts";
import type { Wire, WireEvents } from "./ports.ts";

export class Node {
  readonly id: NodeId;
  readonly #key: PublicKey;
  readonly #options: NodeOptions;
  readonly #connections: Connections;
  readonly #statics = new StaticPeers();
  readonly #trusted: ReadonlySet<NodeId>;
  readonly #whisper: Whisper;
  readonly #messenger: Messenger | undefined;
  readonly #effects: Effects;
  #stopped = false;
  /** Undoes the commit that is due. */
  #cancelCommit: (() => void) | undefined;
  #disarm: () => void = () => undefined;

  constructor(options: NodeOptions) {
    this.#options = options;
    this.#key = options.crypto.publicKeyOf(options.nodeSecret);
    this.id = nodeIdOf(this.#key);
    this.#trusted = new Set(options.trusted);
    const welcome = (peer: NodeId): boolean => this.#statics.has(peer) || this.#trusted.has(peer);
    this.#connections = new Connections(this.id, { ...DEFAULT_QUOTAS, ...options.quotas }, welcome);
    this.#whisper = new Whisper(options.crypto, options.whisper ?? {});
    this.#messenger = options.messenger;
    this.#effects = new Effects(options, {
      opened: (wire, node, connection) => (this.#stopped ? refuse(wire) : this.#begin(wire, node, connection)),
      unreachable: (node, connection, error) =>
        this.#turn((now) => this.#unreachable(node, { connection, error, now })),
      mined: (id, envelope) => this.messenger({ type: "mined", id, envelope }),
    });
  }

  /** Takes up the messenger's unfinished work. Call once, before the first `connect`. */
  start(): void {
    this.#turn((now) => {
      if (this.#messenger) this.#fromMessenger(this.#messenger.tick(now), now);
    });
  }

  /** Keeps a link to the node from now on. */
  connect(node: Enode): void {
    this.#turn((now) => this.#tellStatics({ type: "add", node }, now));
  }

  /** Lets the node go. */
  disconnect(peer: NodeId): void {
    this.#turn((now) => {
      this.#tellStatics({ type: "remove", peer }, now);
      const connection = this.#connections.of(peer);
      if (connection) this.#tellLink(connection, { type: "disconnect", reason: DISCONNECT_REASONS.requested }, now);
    });
  }

  /** Takes in a stream that somebody opened to us. */
  accept(wire: Wire): WireEvents {
    if (this.#stopped || !this.#connections.admits(wire.remoteAddress)) return refuse(wire);
    const events = this.#begin(wire, undefined);
    this.#turn((now) => this.#makeRoom(now));
    return events;
  }

  /** Tells the Whisper machine something, such as `post`. */
  whisper(input: WhisperInput): void {
    this.#turn((now) => this.#tellWhisper(input, now));
  }

  /** Tells the messenger something, such as `say`. */
  messenger(input: MessengerInput): void {
    this.#turn((now) => this.#tellMessenger(input, now));
  }

  /** The Whisper machine, for reading what it knows. */
  get pool(): Whisper {
    return this.#whisper;
  }

  /** Commits and performs now what waits for it. */
  settle(): void {
    this.#cancelCommit?.();
    this.#cancelCommit = undefined;
    if (this.#stopped) return;
    this.#attempt(() => {
      this.#options.commit?.();
      this.#effects.perform();
    });
    this.#rearm();
  }

  /** Says goodbye to everybody and rests. */
  stop(): void {
    this.#turn((now) => {
      for (const connection of [...this.#connections.all()]) {
        this.#tellLink(connection, { type: "disconnect", reason: DISCONNECT_REASONS.quitting }, now);
      }
    });
    this.settle();
    this.#rest();
  }

  /** Stops without a goodbye. */
  abandon(): void {
    this.#rest();
  }

  #turn(body: (now: Millis) => void): void {
    if (this.#stopped) return;
    const { clock } = this.#options;
    const now = clock.now();
    this.#attempt(() => body(now));
    this.#cancelCommit ??= clock.at(now, () => this.settle());
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#rest();
      this.#options.observe?.({ type: "failed", error });
    }
  }

  #rearm(): void {
    this.#disarm();
    if (this.#stopped) return;
    const { clock } = this.#options;
    const wakeAt = this.#wakeAt();
    this.#disarm = wakeAt === NEVER ? () => undefined : clock.at(wakeAt, () => this.#turn((now) => this.#tick(now)));
  }

  #wakeAt(): Millis {
    const links = [...this.#connections.all()].map(({ link }) => link.wakeAt());
    const messenger = this.#messenger?.wakeAt() ?? NEVER;
    return Math.min(this.#whisper.wakeAt(), this.#statics.wakeAt(), messenger, ...links);
  }

  #tick(now: Millis): void {
    for (const connection of [...this.#connections.all()]) {
      if (connection.link.wakeAt() <= now) this.#fromLink(connection, connection.link.tick(now), now);
    }
    this.#fromStatics(this.#statics.tick(now), now);
    this.#fromWhisper(this.#whisper.tick(now), now);
    if (this.#messenger) this.#fromMessenger(this.#messenger.tick(now), now);
  }

  #rest(): void {
    this.#stopped = true;
    this.#cancelCommit?.();
    this.#disarm();
    this.#effects.abandon();
    for (const { wire } of this.#connections.all()) wire.close();
  }

  #begin(wire: Wire, dialled: Enode | undefined, id = this.#connections.nextId()): WireEvents {
    const { crypto, random, nodeSecret, clientId, clock, trace = false } = this.#options;
    const now = clock.now();
    const keys = { staticSecret: nodeSecret, staticKey: this.#key };
    const options = { crypto, random, ...keys, clientId, capabilities: [SHH], now, trace };
    const link = dialled ? Link.dial({ ...options, remote: dialled.id }) : Link.accept(options);
    const connection: Connection = { id, wire, link, dialled };
    this.#connections.add(connection);
    this.#turn((now) => {
      this.#report({ type: "opened", connection: id, node: dialled, address: wire.remoteAddress, at: now });
      this.#fromLink(connection, link.tick(now), now);
    });
    return {
      bytes: (bytes) => this.#turn((now) => this.#tellLink(connection, { type: "bytes", bytes }, now)),
      closed: (error) => this.#turn((now) => this.#lost(connection, error, now)),
    };
  }

  #lost(connection: Connection, error: Error | undefined, now: Millis): void {
    if (!this.#connections.has(connection)) return;
    const cause = { type: "broken", error: new RemoteError("PROTOCOL", lossOf(error), { cause: error }) } as const;
    this.#forget(connection, cause, now);
  }

  #forget(connection: Connection, cause: CloseCause, now: Millis): void {
    const { id, peer, hello, dialled } = connection;
    const wasPeer = peer !== undefined && this.#connections.of(peer) === connection;
    this.#connections.remove(connection);
    this.#report({ type: "closed", connection: id, node: dialled, peer, hello, cause, at: now });
    if (wasPeer && connection.whisper) this.#tellWhisper({ type: "disconnected", peer }, now);
    const gone = wasPeer ? peer : dialled?.id;
    if (gone && !this.#connections.of(gone)) this.#tellStatics({ type: "down", peer: gone }, now);
  }

  #tellLink(connection: Connection, input: LinkInput, now: Millis): void {
    if (this.#connections.has(connection)) this.#fromLink(connection, connection.link.feed(input, now), now);
  }

  #tellWhisper(input: WhisperInput, now: Millis): void {
    this.#fromWhisper(this.#whisper.feed(input, now), now);
  }

  #tellMessenger(input: MessengerInput, now: Millis): void {
    if (this.#messenger) this.#fromMessenger(this.#messenger.feed(input, now), now);
  }

  #tellStatics(input: StaticPeersInput, now: Millis): void {
    this.#fromStatics(this.#statics.feed(input, now), now);
  }

  /** Writes first: frames must leave in the order in which they were made, and what a message leads to makes further ones. */
  #fromLink(connection: Connection, outputs: readonly LinkOutput[], now: Millis): void {
    for (const output of outputs) if (output.type === "write") this.#effects.write(connection, output.bytes);
    for (const output of outputs) {
      switch (output.type) {
        case "write":
          break;
        case "stage":
          this.#report({ ...output, connection: connection.id });
          break;
        case "identified":
          this.#identified(connection, output.peer, now);
          break;
        case "ready":
          this.#ready(connection, output, now);
          break;
        case "message":
          if (connection.peer && output.capability === SHH.name) {
            const { code, data } = output;
            this.#tellWhisper({ type: "packet", peer: connection.peer, code, data }, now);
          }
          break;
        case "frame":
          this.#report({ ...output, connection: connection.id, at: now });
          break;
        case "close":
          this.#effects.add({ type: "close", connection });
          this.#forget(connection, output.cause, now);
          break;
        default:
          output satisfies never;
      }
    }
  }

  #makeRoom(now: Millis): void {
    const connection = this.#connections.crowdedOut();
    if (connection) this.#tellLink(connection, { type: "disconnect", reason: DISCONNECT_REASONS.tooManyPeers }, now);
  }

  /** A mere claim, so nobody is kept out by it; but whoever would be refused anyhow goes no further. */
  #identified(connection: Connection, peer: NodeId, now: Millis): void {
    const reason = this.#connections.refusal(connection, peer);
    this.#tellLink(connection, reason === undefined ? { type: "welcome" } : { type: "disconnect", reason }, now);
  }

  #ready(connection: Connection, ready: Extract<LinkOutput, { type: "ready" }>, now: Millis): void {
    const { peer, hello, shared } = ready;
    const reason = this.#connections.refusal(connection, peer);
    if (reason !== undefined) {
      this.#tellLink(connection, { type: "disconnect", reason }, now);
      return;
    }
    this.#connections.settle(connection, peer);
    connection.hello = hello;
    this.#report({ ...ready, connection: connection.id, at: now });
    this.#tellStatics({ type: "up", peer }, now);
    if (!shared.some(({ name }) => name === SHH.name)) return;
    connection.whisper = true;
    const address = connection.wire.remoteAddress;
    this.#tellWhisper({ type: "connected", peer, address, trusted: this.#trusted.has(peer) }, now);
  }

  /** News is told before the messenger makes its own of it. */
  #fromWhisper(outputs: readonly WhisperOutput[], now: Millis): void {
    for (const output of outputs) {
      if (output.type !== "packet") this.#report({ type: "whisper", event: output, at: now });
      switch (output.type) {
        case "packet":
          this.#sendPacket(output.peer, output.code, output.data, now);
          break;
        case "drop":
          this.#dropPeer(output.peer, now);
          break;
        case "envelope":
        case "sent":
        case "confirmed":
        case "rejected":
        case "expired":
        case "refused":
          this.#tellMessenger(output, now);
          break;
        case "ready":
        case "mail":
          break;
        default:
          output satisfies never;
      }
    }
  }

  #sendPacket(peer: NodeId, code: number, data: Uint8Array, now: Millis): void {
    const connection = this.#connections.of(peer);
    if (connection) this.#tellLink(connection, { type: "send", capability: SHH.name, code, data }, now);
  }

  #dropPeer(peer: NodeId, now: Millis): void {
    const connection = this.#connections.of(peer);
    if (connection)
      this.#tellLink(connection, { type: "disconnect", reason: DISCONNECT_REASONS.subprotocolError }, now);
  }

  #fromMessenger(outputs: readonly MessengerOutput[], now: Millis): void {
    for (const output of outputs) {
      switch (output.type) {
        case "mine":
          this.#effects.add({ type: "mine", task: output.task });
          break;
        case "post":
          this.#tellWhisper(output, now);
          break;
        case "interest":
          this.#widen(output.topics, now);
          break;
        case "message":
        case "accepted":
        case "refused":
        case "delivery":
        case "ignored":
          this.#report({ type: "messenger", event: output, at: now });
          break;
        default:
          output satisfies never;
      }
    }
  }

  /** A light client covers its topics before it posts on them or expects anything. */
  #widen(topics: readonly Topic[], now: Millis): void {
    const bloom = this.#options.interest?.widen(topics);
    if (bloom) this.#tellWhisper({ type: "bloom", bloom }, now);
  }

  #fromStatics(outputs: readonly StaticPeersOutput[], now: Millis): void {
    for (const { node } of outputs) {
      if (this.#connections.of(node.id)) this.#tellStatics({ type: "up", peer: node.id }, now);
      else this.#effects.add({ type: "dial", node, connection: this.#connections.nextId() });
    }
  }

  #unreachable(
    node: Enode,
    { connection, error, now }: { readonly connection: ConnectionId; readonly error: Error; readonly now: Millis },
  ): void {
    this.#report({ type: "unreachable", connection, node, error });
    this.#tellStatics({ type: "down", peer: node.id }, now);
  }

  #report(event: NodeEvent): void {
    this.#effects.add({ type: "report", event });
  }
}

const lossOf = (error: Error | undefined): string => `the stream ended${error ? `: ${error.message}` : ""}`;

function refuse(wire: Wire): WireEvents {
  wire.close();
  return { bytes: () => undefined, closed: () => undefined };
}
