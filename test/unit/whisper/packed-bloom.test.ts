import fc from "fast-check";
import { expect, test } from "vitest";
import { bloomOf, joinBlooms, matches, matchesPacked, packedBloomOf } from "../../../src/core/whisper/bloom.ts";
import { topicFromBytes } from "../../../src/core/whisper/topic.ts";

/** Topics whose bits often fall into one byte. */
const topics = fc
  .tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }), fc.nat(255))
  .map((bytes) => topicFromBytes(Uint8Array.from(bytes)));
const filters = fc.oneof(
  fc.constant(undefined),
  fc.uint8Array({ minLength: 64, maxLength: 64 }),
  fc.array(topics, { maxLength: 12 }).map((wanted) => joinBlooms(wanted.map(bloomOf))),
);

test("a packed bloom matches what the bloom matches", () => {
  fc.assert(
    fc.property(filters, topics, (filter, topic) => {
      expect(matchesPacked(filter, packedBloomOf(topic))).toBe(matches(filter, bloomOf(topic)));
    }),
    { numRuns: 3000 },
  );
});

test("a packed bloom matches the bloom of its own topic and never an empty one", () => {
  fc.assert(
    fc.property(topics, (topic) => {
      expect(matchesPacked(bloomOf(topic), packedBloomOf(topic))).toBe(true);
      expect(matchesPacked(new Uint8Array(64), packedBloomOf(topic))).toBe(false);
    }),
  );
});
