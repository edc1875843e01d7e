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
  /** The handshake proved the peer's static key (before Hello): the moment to refuse by quota or identity. */
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
  /** Write what was given, then close the socket. Nothing comes after it. */
  | { readonly type: "close"; readonly cause: CloseCause };

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
