/** The other end of a link, for tests: it says whatever it is told to, right or wrong. */
import { concatBytes } from "../../src/core/bytes/bytes.ts";
import type { PublicKey, SecretKey } from "../../src/core/crypto/crypto.ts";
import { encodeDisconnect } from "../../src/core/devp2p/disconnect.ts";
import { nodeIdOf } from "../../src/core/devp2p/enode.ts";
import { encodeHello, type Hello } from "../../src/core/devp2p/hello.ts";
import { Link, type LinkOptions } from "../../src/core/devp2p/link.ts";
import type { CloseCause, LinkInput, LinkOutput } from "../../src/core/devp2p/link-io.ts";
import { type AwaitingAck, acknowledge, initiate, readAck, readAuth } from "../../src/core/devp2p/rlpx/handshake.ts";
import { Inbox } from "../../src/core/devp2p/rlpx/inbox.ts";
import { type PacketFormat, PacketReader } from "../../src/core/devp2p/rlpx/packet.ts";
import { type RlpxMessage, RlpxSession } from "../../src/core/devp2p/rlpx/session.ts";
import type { Random } from "../../src/core/platform/random.ts";
import { SeededRandom } from "../sim/random.ts";
import { fast as crypto } from "./doors.ts";

export const SHH = { name: "shh", version: 6, length: 128 };
export const ALICE: SecretKey = new Uint8Array(32).fill(0xa1);
export const BOB: SecretKey = new Uint8Array(32).fill(0xb0);

export const keyOf = (secret: SecretKey): PublicKey => crypto.publicKeyOf(secret);
export const idOf = (secret: SecretKey) => nodeIdOf(keyOf(secret));

/** The parts first, each to a draw of its length, then whatever `rest` gives. */
export function pinnedRandom(parts: readonly Uint8Array[], rest: Random = new SeededRandom(7)): Random {
  const left = [...parts];
  return { bytes: (length) => left.shift() ?? rest.bytes(length) };
}

/** Alice's options; the tests live in the first seconds of 1970. */
export function linkOptions(changes: Partial<LinkOptions> = {}): LinkOptions {
  const random = new SeededRandom(1);
  return { crypto, random, staticSecret: ALICE, clientId: "alice", capabilities: [SHH], now: 0, ...changes };
}

export const ofType = <Type extends LinkOutput["type"]>(outputs: readonly LinkOutput[], type: Type) =>
  outputs.filter((output): output is Extract<LinkOutput, { type: Type }> => output.type === type);

/** What the outputs put on the wire. */
export const wireOf = (outputs: readonly LinkOutput[]): Uint8Array =>
  concatBytes(...ofType(outputs, "write").map(({ bytes }) => bytes));

export const causeOf = (outputs: readonly LinkOutput[]): CloseCause | undefined => ofType(outputs, "close")[0]?.cause;

/** The shell's part: welcomes whoever is identified; the outputs in order. */
export function feedWelcoming(link: Link, input: LinkInput, now: number): LinkOutput[] {
  const outputs = link.feed(input, now);
  const identified = outputs.some(({ type }) => type === "identified");
  return identified ? [...outputs, ...feedWelcoming(link, { type: "welcome" }, now)] : outputs;
}

/** The unread messages of an inbox. */
export function* messagesIn(session: RlpxSession, inbox: Inbox, sizeMax = 2 ** 24): Generator<RlpxMessage> {
  for (let message = session.read(inbox, sizeMax); message; message = session.read(inbox, sizeMax)) yield message;
}

/** Bob with his hands on the wire. */
export class ScriptedPeer {
  readonly secret: SecretKey;
  readonly #random: Random;
  readonly #inbox = new Inbox();
  #session: RlpxSession | undefined;

  constructor(secret: SecretKey = BOB, random: Random = new SeededRandom(2)) {
    this.secret = secret;
    this.#random = random;
  }

  get hello(): Hello {
    const capabilities = [{ name: "shh", version: 6 }];
    return { version: 5, clientId: "bob", capabilities, listenPort: 0, nodeId: idOf(this.secret) };
  }

  /** Auth for Alice; `hearAck` takes the answer. */
  dial(format: PacketFormat = "eip8"): { auth: Uint8Array; hearAck: (bytes: Uint8Array) => void } {
    const options = { crypto, random: this.#random, staticSecret: this.secret };
    const { auth, waiting } = initiate(options, { remote: keyOf(ALICE), format });
    return { auth, hearAck: (bytes) => this.#hearAck(waiting, bytes) };
  }

  #hearAck(waiting: AwaitingAck, bytes: Uint8Array): void {
    this.#inbox.offer(bytes);
    const packet = new PacketReader(crypto, { kind: "ack", secretKey: this.secret }).read(this.#inbox);
    if (!packet) throw new Error("ack is not complete");
    this.#session = new RlpxSession(crypto, readAck(crypto, waiting, packet).secrets);
  }

  /** Ack for what Alice wrote. */
  answer(bytes: Uint8Array): Uint8Array {
    this.#inbox.offer(bytes);
    const packet = new PacketReader(crypto, { kind: "auth", secretKey: this.secret }).read(this.#inbox);
    if (!packet) throw new Error("auth is not complete");
    const { ack, established } = acknowledge({ crypto, random: this.#random }, readAuth(crypto, this.secret, packet));
    this.#session = new RlpxSession(crypto, established.secrets);
    return ack;
  }

  get session(): RlpxSession {
    if (!this.#session) throw new Error("no handshake yet");
    return this.#session;
  }

  /** The frame of any message. */
  says(id: number, data: Uint8Array): Uint8Array {
    return this.session.write(id, data).bytes;
  }

  saysHello(changes: Partial<Hello> = {}): Uint8Array {
    return this.says(0, encodeHello({ ...this.hello, ...changes }));
  }

  saysGoodbye(reason: number): Uint8Array {
    return this.says(1, encodeDisconnect(reason));
  }

  hears(bytes: Uint8Array): RlpxMessage[] {
    this.#inbox.offer(bytes);
    return [...messagesIn(this.session, this.#inbox)];
  }
}

/** Alice accepted Bob and was told to go on: her link has said Hello and waits for his. */
export function acceptedLink(
  changes: Partial<LinkOptions> = {},
  bob = new ScriptedPeer(),
): { link: Link; bob: ScriptedPeer; greeting: RlpxMessage[] } {
  const link = Link.accept(linkOptions(changes));
  const { auth, hearAck } = bob.dial();
  hearAck(wireOf(link.feed({ type: "bytes", bytes: auth }, 0)));
  const greeting = bob.hears(wireOf(link.feed({ type: "welcome" }, 0)));
  return { link, bob, greeting };
}

/** Alice and Bob exchanged Hello. */
export function openLink(
  changes: Partial<LinkOptions> = {},
  hello: Partial<Hello> = {},
): { link: Link; bob: ScriptedPeer; ready: LinkOutput[] } {
  const { link, bob } = acceptedLink(changes);
  const ready = link.feed({ type: "bytes", bytes: bob.saysHello(hello) }, 0);
  if ((hello.version ?? 5) >= 5) bob.session.startCompression();
  return { link, bob, ready };
}
