import { describe, expect, test } from "vitest";
import { pureCrypto } from "../../../src/core/crypto/pure.ts";
import type { Topic } from "../../../src/core/whisper/envelope.ts";
import {
  contactCodeTopic,
  genericTopic,
  guessTopic,
  negotiatedTopic,
  PARTITIONS,
  partitionedTopic,
  partitionedTopicName,
  partitionOf,
  personalTopic,
  publicChatTopic,
  REQUEST_TOPIC,
  topicBytes,
  topicFromBytes,
  topicOf,
} from "../../../src/core/whisper/topic.ts";

const alice = pureCrypto.publicKeyOf(new Uint8Array(32).fill(1));
const bob = pureCrypto.publicKeyOf(new Uint8Array(32).fill(2));
const secret = pureCrypto.agree(new Uint8Array(32).fill(1), bob);
const clues = { names: ["status", "test"], keys: [alice, bob], secrets: [secret] };
const guess = (topic: Topic) => guessTopic(pureCrypto, topic, clues);

test("a topic is four bytes: what is shorter is filled up with zeros, what is longer is cut", () => {
  expect(topicFromBytes(Uint8Array.of(1, 2))).toBe("0x01020000");
  expect(topicFromBytes(Uint8Array.of(1, 2, 3, 4, 5))).toBe("0x01020304");
  expect(topicBytes("0x01020000" as Topic)).toEqual(Uint8Array.of(1, 2, 0, 0));
});

test("a partition is a number below 5000", () => {
  const low = new Uint8Array(65).fill(0);
  low[32] = 77;
  expect(partitionOf(low)).toBe(77);
  expect(partitionOf(new Uint8Array(65).fill(0xff))).toBe(Number((2n ** 256n - 1n) % BigInt(PARTITIONS)));
});

describe("which name a topic may be", () => {
  test("a chat of the word list", () => {
    expect(guess(publicChatTopic(pureCrypto, "test"))).toEqual([{ kind: "public", name: "test" }]);
  });

  test("the contact code and the personal discovery of a known key", () => {
    expect(guess(contactCodeTopic(pureCrypto, bob))).toMatchObject([{ kind: "contact-code", key: bob }]);
    expect(guess(personalTopic(pureCrypto, alice))).toMatchObject([{ kind: "personal", key: alice }]);
  });

  test("the secret shared with a contact", () => {
    expect(guess(negotiatedTopic(pureCrypto, secret))).toMatchObject([{ kind: "negotiated" }]);
  });

  test("the partition of a known key, with that key", () => {
    const partition = partitionOf(alice);
    expect(guess(partitionedTopic(pureCrypto, alice))).toMatchObject([
      { kind: "partitioned", partition, keys: [alice] },
    ]);
  });

  test("any partition, also without clues", () => {
    const name = partitionedTopicName(4999);
    expect(guessTopic(pureCrypto, topicOf(pureCrypto, name))).toEqual([
      { kind: "partitioned", name, partition: 4999, keys: [] },
    ]);
  });

  test("the discovery topic of old clients and the topic of mailserver requests", () => {
    expect(guess(genericTopic(pureCrypto))).toEqual([{ kind: "generic", name: "contact-discovery" }]);
    expect(guess(REQUEST_TOPIC)).toEqual([{ kind: "request" }]);
  });

  test("a name that nobody gave is not found", () => {
    expect(guess(publicChatTopic(pureCrypto, "a chat of others"))).toEqual([]);
  });
});
