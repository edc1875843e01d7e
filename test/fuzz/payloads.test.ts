/** Payloads and the messenger before bytes that nobody meant well. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex } from "../../src/core/bytes/hex.ts";
import { scanFields } from "../../src/core/bytes/protobuf-wire.ts";
import { explainEnvelope, type Layer } from "../../src/core/messenger/explain.ts";
import { applicationMetadataCodec, unwrapPayload } from "../../src/core/payloads/application-metadata.ts";
import { type ChatMessage, chatMessageCodec } from "../../src/core/payloads/chat-message.ts";
import { isBlank, isGoFloat } from "../../src/core/payloads/go-text.ts";
import { membershipUpdateEventCodec } from "../../src/core/payloads/membership-update.ts";
import { inspectPayload, PAYLOAD_CODEC, type PayloadName } from "../../src/core/payloads/payload.ts";
import { validatePayload } from "../../src/core/payloads/validate.ts";
import { authorFrom } from "../support/authors.ts";
import { decodeOrRemoteError, survivesAnything } from "../support/decoders.ts";
import { fast } from "../support/doors.ts";
import { CHAT, chatKey, handMade, people, plainMessage, START, wrapped } from "../support/toy-wire.ts";

const author = authorFrom(3);
const sticker: ChatMessage = { ...plainMessage(), sticker: { hash: "ab", pack: -1 } };
const wrapper = wrapped(author, chatMessageCodec.encode(sticker));
const samples = [wrapper, chatMessageCodec.encode(sticker), fromHex("0b0c" + "15efbeadde" + "11efbeaddeefbeadde")];

const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const text = fc.string({ unit: "binary" });
const stickers = fc.record({ hash: text, pack: int32 });

const chatMessages: fc.Arbitrary<ChatMessage> = fc
  .record({
    clock: uint64,
    timestamp: uint64,
    text,
    responseTo: text,
    ensName: text,
    chatId: text,
    messageType: int32,
    contentType: int32,
  })
  .chain((message) => fc.option(stickers).map((some) => (some ? { ...message, sticker: some } : message)));

describe("decoders return or throw RemoteError", () => {
  test("the wire scanner", () => {
    survivesAnything((bytes) => scanFields(bytes, "message"), samples, 5000);
  });

  test("the wrapper, with its signature", () => {
    survivesAnything((bytes) => unwrapPayload(fast, bytes, author.publicKey), samples, 2000);
  });

  test.each(Object.keys(PAYLOAD_CODEC) as PayloadName[])("%s, which is then judged", (name) => {
    survivesAnything((bytes) => validatePayload(inspectPayload(name, bytes).value, START), samples, 1000);
  });

  test("group events", () => {
    survivesAnything((bytes) => membershipUpdateEventCodec.decode(bytes), samples, 1000);
  });
});

test("what is encoded decodes to the same", () => {
  fc.assert(
    fc.property(chatMessages, (message) => {
      expect(chatMessageCodec.decode(chatMessageCodec.encode(message))).toEqual(message);
    }),
    { numRuns: 1000 },
  );
});

test("a group event decodes to the same", () => {
  const events = fc.record({ clock: uint64, members: fc.array(text), name: text, type: int32 });
  fc.assert(
    fc.property(events, (event) => {
      expect(membershipUpdateEventCodec.decode(membershipUpdateEventCodec.encode(event))).toEqual(event);
    }),
  );
});

test("inspection reads the same value as decoding, or fails the same way", () => {
  const mutated = fc.tuple(fc.constantFrom(...samples), fc.nat(), fc.nat(255)).map(([sample, at, byte]) => {
    const copy = sample.slice();
    copy[at % copy.length] = byte;
    return copy;
  });
  fc.assert(
    fc.property(mutated, (bytes) => {
      const decoded = decodeOrRemoteError((input) => applicationMetadataCodec.decode(input), bytes);
      const inspected = decodeOrRemoteError((input) => applicationMetadataCodec.inspect(input).value, bytes);
      expect(inspected).toEqual(decoded);
    }),
    { numRuns: 2000 },
  );
});

test("blankness and numbers are decided for every text", () => {
  fc.assert(
    fc.property(text, (some) => {
      expect(isBlank(some)).toBe([...some].every((character) => isBlank(character)));
      expect(typeof isGoFloat(some)).toBe("boolean");
    }),
  );
});

test("a finite number that JavaScript writes is a number of Go", () => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (some) => isGoFloat(String(some))));
});

test("the messenger shows or ignores whatever opens with the key of a chat, and stays whole", () => {
  const { bob, alice } = people();
  const payloads = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }).map((payload) => wrapped(author, payload)),
    chatMessages.map((message) => wrapped(author, chatMessageCodec.encode({ ...message, chatId: CHAT }))),
  );
  fc.assert(
    fc.property(payloads, (payload) => {
      const types = bob.hear(handMade({ payload, author })).map(({ type }) => type);
      expect([[], ["message"], ["ignored"]]).toContainEqual(types);
    }),
    { numRuns: 500 },
  );
  expect(alice.read(bob.post("still here")).text).toBe("still here");
});

test("explaining stops with a reason or reaches the end, whatever the bytes", () => {
  const sample = handMade().bytes;
  const keys = [{ name: "chat", key: { symKey: chatKey(CHAT) }, chat: CHAT }];
  const reasoned = (layer: Layer): boolean =>
    layer.inside ? layer.ok && reasoned(layer.inside) : layer.ok === (layer.why === undefined);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.nat(sample.length).map((cut) => sample.subarray(0, cut)),
      ),
      (bytes) => reasoned(explainEnvelope(fast, bytes, keys)),
    ),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (payload) =>
      reasoned(explainEnvelope(fast, handMade({ payload: wrapped(author, payload) }).bytes, keys)),
    ),
  );
});
