/**
 * Content hashes (EIP-1577): where a name's content lies, as stickers and resolvers write it.
 *
 * ```
 * ipfs   := e3 01 | 01 | 70 | multihash                        /ipfs/Qm...
 * ipns   := e5 01 | 01 | 70 | multihash                        /ipns/Qm..., /ipns/<name> as the multihash 00
 * swarm  := e4 01 | 01 | fa 01 | multihash of keccak-256       /swarm/<64 hex digits>
 * onion  := bc 03 | 16 ASCII characters                        /onion/...
 * onion3 := bd 03 | 56 ASCII characters                        /onion3/...
 * multihash := function: byte | length: byte | digest
 * ```
 */
import { base58 } from "@scure/base";
import { concatBytes, equalBytes, textOf, utf8 } from "../../bytes/bytes.ts";
import { fromHex, hexDigits } from "../../bytes/hex.ts";
import { RemoteError, UsageError } from "../../platform/errors.ts";

interface Protocol {
  readonly name: string;
  readonly prefix: Uint8Array;
  /** Throws `UsageError`. */
  parse(text: string): Uint8Array;
  /** Throws `RemoteError`. */
  format(bytes: Uint8Array): string;
}

const IDENTITY = 0x00;
const KECCAK_256 = 0x1b;
/** The digest's length stands in one byte; a longer varint would be no digest. */
const DIGEST_MAX = 127;
/** Base58 of the longest multihash; the longest host name is shorter still. */
const TEXT_MAX = 180;

const PROTOCOLS: readonly Protocol[] = [
  { name: "ipfs", prefix: Uint8Array.of(0xe3, 1, 1, 0x70), parse: parseBase58, format: formatBase58 },
  { name: "ipns", prefix: Uint8Array.of(0xe5, 1, 1, 0x70), parse: parseNamed, format: formatNamed },
  { name: "swarm", prefix: Uint8Array.of(0xe4, 1, 1, 0xfa, 1), parse: parseSwarm, format: formatSwarm },
  onion("onion", Uint8Array.of(0xbc, 3), 16),
  onion("onion3", Uint8Array.of(0xbd, 3), 56),
];

/** The bytes of `/protocol/what`. Throws `UsageError`. */
export function encodeContentHash(text: string): Uint8Array {
  const [before, name, what, ...more] = text.split("/");
  if (before !== "" || what === undefined || more.length > 0 || what.length > TEXT_MAX) {
    throw new UsageError("USAGE", "content hash: expected /protocol/hash");
  }
  const protocol = PROTOCOLS.find((candidate) => candidate.name === name);
  if (!protocol) throw new UsageError("USAGE", `content hash: the protocol ${name} is not known`);
  return concatBytes(protocol.prefix, protocol.parse(what));
}

/** The text `/protocol/what`. Throws `RemoteError`. */
export function decodeContentHash(bytes: Uint8Array): string {
  const protocol = PROTOCOLS.find(({ prefix }) => equalBytes(bytes.subarray(0, prefix.length), prefix));
  if (!protocol) throw new RemoteError("UNSUPPORTED", "content hash: an unknown protocol or codec");
  return `/${protocol.name}/${protocol.format(bytes.subarray(protocol.prefix.length))}`;
}

interface Multihash {
  readonly code: number;
  readonly digest: Uint8Array;
}

function decodeMultihash(bytes: Uint8Array): Multihash {
  const [code, length] = bytes;
  if (code === undefined || length === undefined) throw new RemoteError("TRUNCATED", "content hash: multihash cut off");
  if (code > DIGEST_MAX || length > DIGEST_MAX)
    throw new RemoteError("UNSUPPORTED", "content hash: multihash too wide");
  const digest = bytes.subarray(2);
  if (digest.length === length) return { code, digest };
  const kind = digest.length < length ? "TRUNCATED" : "MALFORMED";
  throw new RemoteError(kind, `content hash: digest needs ${length} bytes, got ${digest.length}`);
}

function encodeMultihash({ code, digest }: Multihash): Uint8Array {
  if (digest.length > DIGEST_MAX) throw new UsageError("USAGE", `content hash: more than ${DIGEST_MAX} bytes`);
  return concatBytes(Uint8Array.of(code, digest.length), digest);
}

function parseBase58(text: string): Uint8Array {
  const bytes = multihashOf(text);
  if (!bytes) throw new UsageError("USAGE", "content hash: not a multihash in base 58");
  return bytes;
}

function formatBase58(bytes: Uint8Array): string {
  decodeMultihash(bytes);
  return base58.encode(bytes);
}

/** A multihash, or a name that stands for itself. */
function parseNamed(text: string): Uint8Array {
  return multihashOf(text) ?? encodeMultihash({ code: IDENTITY, digest: utf8(text) });
}

function formatNamed(bytes: Uint8Array): string {
  const { code, digest } = decodeMultihash(bytes);
  if (code !== IDENTITY) return base58.encode(bytes);
  const name = textOf(digest, "content hash: name");
  if (name === "" || name.includes("/") || name.length > TEXT_MAX) {
    throw new RemoteError("MALFORMED", "content hash: the name is none");
  }
  return name;
}

function parseSwarm(text: string): Uint8Array {
  const digest = fromHex(text, "content hash");
  if (digest.length !== 32) throw new UsageError("USAGE", "content hash: 32 bytes in hex expected");
  return encodeMultihash({ code: KECCAK_256, digest });
}

function formatSwarm(bytes: Uint8Array): string {
  const { code, digest } = decodeMultihash(bytes);
  if (code !== KECCAK_256 || digest.length !== 32) {
    throw new RemoteError("UNSUPPORTED", "content hash: swarm hashes are Keccak-256");
  }
  return hexDigits(digest);
}

function onion(name: string, prefix: Uint8Array, length: number): Protocol {
  const address = new RegExp(`^[a-z2-7]{${length}}$`);
  return {
    name,
    prefix,
    parse(text) {
      if (!address.test(text)) throw new UsageError("USAGE", `content hash: ${length} characters of base 32 expected`);
      return utf8(text);
    },
    format(bytes) {
      const text = textOf(bytes, "content hash: onion address");
      if (!address.test(text)) throw new RemoteError("MALFORMED", `content hash: not ${length} characters of base 32`);
      return text;
    },
  };
}

function multihashOf(text: string): Uint8Array | undefined {
  try {
    const bytes = base58.decode(text);
    decodeMultihash(bytes);
    return bytes;
  } catch {
    return undefined;
  }
}
