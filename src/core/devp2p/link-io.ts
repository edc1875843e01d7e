/** What a devp2p link is told and what it says: the words between `link.ts` and the shell. */
import type { RemoteError } from "../platform/errors.ts";
import type { NodeId } from "../platform/node-id.ts";
import type { Millis } from "../platform/time.ts";
import type { DisconnectReason } from "./disconnect.ts";
import type { Hello } from "./hello.ts";

/** A subprotocol with its static number of message codes; offered in Hello. */
export interface Capability {
  readonly name: string;
  readonly version: number;
  /** How many message codes it owns. */
  readonly length: number;
}

export type LinkInput =
  /** Bytes arrived. */
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  /** The answer to `identified`: go on, say Hello. (The other answer is `disconnect`.) */
  | { readonly type: "welcome" }
  /** Send a message of a shared subprotocol; `code` without offset. */
  | { readonly type: "send"; readonly capability: string; readonly code: number; readonly data: Uint8Array }
  /** Say goodbye and close. */
  | { readonly type: "disconnect"; readonly reason: DisconnectReason };

/** The stages of a connection, in order, for reports with times. */
export type LinkStage = "auth" | "ack" | "hello" | "capabilities";

export type LinkOutput =
  /** Put these bytes on the wire. */
  | { readonly type: "write"; readonly bytes: Uint8Array }
  /** The stage is done. */
  | { readonly type: "stage"; readonly stage: LinkStage; readonly at: Millis }
  /**
   * The handshake named the peer: the moment to refuse by quota or identity, before any Hello. The link does nothing
   * more until it is answered with `welcome` or `disconnect`. (A recipient knows for sure who it is once `ready`.)
   */
  | { readonly type: "identified"; readonly peer: NodeId }
  /** Hello exchanged and capabilities shared; messages may flow. */
  | {
      readonly type: "ready";
      readonly peer: NodeId;
      readonly hello: Hello;
      readonly shared: readonly SharedCapability[];
    }
  /** A message of a subprotocol; `code` without offset; `data` is decompressed. */
  | { readonly type: "message"; readonly capability: string; readonly code: number; readonly data: Uint8Array }
  /** A frame that was read or written; only of a link made with `trace`. */
  | ({ readonly type: "frame" } & TracedFrame)
  /** Write what was given, then close the socket. Nothing comes after it. */
  | { readonly type: "close"; readonly cause: CloseCause };

export interface TracedFrame {
  readonly direction: "in" | "out";
  /** `p2p` for the base protocol; undefined when the message id belongs to nobody. */
  readonly capability: string | undefined;
  /** Without offset; the message id itself when it belongs to nobody. */
  readonly code: number;
  /** Length of the frame's body on the wire: id and data, compressed or not, without padding. */
  readonly wireLength: number;
  /** Decompressed. */
  readonly data: Uint8Array;
}

export interface SharedCapability extends Capability {
  /** Message id of its code 0. */
  readonly offset: number;
}

export type CloseCause =
  /** We said goodbye. */
  | { readonly type: "ours"; readonly reason: DisconnectReason; readonly error?: RemoteError }
  /** The peer said goodbye. */
  | { readonly type: "theirs"; readonly reason: DisconnectReason }
  /** The stream or a message was broken: closed without a word. */
  | { readonly type: "broken"; readonly error: RemoteError };
