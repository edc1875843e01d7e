import { describe, expect, test } from "vitest";
import { fromHex } from "../../../src/core/bytes/hex.ts";
import {
  formatEnode,
  nodeHashOf,
  nodeIdOf,
  parseEnode,
  parseNodeId,
  publicKeyOfNode,
} from "../../../src/core/devp2p/enode.ts";
import { FLEETS } from "../../../src/core/devp2p/fleets.ts";
import { UsageError } from "../../../src/core/platform/errors.ts";
import { fast as crypto } from "../../support/doors.ts";
import { ALICE, idOf, keyOf } from "../../support/rlpx.ts";

const id = idOf(ALICE);
const digits = id.slice(2);
const parse = (text: string) => parseEnode(crypto, text);

/** The sentence of the error. */
function complaint(text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return "";
}

describe("an enode URL", () => {
  test.each([
    ["an IPv4 address", "10.0.0.1:30303", { host: "10.0.0.1", tcpPort: 30303, udpPort: 30303 }],
    ["an IPv6 address", "[2001:db8::1]:443", { host: "2001:db8::1", tcpPort: 443, udpPort: 443 }],
    ["a loopback address", "[::1]:30303", { host: "::1", tcpPort: 30303, udpPort: 30303 }],
    ["an IPv4 address in IPv6", "[::ffff:10.0.0.1]:1", { host: "::ffff:10.0.0.1", tcpPort: 1, udpPort: 1 }],
    ["a host name", "node-1.example.org:65535", { host: "node-1.example.org", tcpPort: 65535, udpPort: 65535 }],
    ["another discovery port", "localhost:30303?discport=30301", { host: "localhost", tcpPort: 30303, udpPort: 30301 }],
    ["no discovery", "10.0.0.1:30303?discport=0", { host: "10.0.0.1", tcpPort: 30303, udpPort: 0 }],
    ["discovery alone", "10.0.0.1:0?discport=30301", { host: "10.0.0.1", tcpPort: 0, udpPort: 30301 }],
  ])("with %s is read, and written again as it was", (_, place, expected) => {
    const text = `enode://${digits}@${place}`;
    expect(parse(text)).toEqual({ id, ...expected });
    expect(formatEnode(parse(text))).toBe(text);
  });

  test("says a discovery port that is the same only once", () => {
    expect(formatEnode(parse(`enode://${digits}@10.0.0.1:1?discport=1`))).toBe(`enode://${digits}@10.0.0.1:1`);
  });

  test("of every node of the fleets is read", () => {
    const nodes = Object.values(FLEETS).flatMap((fleet) => [
      ...fleet.bootNodes,
      ...fleet.staticNodes,
      ...fleet.mailservers,
    ]);
    expect(nodes.map((node) => formatEnode(parse(node)))).toEqual(nodes);
    expect(nodes.length).toBeGreaterThan(20);
  });

  test.each([
    ["another scheme", `enr:${digits}@10.0.0.1:1`, "expected enode://ID@HOST:PORT"],
    ["no id", "enode://10.0.0.1:1", "expected enode://ID@HOST:PORT"],
    ["no port", `enode://${digits}@10.0.0.1`, "expected enode://ID@HOST:PORT"],
    ["an empty port", `enode://${digits}@10.0.0.1:`, 'port: expected 0 to 65535, got ""'],
    ["a port out of range", `enode://${digits}@10.0.0.1:65536`, 'port: expected 0 to 65535, got "65536"'],
    ["a port that is no number", `enode://${digits}@10.0.0.1:1e3`, 'port: expected 0 to 65535, got "1e3"'],
    ["a path", `enode://${digits}@10.0.0.1:1/x`, 'port: expected 0 to 65535, got "1/x"'],
    ["another parameter", `enode://${digits}@10.0.0.1:1?x=1`, 'discport: expected 0 to 65535, got "x=1"'],
    ["two parameters", `enode://${digits}@10.0.0.1:1?discport=1&x=1`, 'discport: expected 0 to 65535, got "1&x=1"'],
    ["an IPv6 address without brackets", `enode://${digits}@::1:1`, 'port: expected 0 to 65535, got ":1:1"'],
    ["an IPv4 address in brackets", `enode://${digits}@[10.0.0.1]:1`, 'host: "10.0.0.1" is not an IPv6 address'],
    ["nine groups", `enode://${digits}@[1:2:3:4:5:6:7:8:9]:1`, 'host: "1:2:3:4:5:6:7:8:9" is not an IPv6 address'],
    ["seven groups", `enode://${digits}@[1:2:3:4:5:6:7]:1`, 'host: "1:2:3:4:5:6:7" is not an IPv6 address'],
    ["two gaps", `enode://${digits}@[1::2::3]:1`, 'host: "1::2::3" is not an IPv6 address'],
    ["a gap of no group", `enode://${digits}@[1:2:3:4::5:6:7:8]:1`, 'host: "1:2:3:4::5:6:7:8" is not an IPv6 address'],
    ["a zone", `enode://${digits}@[fe80::1%eth0]:1`, 'host: "fe80::1%eth0" is not an IPv6 address'],
    ["IPv6 that ends like IPv4", `enode://${digits}@[::ffff:10.0.1]:1`, 'host: "::ffff:10.0.1" is not an IPv6 address'],
    ["an address of three parts", `enode://${digits}@10.0.1:1`, 'host: "10.0.1" is neither'],
    ["an address with 256", `enode://${digits}@10.0.0.256:1`, 'host: "10.0.0.256" is neither'],
    ["an address with a leading zero", `enode://${digits}@10.0.0.01:1`, 'host: "10.0.0.01" is neither'],
    ["no host", `enode://${digits}@:1`, 'host: "" is neither'],
    ["a name with a space", `enode://${digits}@a b:1`, 'host: "a b" is neither'],
    ["a name with a hyphen in front", `enode://${digits}@-a:1`, 'host: "-a" is neither'],
    ["an id of 64 digits", `enode://${digits.slice(64)}@10.0.0.1:1`, "node id: expected 128 hex digits, got 64"],
    ["an id that is not hexadecimal", `enode://${"x".repeat(128)}@10.0.0.1:1`, "node id: not hexadecimal"],
    ["an id that is no point", `enode://${"1".repeat(128)}@10.0.0.1:1`, "node id: not a public key of secp256k1"],
    ["something before it", ` enode://${digits}@10.0.0.1:1`, "expected enode://ID@HOST:PORT"],
    ["a line after it", `enode://${digits}@10.0.0.1:1\n`, 'port: expected 0 to 65535, got "1\n"'],
  ])("with %s is refused by name", (_, text, reason) => {
    expect(complaint(text)).toContain(reason);
  });
});

describe("a node id", () => {
  test("is the key without its first byte, and gives the key back", () => {
    expect(nodeIdOf(keyOf(ALICE))).toBe(id);
    expect(nodeIdOf(keyOf(ALICE).subarray(1))).toBe(id);
    expect(publicKeyOfNode(id)).toEqual(keyOf(ALICE));
  });

  test("is read in either case, with or without 0x", () => {
    expect(parseNodeId(crypto, digits.toUpperCase())).toBe(id);
    expect(parseNodeId(crypto, id)).toBe(id);
  });

  test("has a hash that names the node in tables and logs", () => {
    expect(nodeHashOf(crypto, id)).toBe(`0x${Buffer.from(crypto.keccak256(fromHex(id))).toString("hex")}`);
    expect(nodeHashOf(crypto, id)).toHaveLength(66);
  });
});
