/** Names of devp2p nodes. (`parseEnode` and `formatEnode` belong here too.) */
import type { NodeId } from "../platform/node-id.ts";

export interface Enode {
  readonly id: NodeId;
  /** Literal address or host name, without brackets. */
  readonly host: string;
  readonly tcpPort: number;
  readonly udpPort: number;
}
