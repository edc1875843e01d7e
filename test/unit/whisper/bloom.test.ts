import { describe, expect, test } from "vitest";
import { pureCrypto } from "../../../src/core/crypto/pure.ts";
import {
  BLOOM_LENGTH,
  bloomOf,
  bloomOfEip627,
  exposure,
  fill,
  isFull,
  joinBlooms,
  matches,
} from "../../../src/core/whisper/bloom.ts";
import type { Topic } from "../../../src/core/whisper/envelope.ts";
import { PARTITIONS, partitionedTopicName, topicFromBytes, topicOf } from "../../../src/core/whisper/topic.ts";
import { SeededRandom } from "../../sim/random.ts";

const nothing = new Uint8Array(BLOOM_LENGTH);
const everything = new Uint8Array(BLOOM_LENGTH).fill(0xff);

describe("a topic whose bits fall into one byte", () => {
  const topic = "0x01020300" as Topic;

  test("keeps the last of them, as the reference does", () => {
    expect(bloomOf(topic)[0]).toBe(0b1000);
    expect(bloomOfEip627(topic)[0]).toBe(0b1110);
  });

  test("would be lost on a filter of the reference if it had all three", () => {
    expect(matches(bloomOf(topic), bloomOf(topic))).toBe(true);
    expect(matches(bloomOfEip627(topic), bloomOf(topic))).toBe(true);
    expect(matches(bloomOf(topic), bloomOfEip627(topic))).toBe(false);
  });
});

describe("a joined filter", () => {
  const topics = ["status", "test", "crypto"].map((name) => topicOf(pureCrypto, name));
  const joined = joinBlooms(topics.map(bloomOf));

  test("wants each of its topics and few others", () => {
    for (const topic of topics) expect(matches(joined, bloomOf(topic))).toBe(true);
    expect(matches(joined, bloomOf(topicOf(pureCrypto, "cooking")))).toBe(false);
  });

  test("leaves its parts as they are", () => {
    const part = bloomOf("0x01020300" as Topic);
    joinBlooms([part, everything]);
    expect(part).toEqual(bloomOf("0x01020300" as Topic));
  });

  test("of nothing wants nothing", () => {
    expect(joinBlooms([])).toEqual(nothing);
  });
});

test("a full node is one without filter, or with all bits set", () => {
  expect(isFull(undefined)).toBe(true);
  expect(isFull(everything)).toBe(true);
  expect(isFull(everything.with(63, 0xfe))).toBe(false);
  expect(isFull(nothing)).toBe(false);
});

test("the fill is the share of bits that are set", () => {
  expect(fill(nothing)).toBe(0);
  expect(fill(everything)).toBe(1);
  expect(fill(nothing.with(5, 0b1010_0000))).toBe(2 / 512);
});

describe("what a filter gives away", () => {
  test("a filter for everything or nothing says nothing about topics", () => {
    expect(exposure(pureCrypto, everything)).toEqual({ partitions: PARTITIONS, topics: 1 });
    expect(exposure(pureCrypto, nothing)).toEqual({ partitions: 0, topics: 0 });
  });

  test("a filter of one topic names one in millions", () => {
    const topic = topicOf(pureCrypto, partitionedTopicName(1234));
    const { partitions, topics } = exposure(pureCrypto, bloomOf(topic));
    expect(partitions).toBe(1);
    expect(topics).toBeLessThan(1e-5);
    expect(topics).toBeGreaterThanOrEqual(1 / 2 ** 27);
  });

  test("the share of topics is exact for a single bit", () => {
    // Bit 8 alone: all three draws fall into byte 1, and the last of them is bit 0 of that byte: 1/64 * 1/64 * 1/512.
    expect(exposure(pureCrypto, nothing.with(1, 1)).topics).toBe(1 / 64 / 64 / 512);
  });

  test("the share of topics is what trying many of them finds", () => {
    const random = new SeededRandom(7);
    const topic = () => topicFromBytes(random.bytes(4));
    const filter = joinBlooms(Array.from({ length: 200 }, () => bloomOf(topic())));
    const tries = 50_000;
    let hits = 0;
    for (let count = 0; count < tries; count++) if (matches(filter, bloomOf(topic()))) hits++;
    const { topics, partitions } = exposure(pureCrypto, filter);
    expect(Math.abs(hits / tries - topics)).toBeLessThan(4 * Math.sqrt((topics * (1 - topics)) / tries));
    expect(Math.abs(partitions / PARTITIONS - topics)).toBeLessThan(
      4 * Math.sqrt((topics * (1 - topics)) / PARTITIONS),
    );
  });
});
