/**
 * The demo: a network and two people, for real. A relay on loopback TCP, two profiles in a folder that is thrown away, a
 * public chat. Nothing is shortened: keys, proofs of work, sealed envelopes, confirmations.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeIdentity } from "../core/accounts/identity.ts";
import { openKeyring } from "../core/accounts/keyring.ts";
import { randomUuid } from "../core/accounts/uuid.ts";
import type { Hex } from "../core/bytes/hex.ts";
import { formatEnode } from "../core/devp2p/enode.ts";
import type { MessageRecord } from "../core/messenger/messenger-io.ts";
import { type Devnet, startDevnet } from "../core/node/devnet.ts";
import { freshSecret } from "../core/node/fresh-secret.ts";
import { LocalSession } from "../core/node/local-session.ts";
import { createProfile, type HeldProfile, openHeldProfile, type ProfilePlace } from "../core/node/profiles.ts";
import type { SendResult } from "../core/node/session-io.ts";
import { assert, EnvironmentError } from "../core/platform/errors.ts";
import type { NodeId } from "../core/platform/node-id.ts";
import type { EnvelopeHash } from "../core/whisper/envelope.ts";
import type { Network } from "./network.ts";

const CHAT = "demo";
/** Loopback answers in milliseconds; a machine under load gets this long. */
const PATIENCE_MS = 30_000;

export interface Person {
  readonly name: "alice" | "bob";
  /** The three-word name. */
  readonly alias: string;
  readonly publicKey: Hex;
}

export interface Spoken {
  readonly from: Person["name"];
  readonly to: Person["name"];
  readonly chat: string;
  readonly text: string;
  readonly messageId: Hex;
  readonly envelope: { readonly hash: EnvelopeHash };
  readonly confirmedBy: NodeId;
  /** What the other one heard. */
  readonly heard: MessageRecord;
  /** From saying to hearing. */
  readonly ms: number;
}

interface Actor extends Person {
  readonly held: HeldProfile;
  readonly session: LocalSession;
}

/** One run of the story; `end` takes everything down again, whatever has happened. */
export class DemoStory {
  readonly #network: Network;
  readonly #signal: AbortSignal;
  #folder: string | undefined;
  #devnet: Devnet | undefined;
  readonly #actors: Actor[] = [];

  constructor(network: Network, stopped: AbortSignal) {
    this.#network = network;
    this.#signal = AbortSignal.any([stopped, AbortSignal.timeout(4 * PATIENCE_MS)]);
  }

  /** Starts relays in a row; returns their enodes. */
  async build(relays: number): Promise<string[]> {
    this.#devnet = await startDevnet({ ...this.#network, relays, topology: "line" });
    return this.#devnet.relays.map(({ enode }) => formatEnode(enode));
  }

  /** Makes a profile and connects it: alice with the first relay, bob with the last. */
  async enter(name: Person["name"]): Promise<Person> {
    const { crypto, random, clock } = this.#network;
    this.#folder ??= await mkdtemp(join(tmpdir(), "statusctl-demo-"));
    const place: ProfilePlace = {
      crypto,
      random,
      directory: join(this.#folder, name),
      passphrase: async () => undefined,
    };
    const [chatKey, nodeKey] = [freshSecret(crypto, random), freshSecret(crypto, random)];
    await createProfile(place, { chatKey, nodeKey, installationId: randomUuid(random), createdAt: clock.now() });
    const relay = name === "alice" ? this.#devnet?.relays[0] : this.#devnet?.relays.at(-1);
    assert(relay !== undefined, "the network is built before anybody enters");
    const held = await openHeldProfile(place);
    const session = new LocalSession({ ...this.#network, store: held.store, peers: [relay.enode], light: true });
    const identity = describeIdentity(crypto, openKeyring(crypto, chatKey).publicKey);
    const person = { name, alias: identity.name, publicKey: identity.publicKey };
    this.#actors.push({ ...person, held, session });
    await session.join(CHAT);
    session.start();
    if (!(await session.presence.joined(this.#signal))) throw late(`${name} did not reach the relay`);
    return person;
  }

  /** One says something, the other hears it. */
  async say(from: Person["name"], text: string): Promise<Spoken> {
    const [speaker, listener] = [this.#actor(from), this.#actor(from === "alice" ? "bob" : "alice")];
    const { clock } = this.#network;
    const start = clock.now();
    const hearing = this.#hear(listener, text);
    const utterance = { chat: CHAT, text, contentType: "text" } as const;
    const result = await speaker.session.send({ utterance, waitFor: "sent", timeoutMs: PATIENCE_MS }, this.#signal);
    const heard = await hearing;
    if (!heard) throw late(`${listener.name} heard nothing`);
    const { envelope, confirmedBy } = proofOf(result);
    const ms = clock.now() - start;
    return { from, to: listener.name, chat: CHAT, text, messageId: result.messageId, envelope, confirmedBy, heard, ms };
  }

  async end(): Promise<void> {
    for (const { session, held } of this.#actors) {
      await session.close();
      held.close();
    }
    await this.#devnet?.stop();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  #actor(name: Person["name"]): Actor {
    const actor = this.#actors.find((one) => one.name === name);
    assert(actor !== undefined, `${name} has entered`);
    return actor;
  }

  #hear({ session }: Actor, text: string): Promise<MessageRecord | undefined> {
    const deadline = AbortSignal.any([this.#signal, AbortSignal.timeout(PATIENCE_MS)]);
    return session.hub.first((event) => {
      if (event.type !== "messenger" || event.event.type !== "message") return undefined;
      const { message } = event.event;
      return message.text === text && !message.outgoing ? message : undefined;
    }, deadline);
  }
}

function proofOf({
  state,
  envelopeHash,
  peer,
  reason,
  troubles,
}: SendResult): Pick<Spoken, "envelope" | "confirmedBy"> {
  if (state === "sent" && envelopeHash && peer) return { envelope: { hash: envelopeHash }, confirmedBy: peer };
  throw late(`the relay did not confirm the message: ${reason ?? troubles.join("; ")}`);
}

const late = (what: string): EnvironmentError => new EnvironmentError("DEADLINE", what);
