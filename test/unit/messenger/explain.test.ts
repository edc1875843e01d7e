import { expect, test } from "vitest";
import { concatBytes, utf8 } from "../../../src/core/bytes/bytes.ts";
import { fromHex, toHex } from "../../../src/core/bytes/hex.ts";
import { explainEnvelope, type Layer, type NamedKey } from "../../../src/core/messenger/explain.ts";
import { chatMessageCodec } from "../../../src/core/payloads/chat-message.ts";
import { contactUpdateCodec } from "../../../src/core/payloads/contact-update.ts";
import { membershipUpdateMessageCodec } from "../../../src/core/payloads/membership-update.ts";
import type { Envelope } from "../../../src/core/whisper/envelope.ts";
import { authorFrom } from "../../support/authors.ts";
import { fast } from "../../support/doors.ts";
import { CHAT, chatKey, handMade, people, plainMessage, START, unsigned, wrapped } from "../../support/toy-wire.ts";

const author = authorFrom(3);
const chat: NamedKey = { name: `chat ${CHAT}`, key: { symKey: chatKey(CHAT) }, chat: CHAT };
const stranger: NamedKey = { name: "stranger", key: { symKey: chatKey("stranger") } };
const secret: NamedKey = { name: "chat key", key: { secretKey: new Uint8Array(32).fill(9) } };

const explain = (envelope: Envelope, keys: readonly NamedKey[] = [chat]) => explainEnvelope(fast, envelope.bytes, keys);

/** The layers from the outside in. */
const layersOf = (layer: Layer): Layer[] => [layer, ...(layer.inside ? layersOf(layer.inside) : [])];
const innermost = (layer: Layer): Layer => layersOf(layer).at(-1) ?? layer;
const pathOf = (layer: Layer): string =>
  layersOf(layer)
    .map((each) => `${each.layer}${each.ok ? "" : "!"}`)
    .join(" > ");

test("a public message is taken apart down to its text", () => {
  const { alice } = people();
  const envelope = alice.post("hello", { contentType: "sticker", sticker: { hash: "ab", pack: 1 } });
  const [outer, message, metadata, text] = layersOf(explain(envelope, [stranger, chat]));
  const [id] = alice.state.messages.keys();
  const key = toHex(alice.author.publicKey);
  expect(outer).toMatchObject({
    layer: "Envelope",
    ok: true,
    fields: {
      hash: envelope.hash,
      ttl: 15,
      sentAt: START / 1000,
      nonce: String(envelope.nonce),
      topic: envelope.topic,
    },
  });
  expect(message).toMatchObject({
    layer: "WhisperMessage",
    ok: true,
    fields: { key: chat.name, mode: "sym", signer: key },
  });
  expect(metadata).toMatchObject({
    layer: "ApplicationMetadataMessage",
    ok: true,
    fields: { id, author: key, type: 1, payload: "ChatMessage" },
  });
  expect(text).toEqual({
    layer: "ChatMessage",
    ok: true,
    fields: {
      clock: START,
      timestamp: START,
      text: "hello",
      responseTo: "",
      ensName: "",
      chatId: CHAT,
      messageType: 2,
      contentType: 2,
      sticker: { hash: "ab", pack: 1 },
    },
  });
});

test.each([
  ["Envelope!", "envelope: list: needs 3 bytes, 0 left", fromHex("c3")],
  ["Envelope!", "envelope: list: nothing left", new Uint8Array()],
])("%s: %s", (path, why, bytes) => {
  const layer = explainEnvelope(fast, bytes, [chat]);
  expect([pathOf(layer), layer.why, layer.fields]).toEqual([path, why, { size: bytes.length }]);
});

test("an envelope that no key opens says what each key met", () => {
  const layer = explain(handMade(), [stranger, secret]);
  expect(pathOf(layer)).toBe("Envelope > WhisperMessage!");
  expect(innermost(layer)).toMatchObject({
    why: "none of the keys opens it",
    fields: { tried: { stranger: { outcome: "wrong key" }, "chat key": { outcome: "wrong key" } } },
  });
  expect(innermost(explain(handMade(), [])).why).toBe("there is no key to open it with");
});

const chatBytes = chatMessageCodec.encode(plainMessage());
const METADATA = "Envelope > WhisperMessage > ApplicationMetadataMessage";

test.each([
  ["Envelope > WhisperMessage!", "it is not signed: Status clients ignore it", { signer: null }],
  [`${METADATA}!`, "ApplicationMetadataMessage: field 1: needs 65 bytes, 1 left", { payload: fromHex("0a4100") }],
  [`${METADATA}!`, "signature: 1 bytes instead of 65", { payload: fromHex("0a0100") }],
  [
    `${METADATA} > Payload!`,
    "type 42 belongs to no payload of this version",
    { payload: wrapped(author, chatBytes, 42) },
  ],
  [`${METADATA} > ChatMessage!`, "ChatMessage: field 1: varint cut off", { payload: wrapped(author, fromHex("08")) }],
  [`${METADATA} > ChatMessage!`, "the text is empty or blank", { message: { ...plainMessage(), text: " " } }],
  [
    `${METADATA} > ChatMessage!`,
    "written for another chat and carried into this one",
    { message: { ...plainMessage(), chatId: "elsewhere" } },
  ],
])("%s: %s", (path, why, made) => {
  const layer = explain(handMade(made));
  expect([pathOf(layer), innermost(layer).why]).toEqual([path, why]);
});

test("a broken wrapper still shows what it says", () => {
  expect(innermost(explain(handMade({ payload: fromHex("0a01ff12020801" + "1801") })))).toMatchObject({
    ok: false,
    fields: { signature: "0xff", type: 1, payload: "ChatMessage", payloadSize: 2 },
  });
});

test("an unsigned wrapper is the envelope signer's", () => {
  const metadata = layersOf(explain(handMade({ payload: unsigned(chatBytes), signer: author })))[2];
  expect(metadata).toMatchObject({ ok: true, fields: { signature: null, author: toHex(author.publicKey) } });
});

test("unknown fields are shown in the layer and at the place where they stand", () => {
  const payload = concatBytes(chatBytes, fromHex("4a035a0178" + "a20602abcd"));
  const wrapper = concatBytes(wrapped(author, payload), fromHex("2005"));
  const [, , metadata, message] = layersOf(explain(handMade({ payload: wrapper })));
  expect(metadata?.unknown).toEqual([{ path: "", number: 4, type: "varint", value: 5 }]);
  expect(message?.unknown).toEqual([
    { path: "", number: 100, type: "bytes", value: "0xabcd" },
    { path: "sticker", number: 11, type: "bytes", value: "0x78" },
  ]);
});

test("other payloads are shown by the same table; in a public chat they are out of place", () => {
  const update = contactUpdateCodec.encode({ clock: 2n ** 60n, ensName: "", profileImage: "" });
  const key: NamedKey = { name: "key", key: chat.key };
  const late = innermost(explain(handMade({ payload: wrapped(author, update, 2) }), [key]));
  expect(late).toMatchObject({
    layer: "ContactUpdate",
    ok: false,
    fields: { clock: "1152921504606846976" },
    why: "the clock is more than 120 s ahead of the envelope",
  });
  const group = membershipUpdateMessageCodec.encode({ chatId: "x", events: [utf8("ab")], message: plainMessage() });
  const payload = wrapped(author, group, 3);
  expect(innermost(explain(handMade({ payload }), [key]))).toMatchObject({
    layer: "MembershipUpdateMessage",
    ok: true,
    fields: { chatId: "x", events: ["0x6162"], message: { text: "hand-made" } },
  });
  expect(innermost(explain(handMade({ payload }))).why).toBe("membershipUpdateMessage in a public chat");
});

test("everything that is shown is JSON", () => {
  const layer = explain(
    handMade({ payload: wrapped(author, concatBytes(chatBytes, fromHex("50ffffffffffffffffff01"))) }),
  );
  expect(JSON.parse(JSON.stringify(layer))).toEqual(layer);
});
