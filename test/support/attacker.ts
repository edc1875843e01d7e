/**
 * A peer with a real socket that keeps no rule: it can go any part of the way of an honest one, and says what it is told to.
 *
 * ```
 * open -> shake (auth, ack) -> meet (Hello, Hello) -> join (Status, Status)
 * ```
 * What it hears is counted and forgotten.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { concatBytes } from "../../src/core/bytes/bytes.ts";
import { encodeRlp, RlpReader } from "../../src/core/bytes/rlp.ts";
import type { SecretKey } from "../../src/core/crypto/crypto.ts";
import { decodeDisconnect } from "../../src/core/devp2p/disconnect.ts";
import { type Enode, publicKeyOfNode } from "../../src/core/devp2p/enode.ts";
import { encodeHello, type Hello } from "../../src/core/devp2p/hello.ts";
import { FRAME_SIZE_MAX, FrameReader, FrameWriter } from "../../src/core/devp2p/rlpx/frame.ts";
import { type AwaitingAck, initiate, readAck, type Secrets } from "../../src/core/devp2p/rlpx/handshake.ts";
import { Inbox } from "../../src/core/devp2p/rlpx/inbox.ts";
import { PacketReader } from "../../src/core/devp2p/rlpx/packet.ts";
import { compressSnappy, decompressSnappy } from "../../src/core/devp2p/snappy.ts";
import { freshSecret } from "../../src/core/node/fresh-secret.ts";
import { systemRandom } from "../../src/core/node/system.ts";
import { CODES } from "../../src/core/whisper/packets.ts";
import { encodeStatus } from "../../src/core/whisper/status.ts";
import type { PeerStatus } from "../../src/core/whisper/whisper-io.ts";
import { fast as crypto } from "./doors.ts";
import { idOf } from "./rlpx.ts";
import { OPEN_STATUS } from "./whisper-machines.ts";

export const HELLO_ID = 0x00;
const DISCONNECT_ID = 0x01;
export const PING_ID = 0x02;
/** Message id of Whisper's code 0, the only subprotocol here. */
const SHH_OFFSET = 0x10;

export class Attacker {
  readonly secret: SecretKey;
  readonly socket: Socket;
  /** Settles when the stream is over, whoever ended it. */
  readonly closed: Promise<void>;
  /** Messages heard, by id. */
  readonly heard = new Map<number, number>();
  /** The reason of a Disconnect that was heard. */
  goodbye: number | undefined;
  readonly #enode: Enode;
  readonly #inbox = new Inbox();
  #waiting: AwaitingAck | undefined;
  #writer: FrameWriter | undefined;
  #reader: FrameReader | undefined;
  #compressed = false;
  /** Why what was heard could not be read. */
  #failure: unknown;

  static async open(enode: Enode, secret: SecretKey = freshSecret(crypto, systemRandom)): Promise<Attacker> {
    const socket = connect({ host: enode.host, port: enode.tcpPort, noDelay: true });
    await once(socket, "connect");
    return new Attacker(enode, socket, secret);
  }

  /** A peer as good as any other, up to here. */
  static async joined(enode: Enode, status: Partial<PeerStatus> = {}): Promise<Attacker> {
    const attacker = await Attacker.met(enode);
    await attacker.write(attacker.packet(CODES.status, encodeStatus({ ...OPEN_STATUS, ...status })));
    await attacker.hears(SHH_OFFSET + CODES.status);
    return attacker;
  }

  /** A peer that has said Hello, and nothing since. */
  static async met(enode: Enode): Promise<Attacker> {
    const attacker = await Attacker.shaken(enode);
    await attacker.write(attacker.hello());
    await attacker.hears(HELLO_ID);
    attacker.compress();
    return attacker;
  }

  /** A peer that has read ack, and said nothing since. */
  static async shaken(enode: Enode, secret?: SecretKey): Promise<Attacker> {
    const attacker = await Attacker.open(enode, secret);
    await attacker.write(attacker.auth());
    await attacker.#until(() => attacker.#reader !== undefined);
    return attacker;
  }

  private constructor(enode: Enode, socket: Socket, secret: SecretKey) {
    this.#enode = enode;
    this.socket = socket;
    this.secret = secret;
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Uint8Array) => this.#hearOrLeave(chunk));
  }

  get isOpen(): boolean {
    return !this.socket.destroyed;
  }

  /** Resolves when the bytes are on their way, or the stream is over; others have their turn before that. */
  async write(bytes: Uint8Array): Promise<void> {
    const isTaken = !this.isOpen || this.socket.write(bytes);
    if (isTaken) await nextTurn();
    else await Promise.race([once(this.socket, "drain").catch(() => undefined), this.closed]);
  }

  /** Waits for the other side to hang up; throws when it does not. */
  async hungUp(withinMs = 20_000): Promise<void> {
    await this.#orFail(this.closed, withinMs, "nobody hung up");
    if (this.#failure) throw this.#failure;
  }

  /** Waits until a message with `id` has come `times` times. */
  async hears(id: number, times = 1): Promise<void> {
    await this.#until(() => (this.heard.get(id) ?? 0) >= times);
  }

  /** Waits until what was written so far has been dealt with. */
  async pingPong(): Promise<void> {
    const before = this.heard.get(PING_ID + 1) ?? 0;
    await this.write(this.message(PING_ID, Uint8Array.of(0xc0)));
    await this.hears(PING_ID + 1, before + 1);
  }

  close(): void {
    this.socket.destroy();
  }

  /** The packet that opens the handshake. */
  auth(): Uint8Array {
    const options = { crypto, random: systemRandom, staticSecret: this.secret };
    const { auth, waiting } = initiate(options, { remote: publicKeyOfNode(this.#enode.id) });
    this.#waiting = waiting;
    return auth;
  }

  /** The frame of Hello. */
  hello(changes: Partial<Hello> = {}): Uint8Array {
    const capabilities = [{ name: "shh", version: 6 }];
    const hello = { version: 5, clientId: "attacker", capabilities, listenPort: 0, nodeId: idOf(this.secret) };
    return this.message(HELLO_ID, encodeHello({ ...hello, ...changes }));
  }

  /** From now on data is compressed. */
  compress(): void {
    this.#compressed = true;
  }

  /** The frame of a message. */
  message(id: number, data: Uint8Array): Uint8Array {
    return this.frame(encodeRlp(id), this.#compressed ? compressSnappy(data) : data);
  }

  /** The frame of a Whisper packet. */
  packet(code: number, data: Uint8Array): Uint8Array {
    return this.message(SHH_OFFSET + code, data);
  }

  /** The frame of a Whisper packet whose data is compressed already, or pretends to be. */
  compressedPacket(code: number, block: Uint8Array): Uint8Array {
    return this.frame(encodeRlp(SHH_OFFSET + code), block);
  }

  frame(...body: Uint8Array[]): Uint8Array {
    if (!this.#writer) throw new Error("no handshake yet");
    return this.#writer.write(new Uint8Array(), concatBytes(...body));
  }

  /** What the relay says must be right, whatever it is told. */
  #hearOrLeave(chunk: Uint8Array): void {
    try {
      this.#hear(chunk);
    } catch (error) {
      this.#failure = error;
      this.socket.destroy();
    }
  }

  #hear(chunk: Uint8Array): void {
    this.#inbox.offer(chunk);
    if (this.#waiting) this.#readAck(this.#waiting);
    for (let body = this.#nextFrame(); body; body = this.#nextFrame()) this.#note(body);
    this.#inbox.keep();
  }

  #readAck(waiting: AwaitingAck): void {
    const packet = new PacketReader(crypto, { kind: "ack", secretKey: this.secret }).read(this.#inbox);
    if (!packet) return;
    this.#waiting = undefined;
    this.#take(readAck(crypto, waiting, packet).secrets);
  }

  #take(secrets: Secrets): void {
    this.#writer = new FrameWriter(crypto, secrets);
    this.#reader = new FrameReader(crypto, secrets);
  }

  #nextFrame(): Uint8Array | undefined {
    return this.#reader?.read(this.#inbox, FRAME_SIZE_MAX);
  }

  #note(body: Uint8Array): void {
    const encodedId = new RlpReader(body, "frame").raw("id");
    const id = new RlpReader(encodedId, "frame").uint32("id");
    this.heard.set(id, (this.heard.get(id) ?? 0) + 1);
    if (id !== DISCONNECT_ID) return;
    this.goodbye = decodeDisconnect(plain(body.subarray(encodedId.length)));
  }

  async #until(holds: () => boolean): Promise<void> {
    for (const deadline = Date.now() + 20_000; !holds(); await sleep(5)) {
      if (this.#failure) throw this.#failure;
      if (!this.isOpen) throw new Error("the stream is over");
      if (Date.now() > deadline) throw new Error("waited in vain");
    }
  }

  async #orFail(event: Promise<void>, withinMs: number, why: string): Promise<void> {
    const over = new AbortController();
    const tooLate = sleep(withinMs, undefined, { signal: over.signal }).then(() => Promise.reject(new Error(why)));
    await Promise.race([event, tooLate]);
    over.abort();
  }
}

/** Data of a Disconnect, which may be compressed. */
function plain(data: Uint8Array): Uint8Array {
  try {
    return decompressSnappy(data, 2048);
  } catch {
    return data;
  }
}
