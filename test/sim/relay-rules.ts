/**
 * What no honest node does, read from its own events: it does not break off with other honest nodes, and sends each of them an
 * envelope at most once, never back, only if it is wanted, and, as a light node, only its own.
 */
import type { Hashes } from "../../src/core/crypto/crypto.ts";
import type { ConnectionId, NodeEvent } from "../../src/core/node/node-io.ts";
import type { NodeId } from "../../src/core/platform/node-id.ts";
import { bloomOf, matches } from "../../src/core/whisper/bloom.ts";
import { decodeEnvelope, type Envelope, type EnvelopeHash } from "../../src/core/whisper/envelope.ts";
import { CODES, decodeMessages, SHH } from "../../src/core/whisper/packets.ts";
import type { Bloom } from "../../src/core/whisper/whisper-io.ts";

/** A node that keeps the rules. */
export interface Honest {
  readonly name: string;
  readonly bloom: Bloom | undefined;
  readonly light: boolean;
  /** What it posted. */
  readonly own: ReadonlySet<EnvelopeHash>;
}

export interface Neighbourhood {
  /** Who is behind an identity; undefined for those who may do anything. */
  byId(id: NodeId): Honest | undefined;
  byName(name: string): Honest | undefined;
}

interface Conversation {
  readonly with: Honest;
  /** Envelopes that went either way. */
  readonly exchanged: Set<EnvelopeHash>;
}

export class RelayRules {
  readonly #hashes: Hashes;
  readonly #self: Honest;
  readonly #around: Neighbourhood;
  readonly #failures: string[];
  readonly #addresses = new Map<ConnectionId, string>();
  readonly #conversations = new Map<ConnectionId, Conversation>();

  constructor(hashes: Hashes, self: Honest, around: Neighbourhood, failures: string[]) {
    this.#hashes = hashes;
    this.#self = self;
    this.#around = around;
    this.#failures = failures;
  }

  /** Reads one event of the node, which must be made with `trace`. */
  observe(event: NodeEvent): void {
    switch (event.type) {
      case "opened":
        this.#addresses.set(event.connection, event.address);
        break;
      case "ready":
        this.#begin(event.connection, event.peer);
        break;
      case "frame":
        if (event.capability === SHH.name && event.code === CODES.messages) this.#read(event);
        break;
      case "closed":
        this.#end(event);
        break;
      case "whisper":
        if (event.event.type === "drop" && this.#around.byId(event.event.peer)) this.#fail(event.event.error.message);
        break;
      case "failed":
        this.#fail(`it stopped: ${event.error}`);
        break;
      default:
    }
  }

  #begin(connection: ConnectionId, peer: NodeId): void {
    const neighbour = this.#around.byId(peer);
    if (neighbour) this.#conversations.set(connection, { with: neighbour, exchanged: new Set() });
  }

  #end({ connection, cause }: Extract<NodeEvent, { type: "closed" }>): void {
    const neighbour = this.#around.byName(this.#addresses.get(connection) ?? "");
    this.#addresses.delete(connection);
    this.#conversations.delete(connection);
    if (!neighbour || cause.type !== "broken" || cause.error.message.startsWith("the stream ended")) return;
    this.#fail(`it broke off with ${neighbour.name}: ${cause.error.message}`);
  }

  #read({ connection, direction, data }: Extract<NodeEvent, { type: "frame" }>): void {
    const conversation = this.#conversations.get(connection);
    if (!conversation) return;
    for (const envelope of decodeMessages(data).map((bytes) => decodeEnvelope(this.#hashes, bytes))) {
      if (direction === "out") this.#judge(conversation, envelope);
      conversation.exchanged.add(envelope.hash);
    }
  }

  #judge({ with: neighbour, exchanged }: Conversation, { hash, topic }: Envelope): void {
    if (exchanged.has(hash)) this.#fail(`it sent ${hash} to ${neighbour.name}, which had it`);
    if (!matches(neighbour.bloom, bloomOf(topic)))
      this.#fail(`it sent ${hash} to ${neighbour.name}, which is not interested`);
    if (this.#self.light && !this.#self.own.has(hash))
      this.#fail(`it sent ${hash}, though it is light and did not post it`);
  }

  #fail(what: string): void {
    this.#failures.push(`${this.#self.name}: ${what}`);
  }
}
