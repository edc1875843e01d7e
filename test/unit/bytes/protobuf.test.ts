import { expect, test } from "vitest";
import { concatBytes } from "../../../src/core/bytes/bytes.ts";
import { fromHex, toHex } from "../../../src/core/bytes/hex.ts";
import { type ChatMessage, chatMessageCodec } from "../../../src/core/payloads/chat-message.ts";
import { membershipUpdateMessageCodec } from "../../../src/core/payloads/membership-update.ts";
import { type SendTransaction, sendTransactionCodec } from "../../../src/core/payloads/transaction.ts";
import { RemoteError, UsageError } from "../../../src/core/platform/errors.ts";

const message: ChatMessage = {
  clock: 1n,
  timestamp: 1n,
  text: "hi",
  responseTo: "",
  ensName: "",
  chatId: "status",
  messageType: 2,
  contentType: 1,
};

/** What decoding throws. */
function errorOf(bytes: Uint8Array): RemoteError {
  try {
    chatMessageCodec.decode(bytes);
  } catch (error) {
    if (error instanceof RemoteError) return error;
    throw error;
  }
  throw new Error("decoded");
}

test("a 64-bit integer beyond the precision of numbers keeps every digit", () => {
  const clock = 1583000000123456789n;
  const bytes = chatMessageCodec.encode({ ...message, clock });
  expect(toHex(bytes.subarray(0, 10))).toBe("0x08959ab5f6cec3fcfb15");
  expect(chatMessageCodec.decode(bytes).clock).toBe(clock);
});

test.each([0n, 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n])(
  "%s survives as uint64",
  (clock) => {
    expect(chatMessageCodec.decode(chatMessageCodec.encode({ ...message, clock })).clock).toBe(clock);
  },
);

test.each([-1n, 2n ** 64n, 1583000000123 as unknown as bigint])("%s is refused as uint64", (clock) => {
  expect(() => chatMessageCodec.encode({ ...message, clock })).toThrow(UsageError);
});

test.each([2 ** 31, 0.5, Number.NaN])("%s is refused as int32", (pack) => {
  expect(() => chatMessageCodec.encode({ ...message, sticker: { hash: "a", pack } })).toThrow(UsageError);
});

test("negative members of an enum survive", () => {
  const odd = { ...message, contentType: -5 };
  expect(chatMessageCodec.decode(chatMessageCodec.encode(odd))).toEqual(odd);
});

test("half a surrogate pair is refused instead of sent as broken UTF-8", () => {
  expect(() => chatMessageCodec.encode({ ...message, text: "\ud83d" })).toThrow(UsageError);
});

test("a byte order mark and every other character of a text survive", () => {
  const text = "\ufeff\u0000a\u{1f600}\uffff";
  expect(chatMessageCodec.decode(chatMessageCodec.encode({ ...message, text })).text).toBe(text);
});

test.each(["ff", "c0af", "eda080", "e28281c3", "f8888080"])("text of the bytes %s rejects the whole message", (hex) => {
  const bytes = fromHex(hex);
  const error = errorOf(concatBytes(chatMessageCodec.encode(message), Uint8Array.of(0x1a, bytes.length), bytes));
  expect(error.code).toBe("MALFORMED");
  expect(error.message).toMatch(/^ChatMessage: /);
});

test("a string in place of bytes is refused instead of read as base64", () => {
  const signature = "0x01" as unknown as Uint8Array;
  const transaction: SendTransaction = { clock: 1n, id: "", transactionHash: "0x1", signature };
  expect(() => sendTransactionCodec.encode(transaction)).toThrow(UsageError);
});

test("absent and empty bytes differ, in both directions", () => {
  const absent: SendTransaction = { clock: 1n, id: "", transactionHash: "0x1" };
  const empty: SendTransaction = { ...absent, signature: new Uint8Array() };
  expect(toHex(sendTransactionCodec.encode(absent))).toBe("0x08011a03307831");
  expect(toHex(sendTransactionCodec.encode(empty))).toBe("0x08011a033078312200");
  expect(sendTransactionCodec.decode(sendTransactionCodec.encode(absent))).toEqual(absent);
  expect(sendTransactionCodec.decode(sendTransactionCodec.encode(empty))).toEqual(empty);
});

test("a cut message is named by field and shortage", () => {
  const error = errorOf(fromHex("08011a056869"));
  expect(error.code).toBe("TRUNCATED");
  expect(error.message).toBe("ChatMessage: field 3: needs 5 bytes, 2 left");
});

test("a nested message that does not decode rejects the whole", () => {
  expect(errorOf(fromHex("4a020a05")).code).toBe("MALFORMED");
});

test("a later value of a field wins, and parts of a nested message merge", () => {
  const first = chatMessageCodec.encode({ ...message, sticker: { hash: "a", pack: 0 } });
  const second = fromHex("1a0162" + "4a021007");
  const { text, sticker } = chatMessageCodec.decode(concatBytes(first, second));
  expect({ text, sticker }).toEqual({ text: "b", sticker: { hash: "a", pack: 7 } });
});

test("unknown fields are skipped by decoding and shown by inspection, with the way to them", () => {
  const bytes = fromHex("0801" + "4a060a01615a0178" + "a20602abcd" + "15efbeadde");
  expect(chatMessageCodec.decode(bytes)).toEqual({ ...blank(), clock: 1n, sticker: { hash: "a", pack: 0 } });
  expect(chatMessageCodec.inspect(bytes).unknown).toEqual([
    { path: [], field: { number: 100, at: 0, type: "bytes", value: fromHex("abcd") } },
    { path: [], field: { number: 2, at: 0, type: "fixed32", value: 0xdeadbeefn } },
    { path: ["sticker"], field: { number: 11, at: 0, type: "bytes", value: fromHex("78") } },
  ]);
});

test("more fields than any honest message has are refused before objects are made of them", () => {
  const event = Uint8Array.of(0x12, 0x00);
  const events = (count: number) => concatBytes(...Array.from({ length: count }, () => event));
  expect(membershipUpdateMessageCodec.decode(events(16_384)).events).toHaveLength(16_384);
  expect(() => membershipUpdateMessageCodec.decode(events(16_385))).toThrow("more than 16384 fields");
});

test("a message larger than an envelope may be is refused", () => {
  const text = "a".repeat(1 << 20);
  expect(errorOf(chatMessageCodec.encode({ ...message, text })).code).toBe("OVERSIZED");
});

function blank(): ChatMessage {
  return chatMessageCodec.decode(new Uint8Array());
}
