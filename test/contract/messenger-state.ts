/** What the messenger may rely on, whatever keeps its memory. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Hex } from "../../src/core/bytes/hex.ts";
import type { MessageId, MessageRecord } from "../../src/core/messenger/messenger-io.ts";
import type { JoinedChat, MessengerState, OutboxItem, PayloadDigest } from "../../src/core/messenger/state.ts";
import type { EnvelopeHash, Topic } from "../../src/core/whisper/envelope.ts";

/** 32 bytes, named by a small number. */
export const hash = (n: number): Hex => `0x${n.toString(16).padStart(64, "0")}`;
export const messageId = (n: number): MessageId => hash(n) as MessageId;
export const digest = (n: number): PayloadDigest => hash(n) as PayloadDigest;

export function messageRecord(n: number, changes: Partial<MessageRecord> = {}): MessageRecord {
  return {
    id: messageId(n),
    chat: { type: "public", id: "status" },
    from: { key: `0x04${"ab".repeat(64)}`, name: "Ample Grown Lamprey", alias: null },
    clock: 1_583_000_000_000 + n,
    sentAt: 1_583_000_000_000 + n,
    receivedAt: 1_583_000_000_900 + n,
    contentType: "text",
    text: `message ${n} \u0000 ü 😀`,
    sticker: null,
    replyTo: null,
    ensName: null,
    envelope: {
      hash: hash(n) as EnvelopeHash,
      topic: "0xaabbccdd" as Topic,
      pow: 0.0021,
      ttl: 15,
      size: 640,
      expiry: 1_583_000_015,
    },
    via: { mode: "sym", mailserver: null },
    security: { mode: "plain" },
    outgoing: false,
    ...changes,
  };
}

export function outboxItem(n: number, changes: Partial<OutboxItem> = {}): OutboxItem {
  const keys = { key: new Uint8Array(32).fill(n), wrapper: Uint8Array.of(0, n, 255) };
  const progress = { state: "queued", attempts: 0, requestKey: null, queuedAt: 1_583_000_000_000 } as const;
  return { id: messageId(n), chat: "status", clock: n, ttl: 15, pow: 0.002, ...keys, ...progress, ...changes };
}

const chat = (name: string, clock = 0): JoinedChat => ({ name, key: new Uint8Array(32).fill(7), clock });

export interface StateKeeper {
  /** The state as the next machine finds it, after what was changed is durable. */
  reopen(): MessengerState;
}

export function messengerStateContract(name: string, make: () => StateKeeper): void {
  describe(name, () => {
    let keeper: StateKeeper;
    let state: MessengerState;

    beforeEach(() => {
      keeper = make();
      state = keeper.reopen();
    });

    test("begins with nothing", () => {
      expect(state.chats()).toEqual([]);
      expect(state.outbox()).toEqual([]);
      expect(state.hasMessage(messageId(1))).toBe(false);
      expect(state.hasPayload(digest(1))).toBe(false);
      expect(state.requested("key")).toBeUndefined();
    });

    test("has chats by their exact names, whatever they are", () => {
      const names = ["", "status", "Status", "a/b", "..", " ", "ü😀", "x".repeat(300), "x".repeat(301), "__proto__"];
      for (const name of names) state.putChat(chat(name));
      state.putChat(chat("status", 5));
      const found = keeper.reopen().chats();
      expect(found.map(({ name }) => name).sort()).toEqual(names.sort());
      expect(found.find(({ name }) => name === "status")).toEqual(chat("status", 5));
      for (const name of names) state.removeChat(name);
      expect(keeper.reopen().chats()).toEqual([]);
    });

    test("knows messages and payloads for good, even those of a chat that was left", () => {
      state.putChat(chat("status"));
      state.addMessage(messageRecord(1), digest(101));
      state.removeChat("status");
      const again = keeper.reopen();
      expect(again.hasMessage(messageId(1))).toBe(true);
      expect(again.hasPayload(digest(101))).toBe(true);
      expect(again.hasMessage(messageId(101))).toBe(false);
      expect(again.hasPayload(digest(1))).toBe(false);
    });

    test("takes a message once", () => {
      state.addMessage(messageRecord(1), digest(101));
      expect(() => state.addMessage(messageRecord(1), digest(102))).toThrow("assertion");
    });

    test("has the outbox as it was left", () => {
      state.putOutboxItem(outboxItem(1));
      state.putOutboxItem(outboxItem(2, { requestKey: "key" }));
      state.putOutboxItem(outboxItem(3));
      state.putOutboxItem(outboxItem(2, { requestKey: "key", state: "posted", attempts: 1 }));
      state.removeOutboxItem(messageId(3));
      const found = keeper
        .reopen()
        .outbox()
        .toSorted((a, b) => a.clock - b.clock);
      expect(found).toEqual([outboxItem(1), outboxItem(2, { requestKey: "key", state: "posted", attempts: 1 })]);
    });

    test("knows which message was sent under a key", () => {
      for (const [index, key] of ["", "key", "key 2", "__proto__", "ü\n"].entries()) {
        state.addRequest(key, messageId(index));
        expect(state.requested(key)).toBe(messageId(index));
      }
      expect(keeper.reopen().requested("key")).toBe(messageId(1));
      expect(() => state.addRequest("key", messageId(9))).toThrow("assertion");
    });
  });
}
