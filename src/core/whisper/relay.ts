/**
 * Envelopes between the pool and the peers: taken in, passed on to whom wants them, expired (spec sections 7 and 8), and
 * what became of our own.
 *
 * Not concerned with packets that carry no envelopes, or with who is a peer (whisper.ts).
 */
import { toHex } from "../bytes/hex.ts";
import type { Hashes } from "../crypto/crypto.ts";
import { type Millis, NEVER, SECOND, toSeconds } from "../platform/time.ts";
import type { AdmissionRules } from "./admission.ts";
import { Deliveries } from "./deliveries.ts";
import type { Envelope, EnvelopeHash } from "./envelope.ts";
import { type Candidate, Intake } from "./intake.ts";
import {
  type BatchHash,
  CODES,
  decodeMessages,
  type EnvelopeError,
  encodeBatchAcknowledged,
  encodeMessageResponse,
  encodeMessages,
  type MessageResponse,
} from "./packets.ts";
import type { Peer } from "./peer.ts";
import { EnvelopePool, type Pooled, type PoolLimits } from "./pool.ts";
import type { Admission, WhisperOutput } from "./whisper-io.ts";

export interface RelayOptions {
  readonly pool: PoolLimits;
  /** Pass on nothing but our own. */
  readonly light: boolean;
  /** Answer each packet of envelopes. */
  readonly confirmations: boolean;
}

export interface RelayStatistics {
  /** Envelopes in the pool. */
  readonly count: number;
  /** Their encoded size. */
  readonly bytes: number;
  /** What became of all envelopes offered so far. */
  readonly admissions: Readonly<Record<Admission, number>>;
}

/** Errors in one message response: a packet of garbage is not worth an answer of megabytes. */
const ERRORS_MAX = 256;
/** One of them, with hash, code and text: a response must not outgrow the packet that it answers. */
const ERROR_BYTES = 64;

export class Relay {
  readonly #hashes: Hashes;
  readonly #options: RelayOptions;
  readonly #pool: EnvelopePool;
  readonly #intake: Intake;
  readonly #deliveries = new Deliveries();
  readonly #peers = new Set<Peer>();

  constructor(hashes: Hashes, rules: AdmissionRules, options: RelayOptions) {
    this.#hashes = hashes;
    this.#options = options;
    this.#pool = new EnvelopePool(options.pool);
    this.#intake = new Intake(hashes, rules, this.#pool);
  }

  get statistics(): RelayStatistics {
    return { count: this.#pool.count, bytes: this.#pool.bytes, admissions: this.#intake.counts };
  }

  /** The pool, oldest first. */
  *envelopes(): Iterable<Envelope> {
    for (const { envelope } of this.#pool.all()) yield envelope;
  }

  join(peer: Peer): void {
    this.#peers.add(peer);
  }

  leave(peer: Peer): void {
    this.#peers.delete(peer);
    this.#deliveries.forgetPeer(peer.id);
  }

  /** Puts an envelope of our own into the pool; one that others brought there first is followed from now on. */
  post(envelope: Envelope, now: Millis): WhisperOutput[] {
    const { hash, bytes } = envelope;
    const reception = this.#intake.offer({ hash, bytes, fields: envelope }, { own: true }, now);
    if (reception.type !== "added" && reception.type !== "known")
      return [{ type: "refused", hash, why: reception.type }];
    this.#deliveries.track(hash);
    return reception.type === "added" ? this.#added(reception.pooled, reception.evicted, undefined) : [];
  }

  /**
   * Takes in a messages packet and answers it. Throws `RemoteError` when it is malformed as a whole, or one too many; what was
   * taken in before that is told all the same, for no other packet will bring it.
   */
  receive(peer: Peer, data: Uint8Array, now: Millis, outputs: WhisperOutput[]): void {
    const candidates = decodeMessages(data).map((bytes) => this.#intake.read(bytes));
    const errorsMax = Math.min(ERRORS_MAX, Math.ceil(data.length / ERROR_BYTES));
    const errors: EnvelopeError[] = [];
    const seen = new Set<EnvelopeHash>();
    for (const candidate of candidates) {
      if (seen.has(candidate.hash)) peer.offend(now, "envelopes twice in one packet");
      seen.add(candidate.hash);
      const error = this.#receiveOne(peer, candidate, now, outputs);
      if (error && errors.length < errorsMax) errors.push(error);
    }
    if (candidates.length > 0 || peer.emptyPackets.take(now)) this.#confirm(peer, data, errors);
    else peer.offend(now, "empty packets");
  }

  /** The peer answered for a batch. */
  answered(peer: Peer, response: MessageResponse): WhisperOutput[] {
    return this.#deliveries.answered(peer.id, response);
  }

  /** Lets go of what is too old. */
  expire(now: Millis): WhisperOutput[] {
    const expired = this.#pool.expire(toSeconds(now));
    this.#forget(expired);
    const own = expired.filter(({ envelope }) => this.#deliveries.forget(envelope.hash));
    return own.map(({ envelope }) => ({ type: "expired", hash: envelope.hash }));
  }

  /** When `expire` has something to do. */
  expiresAt(): Millis {
    return ((this.#pool.nextExpiry() ?? NEVER) + 1) * SECOND;
  }

  /** Sends the peer what it is owed, as much as may be sent now. */
  transmit(peer: Peer, now: Millis): WhisperOutput[] {
    if (peer.takeReview(now)) this.#offerAll(peer);
    const outputs: WhisperOutput[] = [];
    for (let batch = peer.takeBatch(this.#pool, now); batch.length > 0; batch = peer.takeBatch(this.#pool, now)) {
      outputs.push(...this.#sendBatch(peer, batch));
    }
    return outputs;
  }

  #sendBatch(peer: Peer, batch: readonly Envelope[]): WhisperOutput[] {
    const data = encodeMessages(batch.map(({ bytes }) => bytes));
    const own = batch.map(({ hash }) => hash).filter((hash) => this.#deliveries.has(hash));
    const awaited = own.length > 0 && peer.status.confirmations ? this.#batchHash(data) : undefined;
    const written = this.#deliveries.written(peer.id, own, awaited);
    return [{ type: "packet", peer: peer.id, code: CODES.messages, data }, ...written];
  }

  /** Takes in one envelope; the result is what to tell the peer of a refusal. */
  #receiveOne(peer: Peer, candidate: Candidate, now: Millis, outputs: WhisperOutput[]): EnvelopeError | undefined {
    const reception = this.#intake.offer(candidate, { own: false }, now);
    switch (reception.type) {
      case "added":
        outputs.push(...this.#added(reception.pooled, reception.evicted, peer));
        return undefined;
      case "known":
        peer.mark(reception.pooled.row);
        outputs.push(...this.#deliveries.cameBack(peer.id, candidate.hash));
        return undefined;
      case "weak":
      case "oversized":
      case "unwanted":
      case "invalid":
        peer.offend(now, "envelopes that we announced not to take");
        return reception.error;
      case "expired":
      case "future":
      case "crowded":
        return reception.error;
    }
  }

  #confirm(peer: Peer, data: Uint8Array, errors: readonly EnvelopeError[]): void {
    if (!this.#options.confirmations) return;
    const batch = this.#batchHash(data);
    peer.queue({ code: CODES.messageResponse, data: encodeMessageResponse({ batch, errors }) });
    peer.queue({ code: CODES.batchAcknowledged, data: encodeBatchAcknowledged(batch) });
  }

  /** What was evicted is forgotten first: its row may be the one that is in use again. */
  #added(pooled: Pooled, evicted: readonly Pooled[], from: Peer | undefined): WhisperOutput[] {
    this.#forget(evicted);
    from?.mark(pooled.row);
    if (this.#passesOn(pooled)) for (const peer of this.#peers) peer.offer(pooled);
    return [{ type: "envelope", envelope: pooled.envelope, via: from?.id, direct: false }];
  }

  #offerAll(peer: Peer): void {
    for (const pooled of this.#pool.all()) if (this.#passesOn(pooled)) peer.offer(pooled);
  }

  #forget(gone: readonly Pooled[]): void {
    for (const peer of this.#peers) for (const { row } of gone) peer.forget(row);
  }

  #passesOn({ own }: Pooled): boolean {
    return own || !this.#options.light;
  }

  #batchHash(data: Uint8Array): BatchHash {
    return toHex(this.#hashes.keccak256(data)) as BatchHash;
  }
}
