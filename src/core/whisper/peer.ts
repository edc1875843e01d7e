/**
 * One peer whose Status we accepted: what it wants, what it knows, what it is owed, and when it may be sent something.
 *
 * Envelopes go out in batches. The first after a pause goes at once, the next ones follow in a rhythm and gather in between; so
 * a lone message is fast and a busy link carries few packets. Of a backlog, one batch follows the other. What the peer announced
 * as its limits is kept: its packets then go out evenly, and those that are no envelopes wait in line.
 */
import { RemoteError } from "../platform/errors.ts";
import type { NodeId } from "../platform/node-id.ts";
import { type Millis, NEVER } from "../platform/time.ts";
import { matchesPacked } from "./bloom.ts";
import type { Envelope } from "./envelope.ts";
import { isBatchFull, messagesSize, type Packet } from "./packets.ts";
import type { EnvelopePool, Pooled } from "./pool.ts";
import { type Rate, RateLimiter, TokenBucket } from "./rate-limiter.ts";
import { RowSet } from "./row-set.ts";
import { SendWindow } from "./send-window.ts";
import type { Bloom, PeerStatus, RateLimits } from "./whisper-io.ts";

export interface PeerOptions {
  readonly id: NodeId;
  readonly address: string;
  readonly trusted: boolean;
  readonly status: PeerStatus;
  /** Least time between two batches. */
  readonly transmitIntervalMs: number;
  /** Largest payload that the peer accepts. */
  readonly maxPayload: number;
}

/** Packets that wait for a peer with limits. Beyond, the oldest are lost: it asked for less than it made us say. */
const OUTBOX_MAX = 256;
/** Reviews of the whole pool for one peer, which can ask for one with every packet of ten bytes. */
const REVIEWS: Rate = { burst: 4, perSecond: 1 };
/** Envelopes that one batch passes over because the peer takes no more on their topics now; the next looks on from there. */
const HELD_BACK_MAX = 1024;
/** Envelopes that break our announced terms, and packets above our limits, before the peer is hung up on. */
const PATIENCE: Rate = { burst: 1000, perSecond: 10 };
/** Acknowledgements of packets without envelopes: answers larger than the question, which no honest node asks often. */
const EMPTY_PACKETS: Rate = { burst: 10, perSecond: 1 };
/** Direct messages skip all checks of work: ten pages of a mailserver at once. */
const DIRECT_ENVELOPES: Rate = { burst: 10_000, perSecond: 1000 };
const DIRECT_BYTES: Rate = { burst: 32 * 2 ** 20, perSecond: 4 * 2 ** 20 };

export class Peer {
  readonly id: NodeId;
  readonly address: string;
  readonly emptyPackets = new TokenBucket(EMPTY_PACKETS);
  readonly window = new SendWindow();
  /** Whether direct messages of this peer are accepted. */
  trusted: boolean;
  readonly #patience = new TokenBucket(PATIENCE);
  readonly #reviews = new TokenBucket(REVIEWS);
  readonly #directEnvelopes = new TokenBucket(DIRECT_ENVELOPES);
  readonly #directBytes = new TokenBucket(DIRECT_BYTES);
  readonly #intervalMs: number;
  readonly #maxPayload: number;
  /** Rows that the peer sent us or was sent. */
  readonly #known = new RowSet();
  /** Rows that the peer wants and does not know. */
  readonly #owed = new RowSet();
  readonly #outbox: Packet[] = [];
  #status: PeerStatus;
  #pace: TokenBucket | undefined;
  #topics = new RateLimiter(0);
  /** Where the next batch begins to look, so that every row has its turn. */
  #cursor = 0;
  #nextBatchAt: Millis = Number.NEGATIVE_INFINITY;
  #wantsReview = true;
  /** Whether the last thing it was sent was no batch. */
  #saidLast = false;

  constructor({ id, address, trusted, status, transmitIntervalMs, maxPayload }: PeerOptions) {
    this.id = id;
    this.address = address;
    this.trusted = trusted;
    this.#intervalMs = Math.max(1, transmitIntervalMs);
    this.#maxPayload = maxPayload;
    this.#status = status;
    this.changeRateLimits(status.rateLimits);
  }

  get status(): PeerStatus {
    return this.#status;
  }

  /** How many envelopes it is owed. */
  get owed(): number {
    return this.#owed.size;
  }

  /** The peer asks for another minimum of work. */
  changeMinPow(minPow: number): void {
    this.#change({ minPow });
  }

  /** The peer asks for other topics. */
  changeBloom(bloom: Bloom): void {
    this.#change({ bloom });
  }

  changeRateLimits(rateLimits: RateLimits): void {
    this.#status = { ...this.#status, rateLimits };
    const limits = [rateLimits.ip, rateLimits.peerId].filter((limit) => limit > 0);
    this.#pace = limits.length > 0 ? new TokenBucket({ burst: 1, perSecond: Math.min(...limits) }) : undefined;
    this.#topics = new RateLimiter(rateLimits.topic);
  }

  /** Takes from our patience with the peer; throws `RemoteError` FLOOD when there is none left. */
  offend(now: Millis, what: string): void {
    if (!this.#patience.take(now)) throw new RemoteError("FLOOD", `too many ${what}`);
  }

  /** Counts direct messages; throws `RemoteError` FLOOD when there are too many. */
  limitDirect(count: number, bytes: number, now: Millis): void {
    if (this.#directEnvelopes.take(now, count) && this.#directBytes.take(now, bytes)) return;
    throw new RemoteError("FLOOD", `direct messages: too many (${count} more with ${bytes} bytes)`);
  }

  /** Whether the peer is to be offered the whole pool: it is new, or has come to want something else. */
  takeReview(now: Millis): boolean {
    if (!this.#wantsReview || !this.#reviews.take(now)) return false;
    this.#wantsReview = false;
    return true;
  }

  /** Owes the envelope to the peer if it wants it and does not know it. */
  offer({ row, envelope, bloom }: Pooled): void {
    if (this.#known.has(row) || envelope.pow < this.#status.minPow) return;
    if (matchesPacked(this.#status.bloom, bloom)) this.#owed.add(row);
  }

  /** The peer has what is in `row`. */
  mark(row: number): void {
    this.#known.add(row);
    this.#owed.delete(row);
  }

  /** What was in `row` left the pool. */
  forget(row: number): void {
    this.#known.delete(row);
    this.#owed.delete(row);
  }

  /** Puts a packet that is no batch in line. */
  queue(packet: Packet): void {
    this.#outbox.push(packet);
    if (this.#outbox.length > OUTBOX_MAX) this.#outbox.shift();
  }

  /** The next packet in line, if the peer may be sent one now. A peer with limits gets packets and batches in turn. */
  takePacket(now: Millis): Packet | undefined {
    if (this.#outbox.length === 0 || (this.#pace && this.#saidLast && this.#isBatchDue(now))) return undefined;
    if (!this.#mayGo(now)) return undefined;
    this.#saidLast = true;
    return this.#outbox.shift();
  }

  /** The envelopes to be sent now, in one packet; another may be due at once. None when it is not time. */
  takeBatch(pool: EnvelopePool, now: Millis): Envelope[] {
    this.window.settle(now);
    if (!this.#isBatchDue(now) || !this.#mayGo(now)) return [];
    this.#saidLast = false;
    this.#nextBatchAt = now + this.#intervalMs;
    const batch: Envelope[] = [];
    let [bytes, heldBack] = [0, 0];
    for (let looks = this.#owed.size; looks > 0 && heldBack < HELD_BACK_MAX; looks--) {
      const row = this.#owed.from(this.#cursor) ?? this.#owed.from(0) ?? 0;
      const envelope = pool.at(row);
      const length = envelope?.bytes.length ?? 0;
      if (isBatchFull(batch.length, bytes, length)) {
        this.#nextBatchAt = now;
        break;
      }
      this.#cursor = row + 1;
      if (envelope && !this.#topics.take(envelope.topic, now)) {
        heldBack++;
        continue;
      }
      this.mark(row);
      if (!envelope || messagesSize(length) > this.#maxPayload) continue;
      batch.push(envelope);
      bytes += length;
    }
    if (bytes > 0) this.window.sent(bytes, now);
    return batch;
  }

  /** When `takeReview`, `takePacket` or `takeBatch` may have something. */
  wakeAt(): Millis {
    const pace = this.#pace?.readyAt() ?? Number.NEGATIVE_INFINITY;
    const packet = this.#outbox.length > 0 ? pace : NEVER;
    const batch = this.#owed.size > 0 ? Math.max(pace, this.#nextBatchAt, this.window.opensAt()) : NEVER;
    return Math.min(packet, batch, this.#wantsReview ? this.#reviews.readyAt() : NEVER);
  }

  #change(wanted: Partial<Pick<PeerStatus, "minPow" | "bloom">>): void {
    this.#status = { ...this.#status, ...wanted };
    this.#owed.clear();
    this.#wantsReview = true;
  }

  #isBatchDue(now: Millis): boolean {
    return this.#owed.size > 0 && now >= this.#nextBatchAt && now >= this.window.opensAt();
  }

  #mayGo(now: Millis): boolean {
    return this.#pace?.take(now) ?? true;
  }
}
