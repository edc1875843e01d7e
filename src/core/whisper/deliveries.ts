/**
 * What becomes of our own envelopes (spec section 16, "Delivery tracking"): written to a peer, confirmed or rejected by it,
 * or expired. A peer confirms by acknowledging the batch, or by sending the envelope back.
 *
 * The reference reports the errors of a message response as success; here they reject the envelopes that they name.
 */
import type { NodeId } from "../platform/node-id.ts";
import type { EnvelopeHash } from "./envelope.ts";
import type { BatchHash, EnvelopeError, MessageResponse } from "./packets.ts";
import type { WhisperOutput } from "./whisper-io.ts";

/** Unanswered batches remembered per peer: a peer that answers at all does so within a few cycles. */
const BATCHES_MAX = 64;

type DeliveryOutput = Extract<WhisperOutput, { type: "sent" | "confirmed" | "rejected" }>;

export class Deliveries {
  /** Our envelopes in the pool, with the peers that confirmed them. BOUNDED BY the pool. */
  readonly #confirmedBy = new Map<EnvelopeHash, Set<NodeId>>();
  /** Our envelopes in the batches that a peer has not answered, oldest batch first. BOUNDED BY `BATCHES_MAX`. */
  readonly #batches = new Map<NodeId, Map<BatchHash, readonly EnvelopeHash[]>>();

  /** Follows an envelope that is in the pool. */
  track(hash: EnvelopeHash): void {
    if (!this.#confirmedBy.has(hash)) this.#confirmedBy.set(hash, new Set());
  }

  /** Whether the envelope is ours, and in the pool. */
  has(hash: EnvelopeHash): boolean {
    return this.#confirmedBy.has(hash);
  }

  /** The envelope left the pool; what is said of it later is still reported. True when it is ours. */
  forget(hash: EnvelopeHash): boolean {
    return this.#confirmedBy.delete(hash);
  }

  /** The peer is gone: what it did not answer, it never will. */
  forgetPeer(peer: NodeId): void {
    this.#batches.delete(peer);
  }

  /** Our envelopes `hashes` were written to `peer`, who will answer for `batch` if there is one. */
  written(peer: NodeId, hashes: readonly EnvelopeHash[], batch: BatchHash | undefined): DeliveryOutput[] {
    if (batch !== undefined) this.#await(peer, batch, hashes);
    return hashes.map((hash) => ({ type: "sent", hash, peer, awaited: batch !== undefined }));
  }

  /** The peer sent us the envelope. */
  cameBack(peer: NodeId, hash: EnvelopeHash): DeliveryOutput[] {
    const confirmed = this.#confirmedBy.get(hash);
    if (!confirmed || confirmed.has(peer)) return [];
    confirmed.add(peer);
    return [{ type: "confirmed", hash, peer }];
  }

  /** The peer answered for a batch; a second answer, or one for a batch without envelopes of ours, says nothing. */
  answered(peer: NodeId, { batch, errors }: MessageResponse): DeliveryOutput[] {
    const hashes = this.#batches.get(peer)?.get(batch) ?? [];
    this.#batches.get(peer)?.delete(batch);
    return hashes.flatMap((hash) => {
      const error = errors.find((candidate) => candidate.hash === hash);
      return error ? [rejection(peer, error)] : this.#confirm(peer, hash);
    });
  }

  #confirm(peer: NodeId, hash: EnvelopeHash): DeliveryOutput[] {
    return this.has(hash) ? this.cameBack(peer, hash) : [{ type: "confirmed", hash, peer }];
  }

  #await(peer: NodeId, batch: BatchHash, hashes: readonly EnvelopeHash[]): void {
    const batches = this.#batches.get(peer) ?? new Map<BatchHash, readonly EnvelopeHash[]>();
    this.#batches.set(peer, batches.set(batch, hashes));
    const [oldest] = batches.keys();
    if (batches.size > BATCHES_MAX && oldest !== undefined) batches.delete(oldest);
  }
}

const rejection = (peer: NodeId, { hash, code, description }: EnvelopeError): DeliveryOutput => ({
  type: "rejected",
  hash,
  peer,
  code,
  description,
});
