/** The Hello message of the base protocol. (Its codec belongs here.) */
import type { NodeId } from "../platform/node-id.ts";

export interface Hello {
  /** Base protocol version: 5 compresses with Snappy. */
  readonly version: number;
  readonly clientId: string;
  readonly capabilities: readonly { readonly name: string; readonly version: number }[];
  readonly listenPort: number;
  readonly nodeId: NodeId;
}
