/**
 * Names of devp2p nodes: `enode` URLs, node ids and their hashes (devp2p, "enode URL format").
 *
 * ```
 * enode := "enode://" id: 128 hex digits "@" host ":" tcpPort [ "?discport=" udpPort ]
 * host  := IPv4 | "[" IPv6 "]" | DNS name
 * ```
 * Not concerned with resolving names, nor with node records (`enr.ts`).
 */
import { concatBytes } from "../bytes/bytes.ts";
import { fromHex, type Hex, toHex } from "../bytes/hex.ts";
import type { Curve, Hashes, PublicKey } from "../crypto/crypto.ts";
import { assert, RemoteError, UsageError } from "../platform/errors.ts";
import type { NodeId } from "../platform/node-id.ts";

export interface Enode {
  readonly id: NodeId;
  /** Literal address or host name, without brackets. */
  readonly host: string;
  /** 0 for a node that is only discovered, not connected to. */
  readonly tcpPort: number;
  /** 0 for a node that does not speak discovery. */
  readonly udpPort: number;
}

/** Keccak-256 of a node's key: its place in the tables of discovery and its name in logs. */
export type NodeHash = Hex & { readonly brand: "NodeHash" };

/** Reads an enode URL, all of it. Throws `UsageError` naming the part that is wrong. */
export function parseEnode(curve: Curve, text: string): Enode {
  const parts = /^enode:\/\/(?<id>[^@]*)@(?<host>\[[^\]]*\]|[^:?[\]]*):(?<port>[^?]*)(?:\?(?<query>.*))?$/s.exec(text);
  if (!parts?.groups) throw usage("expected enode://ID@HOST:PORT");
  const { id = "", host = "", port = "", query } = parts.groups;
  const tcpPort = parsePort("port", port);
  return {
    id: parseNodeId(curve, id),
    host: parseHost(host),
    tcpPort,
    udpPort: query === undefined ? tcpPort : parsePort("discport", /^discport=(.*)$/s.exec(query)?.[1] ?? query),
  };
}

/** The shortest URL that `parseEnode` reads back. */
export function formatEnode({ id, host, tcpPort, udpPort }: Enode): string {
  const place = `${host.includes(":") ? `[${host}]` : host}:${tcpPort}`;
  return `enode://${id.slice(2)}@${place}${udpPort === tcpPort ? "" : `?discport=${udpPort}`}`;
}

/** Reads a node id, 128 hex digits with or without `0x`; `UsageError` when it is not a point of the curve. */
export function parseNodeId(curve: Curve, text: string): NodeId {
  const key = fromHex(text, "node id");
  if (key.length !== 64) throw new UsageError("USAGE", `node id: expected 128 hex digits, got ${2 * key.length}`);
  try {
    curve.decodePublicKey(publicKeyOf(key));
  } catch (cause) {
    if (!(cause instanceof RemoteError)) throw cause;
    throw new UsageError("USAGE", "node id: not a public key of secp256k1", { cause });
  }
  return nodeIdOf(key);
}

/** The id of the node with this key: 65 bytes 04 || X || Y, or the 64 bytes X || Y as they stand on the wire. */
export function nodeIdOf(key: PublicKey): NodeId {
  assert(key.length === 64 || key.length === 65, "a node key has 64 or 65 bytes");
  return toHex(key.subarray(-64)) as NodeId;
}

/** The 65-byte key of a node. Whether it is a point of the curve, the first use in the curve tells. */
export function publicKeyOfNode(id: NodeId): PublicKey {
  return publicKeyOf(fromHex(id));
}

export function nodeHashOf(hashes: Hashes, id: NodeId): NodeHash {
  return toHex(hashes.keccak256(fromHex(id))) as NodeHash;
}

const publicKeyOf = (key: Uint8Array): PublicKey => concatBytes(Uint8Array.of(4), key);

function parsePort(what: string, text: string): number {
  const port = /^(0|[1-9]\d{0,4})$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 0xffff)) throw usage(`${what}: expected 0 to 65535, got "${text}"`);
  return port;
}

function parseHost(text: string): string {
  if (text.startsWith("[")) {
    const address = text.slice(1, -1);
    if (!isIpv6(address)) throw usage(`host: "${address}" is not an IPv6 address`);
    return address;
  }
  // A last label of digits alone is never a name: it is an IPv4 address, or a broken one (RFC 3696, section 2).
  if (/(^|\.)\d+$/.test(text) ? !isIpv4(text) : !isName(text)) {
    throw usage(`host: "${text}" is neither an IPv4 address nor a host name`);
  }
  return text;
}

const isIpv4 = (text: string): boolean =>
  /^\d+\.\d+\.\d+\.\d+$/.test(text) && text.split(".").every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && +part <= 255);

/** Labels of letters, digits, hyphens and (outside the rules, but in use) underscores. */
const isName = (text: string): boolean =>
  text.length <= 253 &&
  /^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i.test(text);

/** RFC 4291, section 2.2: eight groups, `::` for some of them at most once, the last two also as IPv4. */
function isIpv6(text: string): boolean {
  const tail = text.slice(text.lastIndexOf(":") + 1);
  const hex = tail.includes(".") ? `${text.slice(0, -tail.length)}0:0` : text;
  if (hex !== text && !isIpv4(tail)) return false;
  const halves = hex.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const groups = halves.flat();
  const enough = halves.length === 1 ? groups.length === 8 : halves.length === 2 && groups.length < 8;
  return enough && groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group));
}

const usage = (why: string): UsageError => new UsageError("USAGE", `enode: ${why}`);
