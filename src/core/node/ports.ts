/**
 * What the shell asks of the world: clock, wires, work. `system.ts`, `tcp.ts` and `miner.ts` give the real ones,
 * the simulated world in the tests gives virtual ones, and the node runs on either without knowing.
 */
import type { Millis } from "../platform/time.ts";
import type { Envelope, EnvelopeDraft } from "../whisper/envelope.ts";

export interface Clock {
  now(): Millis;
  /** Runs `task` once at `time` or soon after, but not before this call returns; the result cancels it. */
  at(time: Millis, task: () => void): () => void;
}

/** One end of a reliable byte stream. */
export interface Wire {
  /** The other side's address without port, for limits. */
  readonly remoteAddress: string;
  /** Bytes written but not yet taken by the network. */
  readonly backlog: number;
  write(bytes: Uint8Array): void;
  /** Ends the stream after what was written, if the other side takes it; idempotent. */
  close(): void;
}

export interface WireEvents {
  bytes(chunk: Uint8Array): void;
  /** The stream is over; called once, nothing comes after it. */
  closed(error?: Error): void;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Dialer {
  /** Opens a stream: either `opened`, whose result gets the events, or `failed` is called. The result gives up. */
  dial(address: Address, opened: (wire: Wire) => WireEvents, failed: (error: Error) => void): () => void;
}

export interface MineRequest {
  readonly draft: EnvelopeDraft;
  /** Wanted proof of work; 0 or less = no search. */
  readonly target: number;
  readonly budgetMs: number;
}

export interface Miner {
  /** Searches the nonce; undefined when the budget ran out. The result cancels (`done` is not called any more). */
  mine(request: MineRequest, done: (envelope: Envelope | undefined) => void): () => void;
}
