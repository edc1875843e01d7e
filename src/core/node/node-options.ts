/** What a node is made of: ports, identity, and how it behaves towards its peers. */
import type { Crypto, SecretKey } from "../crypto/crypto.ts";
import type { Messenger } from "../messenger/messenger.ts";
import type { NodeId } from "../platform/node-id.ts";
import type { Random } from "../platform/random.ts";
import type { Interest } from "../whisper/interest.ts";
import type { WhisperOptions } from "../whisper/whisper.ts";
import type { Quotas } from "./connections.ts";
import type { NodeEvent } from "./node-io.ts";
import type { Clock, Dialer, Miner } from "./ports.ts";

export interface NodeOptions {
  readonly crypto: Crypto;
  readonly random: Random;
  readonly clock: Clock;
  readonly dialer: Dialer;
  readonly miner: Miner;
  /** The devp2p identity. */
  readonly nodeSecret: SecretKey;
  readonly clientId: string;
  readonly whisper?: Partial<WhisperOptions>;
  /** The interest of a light client; absent in a full node, which wants everything. */
  readonly interest?: Interest;
  readonly quotas?: Partial<Quotas>;
  /** Peers whose direct messages are accepted and who are exempt from limits. */
  readonly trusted?: readonly NodeId[];
  /** Reports every frame as an event. */
  readonly trace?: boolean;
  /** Absent in a mere relay. */
  readonly messenger?: Messenger;
  /** Makes what the machines changed durable; called after some turns, before their effects. */
  readonly commit?: () => void;
  /** Told everything, after the commit. */
  readonly observe?: (event: NodeEvent) => void;
}
