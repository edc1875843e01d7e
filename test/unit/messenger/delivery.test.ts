import { expect, test } from "vitest";
import { Messenger } from "../../../src/core/messenger/messenger.ts";
import type { Delivery, MessengerOutput, Refusal } from "../../../src/core/messenger/messenger-io.ts";
import { DAY, NEVER } from "../../../src/core/platform/time.ts";
import type { Envelope } from "../../../src/core/whisper/envelope.ts";
import { publicChatTopic } from "../../../src/core/whisper/topic.ts";
import { fast } from "../../support/doors.ts";
import {
  all,
  CHAT,
  handMade,
  OTHER_PEER,
  only,
  PEER,
  type Person,
  people,
  plainMessage,
  START,
  seconds,
  solve,
  tasksOf,
} from "../../support/toy-wire.ts";

const statesOf = (outputs: readonly MessengerOutput[]): Delivery[] =>
  all(outputs, "delivery").map(({ state }) => state);

const sent = (person: Person, { hash }: Envelope, awaited = false) =>
  person.feed({ type: "sent", hash, peer: PEER, awaited });
const confirmed = (person: Person, { hash }: Envelope, peer = PEER) => person.feed({ type: "confirmed", hash, peer });
const rejected = (person: Person, { hash }: Envelope) =>
  person.feed({ type: "rejected", hash, peer: PEER, code: 38, description: "too little work" });
const refused = (person: Person, { hash }: Envelope, why: Refusal) => person.feed({ type: "refused", hash, why });
const expired = (person: Person, { hash }: Envelope) => person.feed({ type: "expired", hash });

test("a message goes from queued to posted to sent", () => {
  const { alice } = people();
  const said = alice.say("hello");
  const { message } = only(said, "accepted");
  expect(said.map(({ type }) => type)).toEqual(["accepted", "delivery", "mine"]);
  expect(statesOf(said)).toEqual(["queued"]);
  const mined = alice.mine(said);
  const { envelope } = only(mined, "post");
  const news = { type: "delivery", message, envelope: envelope.hash, reason: null };
  expect(only(mined, "delivery")).toEqual({ ...news, state: "posted", peer: null });
  expect(sent(alice, envelope)).toEqual([{ ...news, state: "sent", peer: PEER }]);
  expect(alice.state.outbox()).toEqual([]);
});

test("a peer that will confirm is waited for", () => {
  const { alice } = people();
  const envelope = alice.post("hello");
  expect(sent(alice, envelope, true)).toEqual([]);
  expect(statesOf(confirmed(alice, envelope))).toEqual(["sent"]);
});

test("what is said of a sent message later says nothing new", () => {
  const { alice } = people();
  const envelope = alice.post("hello");
  confirmed(alice, envelope);
  const later = [confirmed(alice, envelope, OTHER_PEER), rejected(alice, envelope), expired(alice, envelope)];
  expect(later.flat()).toEqual([]);
});

test("envelopes of others are none of our deliveries", () => {
  const { alice } = people();
  const envelope = handMade();
  expect([confirmed(alice, envelope), expired(alice, envelope), refused(alice, envelope, "weak")].flat()).toEqual([]);
});

test("an expired envelope is followed by another one around the same message, six in all that were written", () => {
  const { alice, bob } = people();
  let envelope = alice.post("hello");
  const { id } = bob.read(envelope);
  for (let attempt = 2; attempt <= 6; attempt++) {
    alice.now += seconds(16);
    bob.now = alice.now;
    sent(alice, envelope, true);
    const again = expired(alice, envelope);
    expect(only(again, "delivery")).toMatchObject({
      state: "queued",
      reason: "nobody confirmed the envelope before it expired",
    });
    const mined = alice.mine(again);
    expect(mined.map(({ type }) => type)).toEqual(["delivery", "post"]);
    const next = only(mined, "post").envelope;
    expect(next.hash).not.toBe(envelope.hash);
    expect(next.expiry).toBe(alice.now / 1000 + 15);
    expect(bob.hear(next)).toEqual([]);
    envelope = next;
  }
  sent(alice, envelope, true);
  const reason = "nobody confirmed any of 6 envelopes";
  expect(expired(alice, envelope)).toEqual([
    { type: "delivery", message: id, envelope: null, state: "expired", peer: null, reason },
  ]);
  expect(alice.state.outbox()).toEqual([]);
});

test("an envelope that is written to several peers is one attempt", () => {
  const { alice } = people();
  const envelope = alice.post("hello");
  for (const peer of [PEER, OTHER_PEER, PEER]) alice.feed({ type: "sent", hash: envelope.hash, peer, awaited: true });
  expect(alice.state.outbox()).toMatchObject([{ state: "posted", attempts: 1 }]);
});

test("while no peer is there a message costs an envelope per ttl and no attempt, for a day", () => {
  const { alice } = people();
  const ttl = 900;
  let envelope = alice.post("hello", { ttl, pow: 0 });
  for (; alice.now <= START + DAY - seconds(ttl); alice.now += seconds(ttl)) {
    const again = expired(alice, envelope);
    expect(only(again, "delivery")).toMatchObject({
      state: "queued",
      reason: "there was no peer for the envelope before it expired",
    });
    envelope = only(alice.mine(again), "post").envelope;
  }
  expect(alice.state.outbox()).toMatchObject([{ state: "posted", attempts: 0 }]);
  alice.now += seconds(ttl);
  expect(expired(alice, envelope)).toMatchObject([{ state: "expired", reason: "nobody took it within a day" }]);
  expect(alice.state.outbox()).toEqual([]);
});

test("a message that waited in vain has all its attempts when a peer comes", () => {
  const { alice } = people();
  let envelope = alice.post("hello");
  for (let count = 0; count < 10; count++) envelope = only(alice.mine(expired(alice, envelope)), "post").envelope;
  for (let attempt = 1; attempt < 6; attempt++) {
    sent(alice, envelope, true);
    envelope = only(alice.mine(expired(alice, envelope)), "post").envelope;
  }
  expect(statesOf(sent(alice, envelope))).toEqual(["sent"]);
});

test("attempts are counted over restarts", () => {
  const { alice } = people();
  sent(alice, alice.post("hello"), true);
  for (let attempt = 2; attempt <= 6; attempt++) {
    sent(alice, only(alice.mine(alice.restart()), "post").envelope, true);
  }
  expect(statesOf(alice.restart())).toEqual(["expired"]);
});

test("a late confirmation of the first attempt spares the second", () => {
  const { alice } = people();
  const first = alice.post("hello");
  sent(alice, first, true);
  const again = expired(alice, first);
  expect(statesOf(confirmed(alice, first))).toEqual(["sent"]);
  expect(alice.mine(again)).toEqual([]);
});

test("what one peer rejects another may take", () => {
  const { alice } = people();
  const envelope = alice.post("hello");
  expect(only(rejected(alice, envelope), "delivery")).toMatchObject({
    state: "rejected",
    peer: PEER,
    reason: "too little work (code 38)",
  });
  expect(statesOf(confirmed(alice, envelope, OTHER_PEER))).toEqual(["sent"]);
});

test("what a peer rejected and nobody else took is not posted again, and that is said at last", () => {
  const { alice } = people();
  const said = alice.say("hello");
  const { message } = only(said, "accepted");
  const { envelope } = only(alice.mine(said), "post");
  for (const peer of [PEER, OTHER_PEER]) alice.feed({ type: "sent", hash: envelope.hash, peer, awaited: true });
  rejected(alice, envelope);
  const reason = "too little work (code 38); nobody else confirmed the envelope before it expired";
  expect(expired(alice, envelope)).toEqual([
    { type: "delivery", message, envelope: envelope.hash, state: "rejected", peer: null, reason },
  ]);
  expect(alice.state.outbox()).toEqual([]);
});

test("what was rejected stays over a restart only where a rerun may ask for it", () => {
  const { alice } = people();
  for (const more of [{}, { idempotencyKey: "k" }]) rejected(alice, alice.post("hello", more));
  expect(alice.state.outbox()).toHaveLength(2);
  expect(statesOf(alice.restart())).toEqual([]);
  expect(alice.state.outbox()).toMatchObject([{ requestKey: "k", state: "rejected" }]);
});

test("a rejection of the first attempt does not stop the second", () => {
  const { alice } = people();
  const first = alice.post("hello");
  sent(alice, first, true);
  const again = expired(alice, first);
  expect(statesOf(rejected(alice, first))).toEqual(["rejected"]);
  const second = only(alice.mine(again), "post").envelope;
  expect(statesOf(confirmed(alice, second))).toEqual(["sent"]);
});

test("an envelope that our own pool refuses is rejected, with the reason", () => {
  const { alice } = people();
  const envelope = alice.post("hello");
  expect(only(refused(alice, envelope, "weak"), "delivery")).toMatchObject({
    state: "rejected",
    peer: null,
    reason: "our own pool: weak",
  });
});

test("an envelope that was mined too long to be taken is mined again", () => {
  const { alice } = people();
  const envelope = alice.post("hello");
  expect(statesOf(refused(alice, envelope, "expired"))).toEqual(["queued"]);
});

test("an envelope that is mined too long again and again is given up", () => {
  const { alice } = people();
  let envelope = alice.post("hello");
  for (let attempt = 1; attempt < 6; attempt++) {
    envelope = only(alice.mine(refused(alice, envelope, "expired")), "post").envelope;
  }
  expect(statesOf(refused(alice, envelope, "expired"))).toEqual(["expired"]);
});

test("work that is not done in time ends the message", () => {
  const { alice } = people();
  const said = alice.say("hello", { pow: 1000 });
  const [task] = tasksOf(said);
  const outputs = alice.feed({ type: "mined", id: task?.id ?? 0, envelope: undefined });
  expect(statesOf(outputs)).toEqual(["unmined"]);
  expect(alice.state.outbox()).toEqual([]);
  expect(alice.state.messages.size).toBe(0);
});

test("the result of a task that was never given is nothing", () => {
  const { alice } = people();
  expect(alice.feed({ type: "mined", id: 77, envelope: handMade() })).toEqual([]);
});

test("four messages are mined at a time, in the order in which they were said", () => {
  const { alice, bob } = people();
  const said = ["a", "b", "c", "d", "e", "f"].flatMap((text) => alice.say(text));
  expect(all(said, "accepted")).toHaveLength(6);
  expect(tasksOf(said)).toHaveLength(4);
  const fifthAndSixth = alice.mine(said);
  expect(tasksOf(fifthAndSixth)).toHaveLength(2);
  const posts = [...all(fifthAndSixth, "post"), ...all(alice.mine(fifthAndSixth), "post")];
  expect(posts.map(({ envelope }) => bob.read(envelope).text).join("")).toBe("abcdef");
});

test("a queued message goes out although its chat was left", () => {
  const { alice, bob } = people();
  const said = alice.say("goodbye");
  alice.feed({ type: "leave", chat: CHAT });
  expect(bob.read(only(alice.mine(said), "post").envelope).text).toBe("goodbye");
});

test.each([
  ["NOT_FOUND", { chat: "elsewhere" }],
  ["USAGE", { text: " " }],
  ["USAGE", { text: "\ud800" }],
  ["USAGE", { contentType: "sticker" }],
  ["USAGE", { contentType: "sticker", sticker: { hash: "", pack: 1 } }],
  ["USAGE", { ttl: 0 }],
  ["USAGE", { ttl: 1.5 }],
  ["USAGE", { ttl: 86_401 }],
  ["USAGE", { pow: -1 }],
  ["USAGE", { pow: Number.NaN }],
  ["REFUSED", { text: "a".repeat(1 << 20) }],
] as const)("%s: %j is refused and leaves no trace", (code, more) => {
  const { alice } = people();
  const outputs = alice.say("hello", more);
  expect(outputs.map(({ type }) => type)).toEqual(["refused"]);
  expect(only(outputs, "refused")).toMatchObject({ request: 1, error: { code } });
  expect(alice.state.outbox()).toEqual([]);
  expect(alice.state.chats()).toMatchObject([{ clock: 0 }]);
});

test("a clock that shows fractions of a millisecond is rounded down", () => {
  const { alice, bob } = people();
  alice.now = START + 0.75;
  bob.now = START + 1;
  expect(bob.read(alice.post("hello"))).toMatchObject({ clock: START, sentAt: START });
});

test("the largest message that is taken fits into an envelope", () => {
  const { alice } = people();
  const outputs = alice.say("a".repeat((1 << 20) - 1024 - 110));
  expect(only(outputs, "mine").task.draft.data.length).toBeLessThanOrEqual((1 << 20) - 20);
});

test("a message that everybody would ignore because our clock was set back is refused", () => {
  const { alice } = people();
  alice.read(handMade());
  alice.now = START - seconds(600);
  expect(only(alice.say("hello"), "refused").error.message).toBe(
    "message: the clock is more than 120 s ahead of the envelope",
  );
});

test("a rerun with the same idempotency key does not send twice", () => {
  const { alice } = people();
  const said = alice.say("hello", { idempotencyKey: "k" });
  const { message } = only(said, "accepted");
  const again = alice.say("hello", { idempotencyKey: "k" });
  expect(again).toEqual([
    { type: "accepted", request: 2, message, known: true },
    { type: "delivery", message, envelope: null, state: "queued", peer: null, reason: null },
  ]);
  confirmed(alice, only(alice.mine(said), "post").envelope);
  for (const outputs of [alice.say("other text", { idempotencyKey: "k" }), restartAndSay(alice)]) {
    expect(only(outputs, "accepted")).toMatchObject({ message, known: true });
    expect(statesOf(outputs)).toEqual(["sent"]);
    expect(tasksOf(outputs)).toEqual([]);
  }
  expect(only(alice.say("hello", { idempotencyKey: "l" }), "accepted").known).toBe(false);
});

function restartAndSay(person: Person): MessengerOutput[] {
  person.restart();
  return person.say("hello", { idempotencyKey: "k" });
}

test("a rerun after a failure posts the same message once more, also after a restart", () => {
  const { alice, bob } = people();
  const said = alice.say("hello", { idempotencyKey: "k" });
  const { message } = only(said, "accepted");
  refused(alice, only(alice.mine(said), "post").envelope, "unwanted");
  expect(alice.restart().map(({ type }) => type)).toEqual(["interest"]);
  const again = alice.say("hello", { idempotencyKey: "k" });
  expect(only(again, "accepted")).toMatchObject({ message, known: true });
  const { envelope } = only(alice.mine(again), "post");
  expect(bob.read(envelope).id).toBe(message);
  expect(statesOf(confirmed(alice, envelope))).toEqual(["sent"]);
  expect(alice.state.outbox()).toEqual([]);
});

test("after a restart topics are announced and unsent messages go on, in order", () => {
  const { alice, bob } = people();
  const envelope = alice.post("posted");
  alice.say("queued");
  const { id } = bob.read(envelope);
  alice.now += seconds(60);
  bob.now = alice.now;
  const outputs = alice.restart();
  expect(only(outputs, "interest").topics).toEqual([publicChatTopic(fast, CHAT)]);
  expect(all(outputs, "delivery").map(({ reason }) => reason)).toEqual(Array(2).fill("taken up after a restart"));
  const mined = alice.mine(outputs);
  expect(all(mined, "message").map(({ message }) => message.text)).toEqual(["queued"]);
  const [first, second] = all(mined, "post").map((post) => post.envelope);
  if (!first || !second) throw new Error("two envelopes expected");
  expect(bob.hear(first)).toEqual([]);
  expect(bob.read(second).text).toBe("queued");
  expect(only(confirmed(alice, first), "delivery")).toMatchObject({ message: id, state: "sent" });
});

test("a restart in the middle of every step loses nothing and sends nothing twice", () => {
  const { alice, bob } = people();
  alice.say("hello");
  const first = only(alice.mine(alice.restart()), "post").envelope;
  expect(bob.read(first).text).toBe("hello");
  const second = only(alice.mine(alice.restart()), "post").envelope;
  expect(bob.hear(second)).toEqual([]);
  confirmed(alice, second);
  expect(alice.restart().map(({ type }) => type)).toEqual(["interest"]);
  expect(alice.state.messages.size).toBe(1);
});

test("the chat's clock survives a restart", () => {
  const { alice } = people();
  alice.read(handMade({ message: { ...plainMessage(), clock: BigInt(START + 5000) } }));
  alice.restart();
  expect(solveFirst(alice.say("hello"), alice).clock).toBe(START + 5001);
});

function solveFirst(outputs: readonly MessengerOutput[], person: Person) {
  const { task } = only(outputs, "mine");
  return only(person.feed({ type: "mined", id: task.id, envelope: solve(task) }), "message").message;
}

test("what nobody took for a day is given up at the next start", () => {
  const { alice } = people();
  alice.post("hello");
  alice.now += DAY + 1;
  expect(statesOf(alice.restart())).toEqual(["expired"]);
});

test("the machine wants to be woken once, to resume", () => {
  const { state, author: keyring, random } = people().alice;
  const messenger = new Messenger(fast, { state, keyring, random, aliasOf: () => "" });
  expect(messenger.wakeAt()).toBe(0);
  expect(messenger.tick(START).map(({ type }) => type)).toEqual(["interest"]);
  expect(messenger.wakeAt()).toBe(NEVER);
  expect(messenger.tick(START)).toEqual([]);
});
