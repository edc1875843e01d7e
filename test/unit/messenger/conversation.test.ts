import { expect, test } from "vitest";
import { fromHex, toHex } from "../../../src/core/bytes/hex.ts";
import type { MessageId } from "../../../src/core/messenger/messenger-io.ts";
import { applicationMetadataCodec } from "../../../src/core/payloads/application-metadata.ts";
import { chatMessageCodec } from "../../../src/core/payloads/chat-message.ts";
import { sizeOf } from "../../../src/core/whisper/envelope.ts";
import { open } from "../../../src/core/whisper/message.ts";
import { publicChatTopic } from "../../../src/core/whisper/topic.ts";
import { authorFrom } from "../../support/authors.ts";
import { fast } from "../../support/doors.ts";
import {
  all,
  CHAT,
  chatKey,
  handMade,
  only,
  PEER,
  Person,
  people,
  plainMessage,
  rewrapped,
  START,
  seconds,
  unsigned,
  wrapped,
} from "../../support/toy-wire.ts";

test("bob reads what alice says, with all that is known of it", () => {
  const { alice, bob } = people();
  bob.now = START + 300;
  const said = alice.say("hello");
  const envelope = only(alice.mine(said), "post").envelope;
  expect(bob.read(envelope)).toEqual({
    id: only(said, "accepted").message,
    chat: { type: "public", id: CHAT },
    from: { key: toHex(alice.author.publicKey), name: `Person ${alice.author.publicKey[64]}`, alias: null },
    clock: START,
    sentAt: START,
    receivedAt: START + 300,
    contentType: "text",
    text: "hello",
    sticker: null,
    replyTo: null,
    ensName: null,
    envelope: {
      hash: envelope.hash,
      topic: publicChatTopic(fast, CHAT),
      pow: envelope.pow,
      ttl: 15,
      size: sizeOf(envelope),
      expiry: START / 1000 + 15,
    },
    via: { mode: "sym", mailserver: null },
    security: { mode: "plain" },
    outgoing: false,
  });
});

test("the envelope asks for the work and the lifetime of every Status client", () => {
  const { alice } = people();
  const { task } = only(alice.say("hello"), "mine");
  expect(task).toMatchObject({ target: 0.002, budgetMs: 5000, draft: { ttl: 15, expiry: START / 1000 + 15 } });
  const { task: other } = only(alice.say("hello", { ttl: 60, pow: 0.01 }), "mine");
  expect(other).toMatchObject({ target: 0.01, draft: { ttl: 60, expiry: START / 1000 + 60 } });
});

test("alice sees her own message once, although her envelope comes back", () => {
  const { alice } = people();
  const outputs = alice.mine(alice.say("hello"));
  expect(only(outputs, "message").message).toMatchObject({ text: "hello", outgoing: true });
  const { envelope } = only(outputs, "post");
  expect(alice.feed({ type: "envelope", envelope, via: undefined, direct: false })).toEqual([]);
  expect(alice.hear(envelope)).toEqual([]);
  expect(outputs.map(({ type }) => type)).toEqual(["message", "delivery", "post"]);
});

test("bob answers alice", () => {
  const { alice, bob } = people();
  const question = bob.read(alice.post("who is there?"));
  const answer = alice.read(bob.post("bob", { replyTo: question.id }));
  expect(answer).toMatchObject({ text: "bob", replyTo: question.id });
  expect(answer.clock).toBe(question.clock + 1);
});

test("clocks order a chat although the clock of bob runs a minute behind", () => {
  const { alice, bob } = people();
  bob.now = START - seconds(60);
  alice.now = START - seconds(1);
  const first = bob.hear(alice.post("one"));
  expect(all(first, "message")).toEqual([]); // sent further ahead than relays would pass on
  bob.now = START - seconds(9);
  const one = bob.read(alice.post("one"));
  const two = alice.read(bob.post("two"));
  const three = bob.read(alice.post("three"));
  expect([one.clock, two.clock, three.clock]).toEqual([one.clock, one.clock + 1, one.clock + 2]);
});

test("messages of one millisecond have different clocks and ids", () => {
  const { alice, bob } = people();
  const [one, two] = [bob.read(alice.post("same")), bob.read(alice.post("same"))];
  expect(two.clock).toBe(one.clock + 1);
  expect(two.id).not.toBe(one.id);
});

test("a sticker travels with its text", () => {
  const { alice, bob } = people();
  const sticker = { hash: "e301a1", pack: 3 };
  expect(bob.read(alice.post(":)", { contentType: "sticker", sticker }))).toMatchObject({
    contentType: "sticker",
    sticker,
  });
});

test("the message lies signed in a Whisper message that is signed by the same key", () => {
  const { alice } = people();
  const envelope = alice.post("hello");
  const opened = open(fast, envelope.data, { symKey: chatKey(CHAT) });
  expect(opened?.signer).toEqual(alice.author.publicKey);
  const { signature, payload } = applicationMetadataCodec.decode(opened?.payload ?? new Uint8Array());
  expect(fast.recover(fast.keccak256(payload), signature ?? new Uint8Array())).toEqual(alice.author.publicKey);
  expect(chatMessageCodec.decode(payload)).toEqual({ ...plainMessage(), text: "hello" });
});

test("the same content in another envelope is no second message", () => {
  const { bob } = people();
  expect(all(bob.hear(handMade()), "message")).toHaveLength(1);
  expect(bob.hear(handMade({ ttl: 20, sent: START + seconds(5), message: plainMessage() }))).toEqual([]);
});

test("a signed payload that somebody else wraps anew is no second message", () => {
  const { bob } = people();
  const [author, stranger] = [authorFrom(3), authorFrom(4)];
  const wrapper = wrapped(author, chatMessageCodec.encode(plainMessage()));
  expect(all(bob.hear(handMade({ author, payload: wrapper })), "message")).toHaveLength(1);
  expect(bob.hear(handMade({ payload: rewrapped(wrapper), signer: stranger }))).toEqual([]);
  expect(bob.state.messages.size).toBe(1);
});

test("a payload that its author did not sign belongs to who signed the envelope", () => {
  const { bob } = people();
  const signer = authorFrom(4);
  const payload = unsigned(chatMessageCodec.encode(plainMessage()));
  expect(bob.read(handMade({ payload, signer })).from.key).toBe(toHex(signer.publicKey));
});

test("a message that a third party carries on is its author's", () => {
  const { bob } = people();
  expect(bob.read(handMade({ author: authorFrom(3), signer: authorFrom(4) })).from.key).toBe(
    toHex(authorFrom(3).publicKey),
  );
});

test("our own message from another device is shown as ours", () => {
  const { bob } = people();
  expect(bob.read(handMade({ author: bob.author })).outgoing).toBe(true);
});

test("history comes past the pool, old, and names its mailserver", () => {
  const { bob } = people();
  const old = handMade({ sent: START - seconds(86_400) });
  const { message } = only(bob.hear(old, { direct: true, via: PEER }), "message");
  expect(message.via).toEqual({ mode: "sym", mailserver: PEER });
  expect(message).toMatchObject({ sentAt: START - seconds(86_400), receivedAt: START });
});

test("an old message does not turn the chat's clock back", () => {
  const { alice, bob } = people();
  alice.read(bob.post("now"));
  alice.hear(handMade({ sent: START - seconds(86_400) }), { direct: true });
  expect(bob.read(alice.post("later")).clock).toBe(START + 1);
});

test("a time that the author cannot mean gives way to that of the envelope", () => {
  const { bob } = people();
  const message = { ...plainMessage(), timestamp: 2n ** 64n - 1n };
  expect(bob.read(handMade({ message })).sentAt).toBe(START);
  const ahead = { ...plainMessage(), text: "ahead", timestamp: BigInt(START + seconds(120)) };
  expect(bob.read(handMade({ message: ahead })).sentAt).toBe(START + seconds(120));
});

test.each([
  ["0x1234", null],
  [`0x${"ab".repeat(32)}`, `0x${"ab".repeat(32)}`],
])("a reply to %s is a reply to %s", (responseTo, replyTo) => {
  const { bob } = people();
  expect(bob.read(handMade({ message: { ...plainMessage(), responseTo } })).replyTo).toBe(replyTo as MessageId | null);
});

test("a claimed name, a stray sticker and a later content type are told apart from the message", () => {
  const { bob } = people();
  const message = { ...plainMessage(), ensName: "vitalik.eth", contentType: 99, sticker: { hash: "a", pack: 1 } };
  expect(bob.read(handMade({ message }))).toMatchObject({ ensName: "vitalik.eth", contentType: "99", sticker: null });
});

test("two chats may share a topic: the key tells them apart", () => {
  const bob = new Person(2);
  const [one, two] = ["room-106854", "room-150024"] as const;
  bob.join(one);
  expect(only(bob.join(two), "interest").topics).toEqual([publicChatTopic(fast, one)]);
  for (const chat of [one, two]) {
    const message = { ...plainMessage(), chatId: chat };
    expect(bob.read(handMade({ chat, message })).chat.id).toBe(chat);
  }
  expect(only(bob.feed({ type: "leave", chat: one }), "interest").topics).toEqual([publicChatTopic(fast, two)]);
  expect(only(bob.hear(handMade({ chat: one, message: { ...plainMessage(), chatId: one } })), "ignored").why).toBe(
    "no key of our chats on this topic opens it",
  );
});

test("who leaves a chat hears no more of it, and may come back", () => {
  const { alice, bob } = people();
  bob.read(alice.post("one"));
  expect(only(bob.feed({ type: "leave", chat: CHAT }), "interest").topics).toEqual([]);
  expect(bob.hear(alice.post("two"))).toEqual([]);
  expect(only(bob.say("still there?"), "refused").error.code).toBe("NOT_FOUND");
  bob.join();
  expect(bob.read(alice.post("three")).text).toBe("three");
});

test("joining twice changes nothing", () => {
  const { alice, bob } = people();
  bob.read(alice.post("one"));
  bob.join();
  expect(bob.state.chats()).toEqual([{ name: CHAT, key: chatKey(CHAT), clock: START }]);
});

test("envelopes on topics of others are passed over in silence", () => {
  const { bob } = people();
  expect(bob.hear(handMade({ chat: "elsewhere" }))).toEqual([]);
});

const author = authorFrom(3);
const contactUpdate = fromHex("0801");

test.each([
  ["no key of our chats on this topic opens it", handMade({ key: chatKey("other") })],
  ["the envelope is not signed", handMade({ signer: null })],
  [
    "ApplicationMetadataMessage: field 31: needs 8190 bytes, 7 left",
    handMade({ payload: fromHex("fa01fe3f67617262616765") }),
  ],
  ["signature: 0 bytes instead of 65", handMade({ payload: fromHex("0a00") })],
  ["payload type 0 in a public chat", handMade({ payload: new Uint8Array() })],
  ["payload type 2 in a public chat", handMade({ payload: wrapped(author, contactUpdate, 2) })],
  ["payload type 42 in a public chat", handMade({ payload: wrapped(author, contactUpdate, 42) })],
  ["ChatMessage: field 1: varint cut off", handMade({ payload: wrapped(author, fromHex("08")) })],
  ["the text is empty or blank", handMade({ message: { ...plainMessage(), text: "\n" } })],
  [
    "the clock is more than 120 s ahead of the envelope",
    handMade({ message: { ...plainMessage(), clock: BigInt(START + 120_001) } }),
  ],
  ["message type 1 in a public chat", handMade({ message: { ...plainMessage(), messageType: 1 } })],
  ["message type 5 in a public chat", handMade({ message: { ...plainMessage(), messageType: 5 } })],
  [
    "written for another chat and carried into this one",
    handMade({ message: { ...plainMessage(), chatId: "elsewhere" } }),
  ],
  ["sent 11 s ahead of our clock", handMade({ sent: START + seconds(11) })],
])("ignored: %s", (why, envelope) => {
  const { bob } = people();
  expect(bob.hear(envelope)).toEqual([{ type: "ignored", hash: envelope.hash, why }]);
  expect(bob.state.messages.size).toBe(0);
});

test("an envelope sent ten seconds ahead is the sender's clock, not an attack", () => {
  const { bob } = people();
  expect(bob.read(handMade({ sent: START + seconds(10) })).text).toBe("hand-made");
});
