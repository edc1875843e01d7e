import { beforeEach, describe, expect, test } from "vitest";
import { pureCrypto } from "../../../src/core/crypto/pure.ts";
import { EnvironmentError, UsageError } from "../../../src/core/platform/errors.ts";
import { documentNameOf, type Identity } from "../../../src/core/profile/documents.ts";
import { MemoryStore } from "../../../src/core/profile/memory-store.ts";
import { Profile } from "../../../src/core/profile/profile.ts";
import type { Json } from "../../../src/core/profile/store.ts";
import { digest, messageId, messageRecord, outboxItem } from "../../contract/messenger-state.ts";

const ALICE: Identity = {
  mnemonic: "one two three",
  chatKey: new Uint8Array(32).fill(1),
  nodeKey: new Uint8Array(32).fill(2),
  installationId: "8d4e7e4c-0b3c-4d0e-9d43-3c1b2a5f6e7d",
  createdAt: 1_583_000_000_000,
};

let store: MemoryStore;
let profile: Profile;

beforeEach(() => {
  store = new MemoryStore();
  profile = new Profile(pureCrypto, store);
});

function errorOf(task: () => unknown): EnvironmentError | UsageError {
  try {
    task();
  } catch (error) {
    if (error instanceof EnvironmentError || error instanceof UsageError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("the identity", () => {
  test("comes back as it was given, with a mnemonic or without", () => {
    profile.putIdentity(ALICE);
    expect(profile.identity).toEqual(ALICE);
    const { mnemonic: _, ...imported } = ALICE;
    profile.putIdentity(imported);
    expect(profile.identity).toEqual(imported);
  });

  test("is missing before there is one", () => {
    expect(errorOf(() => profile.identity).code).toBe("NO_PROFILE");
  });

  test("keeps its chat key for good", () => {
    profile.putIdentity(ALICE);
    profile.putIdentity({ ...ALICE, nodeKey: new Uint8Array(32).fill(9) });
    expect(errorOf(() => profile.putIdentity({ ...ALICE, chatKey: new Uint8Array(32).fill(9) })).code).toBe("REFUSED");
    expect(profile.identity.chatKey).toEqual(ALICE.chatKey);
  });

  test("is durable when it is committed, and not before", () => {
    profile.putIdentity(ALICE);
    store.crash();
    expect(errorOf(() => profile.identity).code).toBe("NO_PROFILE");
    profile.putIdentity(ALICE);
    profile.commit();
    store.crash();
    expect(profile.identity).toEqual(ALICE);
    profile.putIdentity({ ...ALICE, createdAt: 0 });
    profile.rollback();
    expect(profile.identity).toEqual(ALICE);
  });

  test.each<[string, Json]>([
    ["chatKey", { chatKey: "0x01" }],
    ["chatKey", { chatKey: null }],
    ["nodeKey", { nodeKey: `0x${"G".repeat(64)}` }],
    ["installationId", { installationId: 7 }],
    ["createdAt", { createdAt: "yesterday" }],
    ["unexpected", { unexpected: 1 }],
    ["mnemonic", { mnemonic: ["one"] }],
  ])("with a senseless %s is damage, and no value is told", (field, change) => {
    profile.putIdentity(ALICE);
    store.put("identity", { ...(store.read("identity") as object), ...(change as object) });
    const error = errorOf(() => profile.identity);
    expect(error).toMatchObject({ code: "DAMAGED", details: { document: "identity", field } });
    expect(JSON.stringify([error.message, error.details])).not.toMatch(/one two|0x|yesterday/);
  });

  test("that is no object at all is damage", () => {
    for (const value of [null, 7, "x", []]) {
      store.put("identity", value);
      expect(errorOf(() => profile.identity).code).toBe("DAMAGED");
    }
  });
});

describe("what the user knows", () => {
  test("peers are a list", () => {
    expect(profile.peers).toEqual([]);
    const peers = [{ enode: "enode://ab@127.0.0.1:30303", alias: "home", addedAt: 1 }];
    profile.putPeers(peers);
    expect(profile.peers).toEqual(peers);
  });

  test("contacts are by key", () => {
    const bob = { key: `0x04${"22".repeat(64)}`, alias: "bob", blocked: false, addedAt: 1 } as const;
    const eve = { key: `0x04${"33".repeat(64)}`, alias: null, blocked: true, addedAt: 2 } as const;
    for (const contact of [bob, eve, { ...bob, alias: "Bob" }]) profile.putContact(contact);
    expect(profile.contacts).toEqual([{ ...bob, alias: "Bob" }, eve]);
    profile.removeContact(bob.key);
    expect(profile.contacts).toEqual([eve]);
  });

  test("a chat's key is known when it is joined, or was kept", () => {
    expect(profile.chatKey("status")).toBeUndefined();
    profile.putChatKey("status", new Uint8Array(32).fill(5));
    expect(profile.chatKey("status")).toEqual(new Uint8Array(32).fill(5));
    expect(profile.chats).toEqual([]);
    profile.messenger.putChat({ name: "other", key: new Uint8Array(32).fill(6), clock: 3 });
    expect(profile.chatKey("other")).toEqual(new Uint8Array(32).fill(6));
    expect(profile.chats).toEqual([{ name: "other", key: new Uint8Array(32).fill(6), clock: 3 }]);
  });
});

describe("messages", () => {
  test("come back as they were kept, by id and by clock", () => {
    const sticker = messageRecord(2, {
      contentType: "sticker",
      sticker: { hash: "e3", pack: 4 },
      replyTo: messageId(1),
      chat: { type: "public", id: "other" },
      clock: 1,
    });
    profile.messenger.addMessage(messageRecord(1), digest(1));
    profile.messenger.addMessage(sticker, digest(2));
    profile.messenger.addMessage(messageRecord(3), digest(3));
    expect(profile.message(messageId(2))).toEqual(sticker);
    expect(profile.message(messageId(9))).toBeUndefined();
    expect([...profile.messages({})].map(({ id }) => id)).toEqual([2, 1, 3].map(messageId));
    const last = profile.messages({ group: "status", direction: "backward", limit: 1 });
    expect([...last]).toEqual([messageRecord(3)]);
  });

  test("that a newer program kept have more in them, and that is passed on", () => {
    const value = JSON.parse(JSON.stringify({ ...messageRecord(1), reactions: 3 }));
    store.append("messages", { key: messageId(1), group: "status", order: 1, value });
    expect(profile.message(messageId(1))).toEqual(value);
  });

  test("without what belongs to them are damage", () => {
    store.append("messages", { key: messageId(1), group: "status", order: 1, value: { id: messageId(1) } });
    expect(errorOf(() => profile.message(messageId(1))).code).toBe("DAMAGED");
  });
});

describe("names of documents", () => {
  const name = (id: string) => documentNameOf(pureCrypto, "chats", id);

  test("are different for different ids, and fit whatever the id", () => {
    const ids = ["", "a", "A", "ü", "a/b", "../x", "x".repeat(80), "x".repeat(81), "x".repeat(5000), "\u0000"];
    const names = ids.map(name);
    expect(new Set(names).size).toBe(ids.length);
    for (const each of names) {
      expect(each).toMatch(/^chats\/[a-z0-9-]+$/);
      expect(each.length).toBeLessThan(180);
      store.put(each, 1);
    }
  });

  test("of long ids cannot be had by a short id", () => {
    expect(name("x".repeat(81))).toMatch(/^chats\/sha256-[0-9a-f]{64}$/);
    expect(name("sha256-")).toBe("chats/7368613235362d");
  });
});

test("an outbox item with a senseless state is damage", () => {
  profile.messenger.putOutboxItem(outboxItem(1));
  const [document = ""] = store.list("outbox");
  store.put(document, { ...(store.read(document) as object), state: "lost" });
  expect(errorOf(() => profile.messenger.outbox())).toMatchObject({ code: "DAMAGED", details: { field: "state" } });
});
