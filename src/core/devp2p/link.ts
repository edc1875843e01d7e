/**
 * One connection of devp2p as a machine: handshake, Hello, the base protocol, and the messages of shared subprotocols
 * (devp2p rlpx.md, `"p2p" Capability`).
 *
 * ```
 * dial     -> auth      <- ack       identified?  -> hello   <- hello      ready, messages ...
 * accept   <- auth      -> ack       identified?  -> hello   <- hello      ready, messages ...
 * ```
 * Whoever says Disconnect closes; whoever hears it says the same and closes. A broken stream is closed without a word.
 *
 * Not concerned with sockets, with who may connect, or with what subprotocols say.
 */
import type { PublicKey, SecretKey } from "../crypto/crypto.ts";
import { assert, RemoteError } from "../platform/errors.ts";
import type { Machine } from "../platform/machine.ts";
import type { NodeId } from "../platform/node-id.ts";
import type { Random } from "../platform/random.ts";
import { type Millis, NEVER, SECOND } from "../platform/time.ts";
import { byName, FIRST_CAPABILITY_ID, shareCapabilities } from "./capabilities.ts";
import { DISCONNECT_REASONS, type DisconnectReason, decodeDisconnect, encodeDisconnect } from "./disconnect.ts";
import { nodeIdOf, publicKeyOfNode } from "./enode.ts";
import { decodeHello, encodeHello, HELLO_BYTES_MAX, type Hello } from "./hello.ts";
import type { Capability, CloseCause, LinkInput, LinkOutput, LinkStage, SharedCapability } from "./link-io.ts";
import { type AwaitingAck, acknowledge, type Established, initiate, readAck, readAuth } from "./rlpx/handshake.ts";
import { Inbox } from "./rlpx/inbox.ts";
import { type HandshakeCrypto, PacketReader } from "./rlpx/packet.ts";
import { DISCONNECT, type RlpxMessage, RlpxSession } from "./rlpx/session.ts";

export interface LinkOptions {
  readonly crypto: HandshakeCrypto;
  readonly random: Random;
  /** The node's identity. */
  readonly staticSecret: SecretKey;
  /** Its public key, where it is at hand: made anew, it costs a link as much as an agreement. */
  readonly staticKey?: PublicKey;
  /** For example `statusctl/v0.1.0/linux-x64/node20`. */
  readonly clientId: string;
  /** What is offered. */
  readonly capabilities: readonly Capability[];
  /** When the stream was opened. */
  readonly now: Millis;
  /** Announced in Hello; geth says 0 whatever it listens on, and nobody uses it. */
  readonly listenPort?: number;
  /** Largest frame, and largest data when decompressed, that is taken in. */
  readonly maxFrameBytes?: number;
  /** Reports every frame as an output. */
  readonly trace?: boolean;
}

/** The base protocol we speak: since version 5, data is compressed. */
const BASE_VERSION = 5;

const HELLO = 0x00;
const PING = 0x02;
const PONG = 0x03;
const EMPTY_LIST = Uint8Array.of(0xc0);

/** From the opening of the stream until Hello was read (geth's frameReadTimeout during setup). */
const SETUP_MS: Millis = 5 * SECOND;
/** Half the time after which the peer hangs up. */
const PING_MS: Millis = 15 * SECOND;
/** Silence, or one message that takes longer than this, ends the link. */
const READ_MS: Millis = 30 * SECOND;

/** A packet of Whisper, 1 MiB, which incompressible data and its framing exceed by far less than the rest. */
const FRAME_BYTES_MAX = 2 ** 20 + 2 ** 18;
/** Id and data of the first frame. */
const FIRST_FRAME_MAX = 1 + HELLO_BYTES_MAX;
/** What may arrive while the answer to `identified` is awaited: one read of a socket. */
const HELD_BYTES_MAX = 2 ** 16;

type State =
  | { readonly name: "new"; readonly remote: NodeId }
  | { readonly name: "awaiting auth"; readonly reader: PacketReader }
  | { readonly name: "awaiting ack"; readonly reader: PacketReader; readonly waiting: AwaitingAck }
  | { readonly name: "identified"; readonly peer: NodeId; readonly session: RlpxSession }
  | { readonly name: "awaiting hello"; readonly peer: NodeId; readonly session: RlpxSession }
  | { readonly name: "open"; readonly session: RlpxSession; readonly shared: readonly SharedCapability[] }
  | { readonly name: "closed" };

type InState<Name extends State["name"]> = Extract<State, { name: Name }>;

export class Link implements Machine<LinkInput, LinkOutput> {
  readonly #options: LinkOptions;
  readonly #inbox = new Inbox();
  #state: State;
  /** By when the peer must have said what we wait for. */
  #deadline: Millis;
  #pingAt: Millis = NEVER;
  /** What the present call wants done. */
  #outputs: LinkOutput[] = [];

  /** The side that opened the stream, to a node it knows. Its first `tick` or `feed` writes. */
  static dial(options: LinkOptions & { readonly remote: NodeId }): Link {
    return new Link(options, { name: "new", remote: options.remote });
  }

  /** The side that was called. */
  static accept(options: LinkOptions): Link {
    const { crypto, staticSecret } = options;
    const reader = new PacketReader(crypto, { kind: "auth", secretKey: staticSecret });
    return new Link(options, { name: "awaiting auth", reader });
  }

  private constructor(options: LinkOptions, state: State) {
    this.#options = options;
    this.#state = state;
    this.#deadline = options.now + SETUP_MS;
  }

  /** Bytes kept because their unit is not complete. BOUNDED BY the frame limit, and less until Hello was read. */
  get bufferedBytes(): number {
    return this.#inbox.length;
  }

  feed(input: LinkInput, now: Millis): LinkOutput[] {
    return this.#run(now, () => this.#hear(input, now));
  }

  tick(now: Millis): LinkOutput[] {
    return this.#run(now, () => this.#wake(now));
  }

  wakeAt(): Millis {
    return this.#state.name === "new" ? this.#options.now : Math.min(this.#deadline, this.#pingAt);
  }

  #run(now: Millis, body: () => void): LinkOutput[] {
    this.#outputs = [];
    try {
      if (this.#state.name === "new") this.#initiate(this.#state.remote, now);
      body();
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      this.#close({ type: "broken", error });
    }
    return this.#outputs;
  }

  #hear(input: LinkInput, now: Millis): void {
    if (this.#state.name === "closed") return;
    switch (input.type) {
      case "bytes":
        this.#inbox.offer(input.bytes);
        this.#advance(now);
        this.#keepRest();
        break;
      case "welcome":
        this.#sayHello();
        this.#advance(now);
        break;
      case "send":
        this.#send(input.capability, input.code, input.data);
        break;
      case "disconnect":
        this.#sayGoodbye(input.reason);
        break;
      default:
        input satisfies never;
    }
  }

  #wake(now: Millis): void {
    if (now >= this.#deadline) throw this.#timeout();
    if (now < this.#pingAt) return;
    this.#pingAt = now + PING_MS;
    if (this.#state.name === "open") this.#write(this.#state.session, PING, EMPTY_LIST);
  }

  #timeout(): RemoteError {
    const { name } = this.#state;
    const what = name === "open" ? `no message within ${READ_MS} ms` : `${name}: not done within ${SETUP_MS} ms`;
    return new RemoteError("TIMEOUT", what);
  }

  /** Takes as many steps as what has arrived allows. */
  #advance(now: Millis): void {
    while (this.#step(now));
  }

  #step(now: Millis): boolean {
    const state = this.#state;
    switch (state.name) {
      case "awaiting auth":
        return this.#readAuth(state, now);
      case "awaiting ack":
        return this.#readAck(state, now);
      case "awaiting hello":
        return this.#readFirst(state, now);
      case "open":
        return this.#readMessage(state, now);
      default:
        return false;
    }
  }

  #keepRest(): void {
    this.#inbox.keep();
    if (this.#state.name === "identified" && this.#inbox.length > HELD_BYTES_MAX) {
      throw new RemoteError("FLOOD", `${this.#inbox.length} bytes before Hello was said`);
    }
  }

  // Handshake

  #initiate(remote: NodeId, now: Millis): void {
    const { crypto, staticSecret } = this.#options;
    const { auth, waiting } = initiate(this.#options, { remote: publicKeyOfNode(remote) });
    const reader = new PacketReader(crypto, { kind: "ack", secretKey: staticSecret });
    this.#state = { name: "awaiting ack", reader, waiting };
    this.#outputs.push({ type: "write", bytes: auth });
    this.#reached("auth", now);
  }

  #readAck({ reader, waiting }: InState<"awaiting ack">, now: Millis): boolean {
    const packet = reader.read(this.#inbox);
    if (packet === undefined) return false;
    const established = readAck(this.#options.crypto, waiting, packet);
    this.#reached("ack", now);
    this.#identify(established);
    return true;
  }

  #readAuth({ reader }: InState<"awaiting auth">, now: Millis): boolean {
    const packet = reader.read(this.#inbox);
    if (packet === undefined) return false;
    const authenticated = readAuth(this.#options.crypto, this.#options.staticSecret, packet);
    this.#reached("auth", now);
    const { ack, established } = acknowledge(this.#options, authenticated);
    this.#outputs.push({ type: "write", bytes: ack });
    this.#reached("ack", now);
    this.#identify(established);
    return true;
  }

  #identify({ remote, secrets }: Established): void {
    const peer = nodeIdOf(remote);
    this.#state = { name: "identified", peer, session: new RlpxSession(this.#options.crypto, secrets) };
    this.#outputs.push({ type: "identified", peer });
  }

  // Hello

  #sayHello(): void {
    const state = this.#state;
    assert(state.name === "identified", "welcome answers identified");
    const { crypto, staticSecret, clientId, capabilities, listenPort = 0 } = this.#options;
    const nodeId = nodeIdOf(this.#options.staticKey ?? crypto.publicKeyOf(staticSecret));
    const offered = capabilities.toSorted((a, b) => byName(a, b) || a.version - b.version);
    this.#state = { ...state, name: "awaiting hello" };
    const hello = { version: BASE_VERSION, clientId, capabilities: offered, listenPort, nodeId };
    this.#write(state.session, HELLO, encodeHello(hello));
  }

  /** The first frame of a peer: Hello, or a Disconnect instead. */
  #readFirst({ peer, session }: InState<"awaiting hello">, now: Millis): boolean {
    const message = session.read(this.#inbox, FIRST_FRAME_MAX);
    if (message === undefined) return false;
    this.#trace("in", message);
    if (message.id === DISCONNECT) this.#echoGoodbye(session, message.data);
    else if (message.id === HELLO) this.#meet(peer, session, message.data, now);
    else throw new RemoteError("PROTOCOL", `message ${message.id} before Hello`);
    return true;
  }

  #meet(peer: NodeId, session: RlpxSession, data: Uint8Array, now: Millis): void {
    const hello = this.#decodeHello(data);
    if (hello === undefined) return;
    if (hello.version >= BASE_VERSION) session.startCompression();
    if (hello.nodeId !== peer) {
      const error = new RemoteError("INVALID", "hello: node key: another than the one of the handshake");
      this.#sayGoodbye(DISCONNECT_REASONS.unexpectedIdentity, error);
      return;
    }
    this.#reached("hello", now);
    const shared = shareCapabilities(this.#options.capabilities, hello.capabilities);
    if (shared.length === 0) {
      const error = new RemoteError("UNSUPPORTED", "hello: capabilities: none of them is ours");
      this.#sayGoodbye(DISCONNECT_REASONS.uselessPeer, error);
      return;
    }
    this.#reached("capabilities", now);
    this.#state = { name: "open", session, shared };
    this.#deadline = now + READ_MS;
    this.#pingAt = now + PING_MS;
    this.#outputs.push({ type: "ready", peer, hello, shared });
  }

  /** A node key that nobody can have deserves a word; anything else that cannot be read gets none. */
  #decodeHello(data: Uint8Array): Hello | undefined {
    try {
      return decodeHello(data);
    } catch (error) {
      if (!(error instanceof RemoteError) || error.code !== "BAD_KEY") throw error;
      this.#sayGoodbye(DISCONNECT_REASONS.invalidIdentity, error);
      return undefined;
    }
  }

  // Messages

  #readMessage({ session, shared }: InState<"open">, now: Millis): boolean {
    const message = session.read(this.#inbox, this.#options.maxFrameBytes ?? FRAME_BYTES_MAX);
    if (message === undefined) return false;
    this.#deadline = now + READ_MS;
    this.#trace("in", message);
    const { id, data } = message;
    if (id < FIRST_CAPABILITY_ID) {
      this.#hearBase(session, id, data);
      return true;
    }
    const owner = ownerOf(shared, id);
    if (owner === undefined) throw new RemoteError("PROTOCOL", `message ${id} belongs to no shared capability`);
    this.#outputs.push({ type: "message", capability: owner.name, code: id - owner.offset, data });
    return true;
  }

  /** A second Hello, Pong and the reserved ids mean nothing. */
  #hearBase(session: RlpxSession, id: number, data: Uint8Array): void {
    if (id === PING) this.#write(session, PONG, EMPTY_LIST);
    else if (id === DISCONNECT) this.#echoGoodbye(session, data);
  }

  #send(capability: string, code: number, data: Uint8Array): void {
    const state = this.#state;
    assert(state.name === "open", "messages are sent once the link is ready");
    const owner = state.shared.find(({ name }) => name === capability);
    assert(owner !== undefined && code < owner.length, `${capability} ${code} is a message that the peer knows`);
    this.#write(state.session, owner.offset + code, data);
  }

  // Goodbye

  #sayGoodbye(reason: DisconnectReason, error?: RemoteError): void {
    if ("session" in this.#state) this.#write(this.#state.session, DISCONNECT, encodeDisconnect(reason));
    this.#close({ type: "ours", reason, ...(error && { error }) });
  }

  #echoGoodbye(session: RlpxSession, data: Uint8Array): void {
    const reason = decodeDisconnect(data);
    this.#write(session, DISCONNECT, encodeDisconnect(reason));
    this.#close({ type: "theirs", reason });
  }

  #close(cause: CloseCause): void {
    this.#state = { name: "closed" };
    this.#inbox.clear();
    this.#deadline = NEVER;
    this.#pingAt = NEVER;
    this.#outputs.push({ type: "close", cause });
  }

  #write(session: RlpxSession, id: number, data: Uint8Array): void {
    const { bytes, wireLength } = session.write(id, data);
    this.#trace("out", { id, data, wireLength });
    this.#outputs.push({ type: "write", bytes });
  }

  #reached(stage: LinkStage, at: Millis): void {
    this.#outputs.push({ type: "stage", stage, at });
  }

  #trace(direction: "in" | "out", { id, data, wireLength }: RlpxMessage): void {
    if (!this.#options.trace) return;
    const owner = this.#state.name === "open" ? ownerOf(this.#state.shared, id) : undefined;
    const capability = id < FIRST_CAPABILITY_ID ? "p2p" : owner?.name;
    this.#outputs.push({ type: "frame", direction, capability, code: id - (owner?.offset ?? 0), wireLength, data });
  }
}

function ownerOf(shared: readonly SharedCapability[], id: number): SharedCapability | undefined {
  return shared.find(({ offset, length }) => id >= offset && id < offset + length);
}
