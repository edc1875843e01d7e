import { describe, expect, test } from "vitest";
import { fromHex } from "../../../src/core/bytes/hex.ts";
import {
  DISCONNECT_REASONS,
  decodeDisconnect,
  describeDisconnect,
  encodeDisconnect,
} from "../../../src/core/devp2p/disconnect.ts";

describe("Disconnect", () => {
  test.each([
    ["a list of one", "c104", 4],
    ["a list of zero", "c180", 0],
    ["an empty list", "c0", 0],
    ["a longer list", "c20405", 4],
    ["a reason without a list", "04", 4],
    ["a reason as a long integer", "820102", 258],
    ["a byte string in a list", "c20481", 4],
    ["trailing bytes", "c104ffff", 4],
    ["nothing", "", 0],
    ["a list in a list", "c2c104", 0],
    ["a list cut off", "c3", 0],
    ["an integer too wide", "850102030405", 0],
    ["an integer with a leading zero", "820001", 0],
  ])("is read from %s", (_, data, reason) => {
    expect(decodeDisconnect(fromHex(data))).toBe(reason);
  });

  test("is written as a list of one and read back, whatever the number", () => {
    for (let reason = 0; reason < 300; reason++) expect(decodeDisconnect(encodeDisconnect(reason))).toBe(reason);
  });

  test("says in one sentence who closed the connection and why", () => {
    expect(describeDisconnect(DISCONNECT_REASONS.tooManyPeers, "peer")).toBe(
      "the peer closed the connection: all places for peers are taken",
    );
    expect(describeDisconnect(DISCONNECT_REASONS.uselessPeer, "us")).toBe(
      "we closed the connection: no capability is shared",
    );
    expect(describeDisconnect(0x7f, "peer")).toBe("the peer closed the connection with unknown reason 127");
  });

  test("has a sentence of its own for every reason", () => {
    const sentences = Object.values(DISCONNECT_REASONS).map((reason) => describeDisconnect(reason, "us"));
    expect(new Set(sentences).size).toBe(Object.keys(DISCONNECT_REASONS).length);
    for (const sentence of sentences) expect(sentence).not.toContain("unknown");
  });
});
