/** What a light client tells its peers it wants. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equalBytes } from "../../../src/core/bytes/bytes.ts";
import { bloomOf, fill, joinBlooms, matches } from "../../../src/core/whisper/bloom.ts";
import { Interest } from "../../../src/core/whisper/interest.ts";
import { topicFromBytes } from "../../../src/core/whisper/topic.ts";
import { CHAT, hashes, OTHER_CHAT } from "../../support/whisper-machines.ts";

const seed = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const interest = (byte = 1, share?: number): Interest =>
  new Interest(hashes, { seed: seed(byte), ...(share === undefined ? {} : { share }) });

describe("the filter", () => {
  it("is wide before any topic is named, but far from full", () => {
    expect(fill(interest().bloom)).toBeGreaterThanOrEqual(0.25);
    expect(fill(interest().bloom)).toBeLessThan(0.27);
  });

  it("takes few of foreign topics", () => {
    const { bloom } = interest();
    const foreign = Array.from({ length: 4000 }, (_, number) =>
      topicFromBytes(hashes.keccak256(seed(number & 255).fill(number >> 8, 8))),
    );
    const taken = foreign.filter((topic) => matches(bloom, bloomOf(topic))).length;
    expect(taken / 4000).toBeGreaterThan(0.004);
    expect(taken / 4000).toBeLessThan(0.05);
  });

  it("is the same at every start, and another one for another secret", () => {
    const [one, again, other] = [interest(1), interest(1), interest(2)];
    for (const each of [one, again, other]) each.widen([CHAT]);
    expect(equalBytes(one.bloom, again.bloom)).toBe(true);
    expect(equalBytes(one.bloom, other.bloom)).toBe(false);
  });

  it("holds the topics alone when no decoys are wanted", () => {
    const narrow = interest(1, 0);
    expect(fill(narrow.bloom)).toBe(0);
    expect(narrow.widen([CHAT])).toEqual(bloomOf(CHAT));
  });
});

describe("widening", () => {
  it("covers the topics named, and says so once", () => {
    const narrow = interest(1, 0);
    const bloom = narrow.widen([CHAT, OTHER_CHAT]);
    expect(bloom).toEqual(joinBlooms([bloomOf(CHAT), bloomOf(OTHER_CHAT)]));
    expect(narrow.widen([OTHER_CHAT])).toBeUndefined();
    expect(narrow.widen([])).toBeUndefined();
  });

  it("never shrinks, whatever is named in whatever order", () => {
    const topic = fc.uint8Array({ minLength: 4, maxLength: 4 }).map(topicFromBytes);
    fc.assert(
      fc.property(fc.array(fc.array(topic, { maxLength: 3 }), { maxLength: 8 }), (rounds) => {
        const wide = interest();
        for (const topics of rounds) {
          const before = wide.bloom;
          const told = wide.widen(topics);
          expect(equalBytes(joinBlooms([before, wide.bloom]), wide.bloom)).toBe(true);
          expect(told === undefined).toBe(equalBytes(before, wide.bloom));
          for (const each of rounds.slice(0, rounds.indexOf(topics) + 1).flat())
            expect(matches(wide.bloom, bloomOf(each))).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });
});
