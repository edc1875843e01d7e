/** A peer as results show it. */
import type { Peer } from "../core/profile/documents.ts";

export interface PeerRecord {
  readonly enode: string;
  readonly alias: string | null;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
}

export const peerRecord = ({ enode, alias, addedAt }: Peer): PeerRecord => ({ enode, alias, addedAt });
