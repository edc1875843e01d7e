/** What a node tells whoever runs it: the events behind `connect`, `serve`, `watch` and `send`. */

import type { Enode } from "../devp2p/enode.ts";
import type { Hello } from "../devp2p/hello.ts";
import type { CloseCause, LinkOutput, LinkStage, TracedFrame } from "../devp2p/link-io.ts";
import type { MessengerOutput } from "../messenger/messenger-io.ts";
import type { NodeId } from "../platform/node-id.ts";
import type { Millis } from "../platform/time.ts";
import type { WhisperOutput } from "../whisper/whisper-io.ts";

/** A connection of this node, numbered in the order of their beginning. */
export type ConnectionId = number;

export type NodeEvent =
  /** We are opening a stream to the node. */
  | { readonly type: "dialling"; readonly connection: ConnectionId; readonly node: Enode; readonly at: Millis }
  /** No stream could be opened. */
  | { readonly type: "unreachable"; readonly connection: ConnectionId; readonly node: Enode; readonly error: Error }
  /** A stream is open; `node` is whom we dialled, undefined for an incoming one. */
  | {
      readonly type: "opened";
      readonly connection: ConnectionId;
      readonly node: Enode | undefined;
      readonly address: string;
      readonly at: Millis;
    }
  | { readonly type: "stage"; readonly connection: ConnectionId; readonly stage: LinkStage; readonly at: Millis }
  /** Hello was exchanged. */
  | (Extract<LinkOutput, { type: "ready" }> & {
      readonly connection: ConnectionId;
      readonly at: Millis;
    })
  /** A frame of a traced connection. */
  | ({ readonly type: "frame"; readonly connection: ConnectionId; readonly at: Millis } & TracedFrame)
  /** The connection is over. */
  | {
      readonly type: "closed";
      readonly connection: ConnectionId;
      /** Whom we had dialled. */
      readonly node: Enode | undefined;
      readonly peer: NodeId | undefined;
      readonly hello: Hello | undefined;
      readonly cause: CloseCause;
      readonly at: Millis;
    }
  | { readonly type: "whisper"; readonly event: WhisperNews; readonly at: Millis }
  | { readonly type: "messenger"; readonly event: MessengerNews; readonly at: Millis }
  /** The node stopped because its own disk or code failed. */
  | { readonly type: "failed"; readonly error: unknown };

export type WhisperNews = Exclude<WhisperOutput, { type: "packet" }>;
export type MessengerNews = Exclude<MessengerOutput, { type: "mine" | "post" | "interest" }>;
