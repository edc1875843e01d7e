import { expect, test } from "vitest";
import { fromHex } from "../../../src/core/bytes/hex.ts";
import { contentTypeName } from "../../../src/core/payloads/chat-message.ts";
import { inspectPayload, PAYLOAD_TYPE, payloadNameOf } from "../../../src/core/payloads/payload.ts";
import { ApplicationMetadataMessage } from "../../../src/core/proto/application-metadata.js";

test("the wrapper types are those of the .proto file", () => {
  const known = Object.entries(PAYLOAD_TYPE).map(([name, type]) => [ApplicationMetadataMessage.Type[type], name]);
  for (const [protoName, name] of known) {
    expect(protoName?.toLowerCase().replaceAll("_", "")).toBe(name?.toLowerCase());
  }
  expect(known).toHaveLength(14);
});

test("unknown types name no payload", () => {
  expect([0, 15, -1, 42].map(payloadNameOf)).toEqual([undefined, undefined, undefined, undefined]);
});

test("a payload is inspected by its name", () => {
  expect(inspectPayload("contactUpdate", fromHex("0801" + "2a0141"))).toEqual({
    value: { name: "contactUpdate", value: { clock: 1n, ensName: "", profileImage: "" } },
    unknown: [{ path: [], field: { number: 5, at: 0, type: "bytes", value: fromHex("41") } }],
  });
});

test("content types have names, later ones their number", () => {
  expect([1, 2, 3, 4, 99, -1].map(contentTypeName)).toEqual(["text", "sticker", "status", "emoji", "99", "-1"]);
});
