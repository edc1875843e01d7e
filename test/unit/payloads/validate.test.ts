import { expect, test } from "vitest";
import type { ChatMessage } from "../../../src/core/payloads/chat-message.ts";
import { FAULT_TEXT, type Fault, MAX_CLOCK_LEAD, validatePayload } from "../../../src/core/payloads/validate.ts";

const NOW = 1_583_899_203_000;
const good: ChatMessage = {
  clock: BigInt(NOW),
  timestamp: BigInt(NOW),
  text: "hi",
  responseTo: "",
  ensName: "",
  chatId: "status",
  messageType: 2,
  contentType: 1,
};

const judge = (message: ChatMessage) => validatePayload({ name: "chatMessage", value: message }, NOW);

test("a chat message breaks its rules one after another, in this order", () => {
  const repairs: [Fault, Partial<ChatMessage>][] = [
    ["clock-zero", { clock: BigInt(NOW + MAX_CLOCK_LEAD + 1) }],
    ["clock-ahead", { clock: BigInt(NOW + MAX_CLOCK_LEAD) }],
    ["timestamp-zero", { timestamp: 1n }],
    ["text-empty", { text: "hi" }],
    ["chat-id-empty", { chatId: "status" }],
    ["content-type-zero", { contentType: 5 }],
    ["content-type-local", { contentType: 2 }],
    ["message-type-unknown", { messageType: 2 }],
    ["sticker-missing", { sticker: { hash: "", pack: 1 } }],
    ["sticker-hash-empty", { sticker: { hash: "a", pack: 1 } }],
  ];
  let message: ChatMessage = {
    ...good,
    clock: 0n,
    timestamp: 0n,
    text: " ",
    chatId: "",
    messageType: 4,
    contentType: 0,
  };
  for (const [fault, repair] of repairs) {
    expect(judge(message)).toBe(fault);
    message = { ...message, ...repair };
  }
  expect(judge(message)).toBe("valid");
});

test("old clocks, odd timestamps, long texts and later content types pass", () => {
  expect(judge({ ...good, clock: 1n })).toBe("valid");
  expect(judge({ ...good, timestamp: 2n ** 64n - 1n })).toBe("valid");
  expect(judge({ ...good, text: "a".repeat(100_000) })).toBe("valid");
  expect(judge({ ...good, contentType: 99 })).toBe("valid");
});

test("a sticker is asked for only where the content type says so", () => {
  expect(judge({ ...good, sticker: { hash: "", pack: 0 } })).toBe("valid");
});

test("a contact update may not come from the future, though the reference takes it", () => {
  const value = { clock: BigInt(NOW + MAX_CLOCK_LEAD + 1), ensName: "", profileImage: "" };
  expect(validatePayload({ name: "contactUpdate", value }, NOW)).toBe("clock-ahead");
  expect(validatePayload({ name: "contactUpdate", value: { ...value, clock: 1n } }, NOW)).toBe("valid");
});

test("the sentence about clocks names the limit", () => {
  expect(FAULT_TEXT["clock-ahead"]).toContain(`${MAX_CLOCK_LEAD / 1000} s`);
});
