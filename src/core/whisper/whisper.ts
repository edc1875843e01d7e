/**
 * The Whisper v6 node as a machine (EIP-627 as Status uses it; spec sections 1 to 3 and 7 to 12).
 *
 * Its conversations: Status first; then envelopes travel (relay.ts), changed terms are announced, direct messages and the
 * packets of mailservers are handed through. Not concerned with what envelopes say (message.ts) or who may connect.
 */
import { equalBytes } from "../bytes/bytes.ts";
import type { Hashes } from "../crypto/crypto.ts";
import { RemoteError, UsageError } from "../platform/errors.ts";
import type { Machine } from "../platform/machine.ts";
import type { NodeId } from "../platform/node-id.ts";
import { type Millis, SECOND } from "../platform/time.ts";
import { AdmissionRules } from "./admission.ts";
import { BLOOM_LENGTH } from "./bloom.ts";
import { decodeEnvelope, type Envelope } from "./envelope.ts";
import {
  CODES,
  decodeBatchAcknowledged,
  decodeBloomFilter,
  decodeDirect,
  decodeMessageResponse,
  decodePowRequirement,
  decodeRateLimits,
  encodeBloomFilter,
  encodeDirect,
  encodePowRequirement,
  inBatches,
  NO_LIMITS,
  type Packet,
  SHH,
} from "./packets.ts";
import { Peer } from "./peer.ts";
import type { PoolLimits } from "./pool.ts";
import { RateLimiter } from "./rate-limiter.ts";
import { Relay, type RelayStatistics } from "./relay.ts";
import { decodeStatus, encodeStatus } from "./status.ts";
import type { Bloom, PeerStatus, RateLimits, WhisperInput, WhisperOutput } from "./whisper-io.ts";

export interface WhisperOptions {
  /** Least proof of work that we take; announced. */
  readonly minPow: number;
  /** What we want, 64 bytes; undefined = everything. Announced. */
  readonly bloom: Bloom | undefined;
  /** Receive and post, but do not pass on what others sent. Announced. */
  readonly light: boolean;
  /** Refuse peers that are light when we are. */
  readonly restrictLight: boolean;
  /** Answer each packet of envelopes with what became of it. Announced. */
  readonly confirmations: boolean;
  /** Packets per second that we take from one address and one peer, trusted ones excepted. Announced. */
  readonly rateLimits: RateLimits;
  /** Largest payload that we take, of any packet. It bounds envelopes too. */
  readonly maxPacketBytes: number;
  /** Largest payload that peers are sent: what they take is not announced. */
  readonly peerMaxPacketBytes: number;
  readonly pool: PoolLimits;
  /** Longest time to live that we take, in seconds. */
  readonly maxTtl: number;
  /** How far ahead of ours a sender's clock may be, in seconds. */
  readonly clockSkew: number;
  /** Least time between two packets of envelopes to one peer, in milliseconds; the first after a pause goes at once. */
  readonly transmitIntervalMs: number;
}

export const DEFAULT_WHISPER_OPTIONS: WhisperOptions = {
  // What the nodes of Status ask for; clients work for 0.002.
  minPow: 0.001,
  bloom: undefined,
  light: false,
  // Off in the configuration of Status, though on in its library: two light clients may still talk to each other.
  restrictLight: false,
  confirmations: true,
  rateLimits: NO_LIMITS,
  // The default of the network. A node that takes more must not pass it on to nodes that hang up for it.
  maxPacketBytes: 2 ** 20,
  peerMaxPacketBytes: 2 ** 20,
  // Some minutes of a busy network, in a process of less than 250 MB.
  pool: { maxBytes: 2 ** 26, maxCount: 100_000 },
  // A day is generous (Status uses 15 s): a place in the pool is paid for by work per second, but cheaply.
  maxTtl: 24 * 60 * 60,
  // The tolerance of the reference.
  clockSkew: 10,
  // The reference lets 300 ms pass between looks. Sooner is compatible, for it takes packets at any time.
  transmitIntervalMs: 50,
};

/** The largest payload that the protocol knows. */
export const ABSOLUTE_MAX_PACKET_BYTES = 10 * 2 ** 20;
/** The reference waits for ever; a peer that connects and says nothing would hold its place for nothing. */
const STATUS_TIMEOUT: Millis = 5 * SECOND;

/** A peer that has not said its Status. */
interface Greeting {
  readonly address: string;
  readonly trusted: boolean;
  readonly deadline: Millis;
}

export interface PeerReport {
  readonly peer: NodeId;
  readonly address: string;
  readonly trusted: boolean;
  readonly status: PeerStatus;
  /** Envelopes that it has still to be sent. */
  readonly owed: number;
}

export class Whisper implements Machine<WhisperInput, WhisperOutput> {
  readonly #hashes: Hashes;
  readonly #options: WhisperOptions;
  readonly #rules: AdmissionRules;
  readonly #relay: Relay;
  /** BOUNDED BY the links that the shell admits, as are `#peers`. */
  readonly #greetings = new Map<NodeId, Greeting>();
  readonly #peers = new Map<NodeId, Peer>();
  readonly #addressLimit: RateLimiter;
  readonly #peerLimit: RateLimiter;
  /** What the present input leads to. */
  #outputs: WhisperOutput[] = [];

  constructor(hashes: Hashes, options: Partial<WhisperOptions> = {}) {
    this.#hashes = hashes;
    this.#options = { ...DEFAULT_WHISPER_OPTIONS, ...options };
    const { minPow, bloom, maxPacketBytes, rateLimits } = this.#options;
    if (maxPacketBytes > ABSOLUTE_MAX_PACKET_BYTES) throw new UsageError("USAGE", "packet size: above 10 MiB");
    requirePow(minPow);
    if (bloom) requireBloom(bloom);
    this.#rules = new AdmissionRules(hashes, { ...this.#options, maxSize: maxPacketBytes });
    this.#relay = new Relay(hashes, this.#rules, this.#options);
    this.#addressLimit = new RateLimiter(rateLimits.ip);
    this.#peerLimit = new RateLimiter(rateLimits.peerId);
  }

  feed(input: WhisperInput, now: Millis): WhisperOutput[] {
    return this.#collect(now, () => this.#take(input, now));
  }

  tick(now: Millis): WhisperOutput[] {
    return this.#collect(now, () => this.#dropSilent(now));
  }

  wakeAt(): Millis {
    let earliest = this.#relay.expiresAt();
    for (const { deadline } of this.#greetings.values()) earliest = Math.min(earliest, deadline);
    for (const peer of this.#peers.values()) earliest = Math.min(earliest, peer.wakeAt());
    return earliest;
  }

  /** Those whose Status was accepted. */
  get peers(): readonly PeerReport[] {
    return Array.from(this.#peers.values(), ({ id, address, trusted, status, owed }) => {
      return { peer: id, address, trusted, status, owed };
    });
  }

  get statistics(): RelayStatistics {
    return this.#relay.statistics;
  }

  /** What we tell peers about ourselves. */
  get status(): PeerStatus {
    const { light, confirmations, rateLimits } = this.#options;
    const { minPow, bloom } = this.#rules;
    return { version: SHH.version, minPow, bloom, light, confirmations, rateLimits };
  }

  /** The pool, oldest first. */
  envelopes(): Iterable<Envelope> {
    return this.#relay.envelopes();
  }

  #collect(now: Millis, work: () => void): WhisperOutput[] {
    this.#outputs = this.#relay.expire(now);
    work();
    for (const peer of this.#peers.values()) this.#transmit(peer, now);
    return this.#outputs;
  }

  #say(outputs: readonly WhisperOutput[]): void {
    for (const output of outputs) this.#outputs.push(output);
  }

  #take(input: WhisperInput, now: Millis): void {
    switch (input.type) {
      case "connected":
        this.#greet(input, now);
        break;
      case "packet":
        this.#packet(input, now);
        break;
      case "disconnected":
        this.#leave(input.peer);
        break;
      case "post":
        this.#say(this.#relay.post(input.envelope, now));
        break;
      case "direct":
        this.#direct(input.peer, input.envelopes);
        break;
      case "mail":
        this.#peers.get(input.peer)?.queue(input);
        break;
      case "trust":
        this.#trust(input.peer, input.trusted);
        break;
      case "minPow":
        this.#changeMinPow(input.minPow, now);
        break;
      case "bloom":
        this.#changeBloom(input.bloom, now);
        break;
      default:
        input satisfies never;
    }
  }

  #greet({ peer, address, trusted }: Extract<WhisperInput, { type: "connected" }>, now: Millis): void {
    this.#leave(peer);
    this.#greetings.set(peer, { address, trusted, deadline: now + STATUS_TIMEOUT });
    this.#send(peer, { code: CODES.status, data: encodeStatus(this.status) });
  }

  #dropSilent(now: Millis): void {
    for (const [peer, { deadline }] of this.#greetings) {
      if (deadline <= now) this.#drop(peer, new RemoteError("TIMEOUT", "status: none within 5 seconds"));
    }
  }

  #drop(peer: NodeId, error: RemoteError): void {
    this.#leave(peer);
    this.#outputs.push({ type: "drop", peer, error });
  }

  #leave(id: NodeId): void {
    const peer = this.#peers.get(id);
    if (peer) this.#relay.leave(peer);
    this.#peers.delete(id);
    this.#greetings.delete(id);
  }

  #packet({ peer: id, code, data }: Extract<WhisperInput, { type: "packet" }>, now: Millis): void {
    const greeting = this.#greetings.get(id);
    const peer = this.#peers.get(id);
    try {
      if (greeting) this.#welcome(id, greeting, { code, data });
      if (peer) this.#read(peer, { code, data }, now);
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      this.#drop(id, error);
    }
  }

  #limitSize({ length }: Uint8Array): void {
    const { maxPacketBytes } = this.#options;
    if (length > maxPacketBytes)
      throw new RemoteError("OVERSIZED", `packet: ${length} bytes, at most ${maxPacketBytes}`);
  }

  #welcome(id: NodeId, { address, trusted }: Greeting, { code, data }: Packet): void {
    this.#limitSize(data);
    if (code !== CODES.status) throw new RemoteError("PROTOCOL", `packet ${code}: before status`);
    const status = decodeStatus(data);
    const { restrictLight, light, transmitIntervalMs, peerMaxPacketBytes } = this.#options;
    if (restrictLight && light && status.light) throw new RemoteError("PROTOCOL", "status: light, as we are");
    const peer = new Peer({ id, address, trusted, status, transmitIntervalMs, maxPayload: peerMaxPacketBytes });
    this.#greetings.delete(id);
    this.#peers.set(id, peer);
    this.#relay.join(peer);
    this.#outputs.push({ type: "ready", peer: id, status });
  }

  #read(peer: Peer, { code, data }: Packet, now: Millis): void {
    this.#limitSize(data);
    this.#limitRate(peer, now);
    switch (code) {
      case CODES.messages:
        this.#relay.receive(peer, data, now, this.#outputs);
        break;
      case CODES.powRequirement:
        peer.changeMinPow(decodePowRequirement(data));
        break;
      case CODES.bloomFilter:
        peer.changeBloom(decodeBloomFilter(data));
        break;
      case CODES.batchAcknowledged:
        peer.window.acknowledged();
        this.#say(this.#relay.answered(peer, { batch: decodeBatchAcknowledged(data), errors: [] }));
        break;
      case CODES.messageResponse:
        this.#answered(peer, data);
        break;
      case CODES.rateLimits:
        peer.changeRateLimits(decodeRateLimits(data));
        break;
      case CODES.p2pMessage:
        if (peer.trusted) this.#receiveDirect(peer, data, now);
        break;
      case CODES.p2pSyncRequest:
      case CODES.p2pRequest:
        this.#outputs.push({ type: "mail", peer: peer.id, code, data });
        break;
      case CODES.p2pSyncResponse:
      case CODES.p2pRequestComplete:
        if (peer.trusted) this.#outputs.push({ type: "mail", peer: peer.id, code, data });
        break;
      default: // A second Status changes nothing, and codes of other versions are passed over.
    }
  }

  /** Counts the packet. What is over our limits is read all the same, as long as patience lasts. */
  #limitRate(peer: Peer, now: Millis): void {
    const within = [this.#addressLimit.take(peer.address, now), this.#peerLimit.take(peer.id, now)];
    if (!peer.trusted && within.includes(false)) peer.offend(now, "packets above our limits");
  }

  #answered(peer: Peer, data: Uint8Array): void {
    const response = decodeMessageResponse(data);
    if (response) this.#say(this.#relay.answered(peer, response));
  }

  /** Direct messages skip all checks of time, work and interest; only their amount is limited. */
  #receiveDirect(peer: Peer, data: Uint8Array, now: Millis): void {
    const items = decodeDirect(data);
    peer.limitDirect(items.length, data.length, now);
    for (const envelope of items.map((bytes) => decodeEnvelope(this.#hashes, bytes))) {
      this.#outputs.push({ type: "envelope", envelope, via: peer.id, direct: true });
    }
  }

  #direct(id: NodeId, envelopes: readonly Envelope[]): void {
    const peer = this.#peers.get(id);
    for (const batch of inBatches(envelopes)) peer?.queue({ code: CODES.p2pMessage, data: encodeDirect(batch) });
  }

  #trust(id: NodeId, trusted: boolean): void {
    const peer = this.#peers.get(id);
    if (peer) peer.trusted = trusted;
    const greeting = this.#greetings.get(id);
    if (greeting) this.#greetings.set(id, { ...greeting, trusted });
  }

  #changeMinPow(minPow: number, now: Millis): void {
    requirePow(minPow);
    if (minPow === this.#rules.minPow) return;
    this.#rules.changeMinPow(minPow, now);
    this.#announce({ code: CODES.powRequirement, data: encodePowRequirement(minPow) });
  }

  #changeBloom(bloom: Bloom, now: Millis): void {
    requireBloom(bloom);
    if (this.#rules.bloom && equalBytes(bloom, this.#rules.bloom)) return;
    this.#rules.changeBloom(bloom, now);
    this.#announce({ code: CODES.bloomFilter, data: encodeBloomFilter(bloom) });
  }

  /** Tells all who were told our Status. */
  #announce(packet: Packet): void {
    for (const peer of this.#greetings.keys()) this.#send(peer, packet);
    for (const peer of this.#peers.values()) peer.queue(packet);
  }

  #transmit(peer: Peer, now: Millis): void {
    for (let packet = peer.takePacket(now); packet; packet = peer.takePacket(now)) this.#send(peer.id, packet);
    this.#say(this.#relay.transmit(peer, now));
  }

  #send(peer: NodeId, { code, data }: Packet): void {
    this.#outputs.push({ type: "packet", peer, code, data });
  }
}

function requirePow(minPow: number): void {
  if (Number.isFinite(minPow) && minPow >= 0) return;
  throw new UsageError("USAGE", `minimum PoW: ${minPow} is no amount of work`);
}

function requireBloom({ length }: Bloom): void {
  if (length !== BLOOM_LENGTH) throw new UsageError("USAGE", `bloom: ${length} bytes, expected ${BLOOM_LENGTH}`);
}
