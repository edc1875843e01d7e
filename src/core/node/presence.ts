/**
 * A node with somebody at home: connected with the peers it was given, its events heard, its posts followed until their
 * fate is known. The ground of sessions (`session.ts`) and, with a key of the moment, of commands without a profile.
 */
import { describeDisconnect } from "../devp2p/disconnect.ts";
import type { Enode } from "../devp2p/enode.ts";
import type { CloseCause } from "../devp2p/link-io.ts";
import type { NodeId } from "../platform/node-id.ts";
import { bloomOf, matches } from "../whisper/bloom.ts";
import type { Envelope, EnvelopeHash } from "../whisper/envelope.ts";
import type { Admission, PeerStatus } from "../whisper/whisper-io.ts";
import { Hub } from "./hub.ts";
import { Node } from "./node.ts";
import type { NodeEvent, WhisperNews } from "./node-io.ts";
import type { NodeOptions } from "./node-options.ts";

export interface PresenceOptions extends Omit<NodeOptions, "observe"> {
  readonly peers: readonly Enode[];
}

/** How far an envelope came. */
export type PostState = "refused" | "pooled" | "written" | "sent" | "rejected" | "expired";

export interface PostOutcome {
  readonly hash: EnvelopeHash;
  readonly state: PostState;
  /** Who confirmed or rejected it. */
  readonly peer: NodeId | null;
  /** Peers it was written to. */
  readonly written: number;
  readonly reason: string | null;
}

/** Peers that said before what they do not take, and an envelope that is such. */
export interface Refusal {
  readonly peer: NodeId;
  readonly reason: string;
  /** Nobody is left who could still come and take it. */
  readonly byAll: boolean;
}

export class Presence {
  readonly hub = new Hub();
  readonly node: Node;
  /** Peers that speak Whisper with us now. BOUNDED BY the node's quotas. */
  readonly #ready = new Map<NodeId, PeerStatus>();
  readonly #troubles = new Map<string, string>(); // BOUNDED BY the peers given
  /** Peers that said goodbye before anything was shared. BOUNDED BY the peers given. */
  readonly #turnedAway = new Set<NodeId>();
  readonly #peers: readonly Enode[];

  constructor({ peers, ...options }: PresenceOptions) {
    this.#peers = peers;
    this.node = new Node({ ...options, observe: this.hub.tell });
    this.hub.listen((event) => this.#note(event));
  }

  /** Connects. What is told to the node before this is part of its first words to its peers. */
  start(): void {
    this.node.start();
    for (const peer of this.#peers) this.node.connect(peer);
  }

  get ready(): ReadonlyMap<NodeId, PeerStatus> {
    return this.#ready;
  }

  /** Why peers are not there, one sentence each: for the error that says nobody was. */
  get troubles(): readonly string[] {
    return [...this.#troubles].map(([host, trouble]) => `${host}: ${trouble}`);
  }

  /** Whether all peers are there and want nothing of us. */
  get isTurnedAway(): boolean {
    return this.#peers.length > 0 && this.#peers.every(({ id }) => this.#turnedAway.has(id));
  }

  /** Resolves when a peer speaks Whisper with us; false when `signal` aborts first. */
  async joined(signal: AbortSignal): Promise<boolean> {
    if (this.#ready.size > 0) return true;
    const ready = await this.hub.first((event) => (newsOf(event)?.type === "ready" ? true : undefined), signal);
    return ready ?? false;
  }

  /** Puts a finished envelope into the pool and follows it until its fate is known or `signal` aborts. */
  async post(envelope: Envelope, signal: AbortSignal): Promise<PostOutcome> {
    const fate = new Fate(envelope.hash);
    const refusal = (): Refusal | undefined => (fate.isHeld ? this.refusalOf(envelope) : undefined);
    const decided = this.hub.first((event) => fate.hear(newsOf(event)) ?? fate.refused(refusal(), "by all"), signal);
    this.node.whisper({ type: "post", envelope });
    return (await decided) ?? fate.refused(refusal()) ?? fate.outcome();
  }

  /** Why the envelope stays here although there are peers; undefined when somebody takes it, or when nobody is there. */
  refusalOf(envelope: Envelope): Refusal | undefined {
    const peers = this.node.pool.peers.map(({ peer, status }) => ({ peer, reason: objection(status, envelope) }));
    const [first] = peers;
    if (first?.reason === undefined || peers.some(({ reason }) => reason === undefined)) return undefined;
    const missing = this.#peers.some(({ id }) => !peers.some(({ peer }) => peer === id));
    return { peer: first.peer, reason: first.reason, byAll: !missing };
  }

  stop(): void {
    this.node.stop();
  }

  #note(event: NodeEvent): void {
    if (event.type === "unreachable") this.#troubles.set(placeOf(event.node), event.error.message);
    if (event.type === "closed") this.#noteEnd(event);
    const news = newsOf(event);
    if (news?.type === "ready") this.#noteReady(news.peer, news.status);
    if (news?.type === "drop") this.#troubles.set(news.peer.slice(0, 12), news.error.message);
  }

  /** An end before anything was shared is the answer of a node that we dialled. */
  #noteEnd({ node, peer, hello, cause }: Extract<NodeEvent, { type: "closed" }>): void {
    if (peer) this.#ready.delete(peer);
    if (!node || hello) return;
    if (cause.type === "theirs") this.#turnedAway.add(node.id);
    this.#troubles.set(placeOf(node), describeEnd(cause));
  }

  #noteReady(peer: NodeId, status: PeerStatus): void {
    this.#ready.set(peer, status);
    this.#turnedAway.delete(peer);
    const node = this.#peers.find(({ id }) => id === peer);
    if (node) this.#troubles.delete(placeOf(node));
  }
}

/** Follows the news of one envelope. */
class Fate {
  readonly #hash: EnvelopeHash;
  #state: PostState = "pooled";
  #peer: NodeId | null = null;
  #reason: string | null = null;
  #written = 0;
  /** Peers that it was written to and that have not said no. */
  #hopes = 0;

  constructor(hash: EnvelopeHash) {
    this.#hash = hash;
  }

  /** Whether it has gone nowhere yet. */
  get isHeld(): boolean {
    return this.#state === "pooled";
  }

  /** The outcome, once the news decides it. */
  hear(news: WhisperNews | undefined): PostOutcome | undefined {
    if (!news || !("hash" in news) || news.hash !== this.#hash) return undefined;
    switch (news.type) {
      case "refused":
        return this.#decide("refused", null, REFUSALS[news.why]);
      case "sent":
        this.#written++;
        this.#hopes++;
        if (this.#state === "pooled") this.#state = "written";
        return news.awaited ? undefined : this.#decide("sent", news.peer, null);
      case "confirmed":
        return this.#decide("sent", news.peer, null);
      case "rejected":
        this.#hopes--;
        this.#decide("rejected", news.peer, news.description || `code ${news.code}`);
        // Another of the peers it was written to may still take it.
        return this.#hopes > 0 ? undefined : this.outcome();
      case "expired":
        return this.#decide("expired", null, "its time to live ran out");
      default:
        return news satisfies never;
    }
  }

  refused(refusal: Refusal | undefined, whose: "by all" | "by any" = "by any"): PostOutcome | undefined {
    if (!refusal || (whose === "by all" && !refusal.byAll)) return undefined;
    return this.#decide("rejected", refusal.peer, refusal.reason);
  }

  outcome(): PostOutcome {
    return { hash: this.#hash, state: this.#state, peer: this.#peer, written: this.#written, reason: this.#reason };
  }

  #decide(state: PostState, peer: NodeId | null, reason: string | null): PostOutcome {
    this.#state = state;
    this.#peer = peer;
    this.#reason = reason;
    return this.outcome();
  }
}

const REFUSALS: Record<Exclude<Admission, "added" | "known">, string> = {
  expired: "it has expired",
  future: "it is from the future: is the clock right?",
  weak: "its proof of work is below our own minimum",
  oversized: "it is larger than a packet may be",
  unwanted: "its topic is outside our own bloom filter",
  crowded: "the pool is full of envelopes with more work",
  invalid: "its time to live is not acceptable",
};

/** Why a peer with this status is not sent the envelope. */
function objection(status: PeerStatus, { pow, topic }: Envelope): string | undefined {
  const { minPow, bloom } = status;
  if (pow < minPow) return `it asks for a proof of work of ${minPow}, and this is ${pow.toPrecision(3)}`;
  return matches(bloom, bloomOf(topic)) ? undefined : `the topic ${topic} is outside its bloom filter`;
}

const newsOf = (event: NodeEvent): WhisperNews | undefined => (event.type === "whisper" ? event.event : undefined);

const describeEnd = (cause: CloseCause): string =>
  cause.type === "broken"
    ? cause.error.message
    : describeDisconnect(cause.reason, cause.type === "ours" ? "us" : "peer");

const placeOf = ({ host, tcpPort }: Enode): string => `${host}:${tcpPort}`;
