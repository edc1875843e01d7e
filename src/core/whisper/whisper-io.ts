/** What the Whisper machine is told and what it says. It speaks (peer, code, bytes) and knows no sockets. */
import type { RemoteError } from "../platform/errors.ts";
import type { NodeId } from "../platform/node-id.ts";
import type { Envelope, EnvelopeHash } from "./envelope.ts";

/**
 * Packets per second that a node accepts from one address and from one peer, and envelopes per second on one topic;
 * 0 = no limit.
 */
export interface RateLimits {
  readonly ip: number;
  readonly peerId: number;
  readonly topic: number;
}

/** A 512-bit filter; undefined = full node, everything is wanted. */
export type Bloom = Uint8Array;

/** What a peer said in its Status packet (section 3 of EIP-627 as extended by Status) and announced since. */
export interface PeerStatus {
  readonly version: number;
  readonly minPow: number;
  readonly bloom: Bloom | undefined;
  readonly light: boolean;
  readonly confirmations: boolean;
  readonly rateLimits: RateLimits;
}

export type WhisperInput =
  /** A link that shares `shh/6` is up. `address` counts per-address limits; `trusted` accepts direct messages. */
  | { readonly type: "connected"; readonly peer: NodeId; readonly address: string; readonly trusted: boolean }
  | { readonly type: "packet"; readonly peer: NodeId; readonly code: number; readonly data: Uint8Array }
  | { readonly type: "disconnected"; readonly peer: NodeId }
  /** Put a finished envelope into the pool, as if it had come from us. */
  | { readonly type: "post"; readonly envelope: Envelope }
  /** Send envelopes past pool and relay (code 127) to one peer. */
  | { readonly type: "direct"; readonly peer: NodeId; readonly envelopes: readonly Envelope[] }
  /** Send a packet of the mailserver protocol (123..126) to one peer. */
  | { readonly type: "mail"; readonly peer: NodeId; readonly code: number; readonly data: Uint8Array }
  /** Accept direct messages of this peer, or no longer. */
  | { readonly type: "trust"; readonly peer: NodeId; readonly trusted: boolean }
  /** Announce another minimum of work. */
  | { readonly type: "minPow"; readonly minPow: number }
  /** Announce another interest; a light client widens before posting. */
  | { readonly type: "bloom"; readonly bloom: Bloom };

export type WhisperOutput =
  | { readonly type: "packet"; readonly peer: NodeId; readonly code: number; readonly data: Uint8Array }
  /** The peer's Status was accepted: envelopes flow. */
  | { readonly type: "ready"; readonly peer: NodeId; readonly status: PeerStatus }
  /** Newly pooled, or direct: for the filters. `via` is undefined for our own posts. */
  | {
      readonly type: "envelope";
      readonly envelope: Envelope;
      readonly via: NodeId | undefined;
      readonly direct: boolean;
    }
  /** An envelope of our own was not taken into our own pool. */
  | { readonly type: "refused"; readonly hash: EnvelopeHash; readonly why: Exclude<Admission, "added" | "known"> }
  /** One of our own envelopes was written to a peer; `awaited` = that peer will confirm it. */
  | { readonly type: "sent"; readonly hash: EnvelopeHash; readonly peer: NodeId; readonly awaited: boolean }
  /** The peer acknowledged the batch with our envelope, or sent the envelope back. */
  | { readonly type: "confirmed"; readonly hash: EnvelopeHash; readonly peer: NodeId }
  /** The peer's message response names our envelope as refused. */
  | {
      readonly type: "rejected";
      readonly hash: EnvelopeHash;
      readonly peer: NodeId;
      readonly code: number;
      readonly description: string;
    }
  /** One of our own envelopes left the pool by age. */
  | { readonly type: "expired"; readonly hash: EnvelopeHash }
  /** A packet of the mailserver protocol (123..126), for `mailserver/`. */
  | { readonly type: "mail"; readonly peer: NodeId; readonly code: number; readonly data: Uint8Array }
  /** Hang up: the peer broke the protocol. */
  | { readonly type: "drop"; readonly peer: NodeId; readonly error: RemoteError };

/** News of our own envelopes on their way. */
export type DeliveryNews = Extract<WhisperOutput, { type: "sent" | "confirmed" | "rejected" | "expired" | "refused" }>;

/** What became of an envelope that was offered to the pool. */
export type Admission =
  | "added"
  | "known"
  | "expired" // expiry is past
  | "future" // sent more than the allowed skew ahead
  | "weak" // too little proof of work
  | "oversized"
  | "unwanted" // outside our bloom
  | "invalid" // ttl of 0 or beyond the cap, or ttl > expiry
  | "crowded"; // the pool is full of envelopes with as much work
