/**
 * The Hello message of the base protocol (devp2p, "Hello (0x00)"), the first frame of each side.
 *
 * ```
 * hello      := [version, clientId, [capability*], listenPort, nodeKey: byte[64], ignored*] ignored
 * capability := [name, version]
 * ```
 * Not concerned with whether the node key is the one of the handshake: see `link.ts`.
 */
import { utf8 } from "../bytes/bytes.ts";
import { encodeRlp, RlpReader } from "../bytes/rlp.ts";
import { RemoteError } from "../platform/errors.ts";
import type { NodeId } from "../platform/node-id.ts";
import { nodeIdOf, publicKeyOfNode } from "./enode.ts";

export interface Hello {
  /** Base protocol version: 5 compresses with Snappy. */
  readonly version: number;
  readonly clientId: string;
  readonly capabilities: readonly { readonly name: string; readonly version: number }[];
  readonly listenPort: number;
  readonly nodeId: NodeId;
}

/** What geth reads at most; also what bounds the number of capabilities. */
export const HELLO_BYTES_MAX = 2048;

export function encodeHello({ version, clientId, capabilities, listenPort, nodeId }: Hello): Uint8Array {
  const offered = capabilities.map((capability) => [utf8(capability.name), capability.version]);
  return encodeRlp([version, utf8(clientId), offered, listenPort, publicKeyOfNode(nodeId).subarray(1)]);
}

/** Throws `RemoteError`: OVERSIZED, TRUNCATED, MALFORMED; BAD_KEY for a node key that nobody can have. */
export function decodeHello(data: Uint8Array): Hello {
  if (data.length > HELLO_BYTES_MAX) {
    throw new RemoteError("OVERSIZED", `hello: ${data.length} bytes, at most ${HELLO_BYTES_MAX} are allowed`);
  }
  const fields = new RlpReader(data, "hello").list("list");
  return {
    version: Number(fields.uint64("version")),
    clientId: lenientText(fields.bytes("client id")),
    capabilities: decodeCapabilities(fields.list("capabilities")),
    listenPort: Number(fields.uint64("listen port")),
    nodeId: decodeNodeKey(fields.bytes("node key")),
  };
}

function decodeCapabilities(list: RlpReader): Hello["capabilities"] {
  const capabilities: { name: string; version: number }[] = [];
  while (!list.atEnd) {
    const pair = list.list("capability");
    capabilities.push({ name: lenientText(pair.bytes("name")), version: Number(pair.uint64("version")) });
    pair.end();
  }
  return capabilities;
}

function decodeNodeKey(key: Uint8Array): NodeId {
  if (key.length !== 64) throw new RemoteError("BAD_KEY", `hello: node key: expected 64 bytes, got ${key.length}`);
  if (key.every((byte) => byte === 0)) throw new RemoteError("BAD_KEY", "hello: node key: all zero");
  return nodeIdOf(key);
}

const decoder = new TextDecoder();

/** Names are for people and for comparing: a peer with a strange one is no worse a peer. */
const lenientText = (bytes: Uint8Array): string => decoder.decode(bytes);
