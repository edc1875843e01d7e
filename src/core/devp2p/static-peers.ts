/**
 * Keeps links to the nodes we were told to stay connected with: dials, and dials again with growing pauses.
 *
 * Not concerned with finding nodes (`discovery/`) or with sockets: it says `dial`, the shell says what came of it.
 */
import type { Machine } from "../platform/machine.ts";
import type { NodeId } from "../platform/node-id.ts";
import { type Millis, NEVER, SECOND } from "../platform/time.ts";
import type { Enode } from "./enode.ts";

export type StaticPeersInput =
  | { readonly type: "add"; readonly node: Enode }
  | { readonly type: "remove"; readonly peer: NodeId }
  /** A link to the peer is up, whoever dialled. */
  | { readonly type: "up"; readonly peer: NodeId }
  /** The link is gone, or the attempt failed. */
  | { readonly type: "down"; readonly peer: NodeId };

export type StaticPeersOutput = { readonly type: "dial"; readonly node: Enode };

/** First pause after a failure: loopback networks start in any order. */
const PAUSE_MS_MIN: Millis = 500;
/** Longest pause: a relay that comes back is found within half a minute (geth waits 35 s between attempts). */
const PAUSE_MS_MAX: Millis = 30 * SECOND;
/** A link that held this long was a good one: the next pause is short again. */
const STEADY_MS: Millis = 10 * SECOND;

interface Entry {
  readonly node: Enode;
  readonly pauseMs: Millis;
  /** Since when the link is up; undefined while it is not. */
  readonly upSince?: Millis;
  /** When to dial; NEVER while a link is up or being made. */
  readonly dialAt: Millis;
}

export class StaticPeers implements Machine<StaticPeersInput, StaticPeersOutput> {
  readonly #entries = new Map<NodeId, Entry>(); // BOUNDED BY the configuration

  feed(input: StaticPeersInput, now: Millis): StaticPeersOutput[] {
    switch (input.type) {
      case "add":
        if (!this.#entries.has(input.node.id)) {
          this.#entries.set(input.node.id, { node: input.node, pauseMs: PAUSE_MS_MIN, dialAt: now });
        }
        return this.tick(now);
      case "remove":
        this.#entries.delete(input.peer);
        return [];
      case "up":
        this.#change(input.peer, (entry) => ({ ...entry, upSince: now, dialAt: NEVER }));
        return [];
      case "down":
        this.#change(input.peer, (entry) => afterLoss(entry, now));
        return [];
      default:
        return input satisfies never;
    }
  }

  tick(now: Millis): StaticPeersOutput[] {
    const due = [...this.#entries.values()].filter((entry) => entry.dialAt <= now);
    for (const entry of due) this.#entries.set(entry.node.id, { ...entry, dialAt: NEVER });
    return due.map(({ node }) => ({ type: "dial", node }));
  }

  wakeAt(): Millis {
    return Math.min(NEVER, ...[...this.#entries.values()].map((entry) => entry.dialAt));
  }

  /** Whether we were told to keep a link to the peer. */
  has(peer: NodeId): boolean {
    return this.#entries.has(peer);
  }

  #change(peer: NodeId, next: (entry: Entry) => Entry): void {
    const entry = this.#entries.get(peer);
    if (entry) this.#entries.set(peer, next(entry));
  }
}

function afterLoss({ node, pauseMs, upSince }: Entry, now: Millis): Entry {
  const steady = upSince !== undefined && now - upSince >= STEADY_MS;
  const pause = steady ? PAUSE_MS_MIN : pauseMs;
  return { node, pauseMs: Math.min(2 * pause, PAUSE_MS_MAX), dialAt: now + pause };
}
