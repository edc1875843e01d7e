import fc from "fast-check";
import { expect, test } from "vitest";
import { RateLimiter, TokenBucket } from "../../../src/core/whisper/rate-limiter.ts";

test("a full bucket gives its burst at once, and then so much per second", () => {
  const bucket = new TokenBucket({ burst: 3, perSecond: 2 });
  expect([0, 0, 0, 0, 400, 500, 600, 1000].map((now) => bucket.take(now))).toEqual([
    true,
    true,
    true,
    false,
    false,
    true,
    false,
    true,
  ]);
});

test("a cost that is not there takes nothing", () => {
  const bucket = new TokenBucket({ burst: 10, perSecond: 1 });
  expect(bucket.take(0, 11)).toBe(false);
  expect(bucket.take(0, 10)).toBe(true);
});

test("a clock that is set back gives no tokens, and takes no time away", () => {
  const bucket = new TokenBucket({ burst: 1, perSecond: 1 });
  expect(bucket.take(5000)).toBe(true);
  expect(bucket.take(0)).toBe(false);
  expect(bucket.take(999)).toBe(false);
  expect(bucket.take(1000)).toBe(true);
});

test("whoever waits until the bucket says finds a token, within a millisecond", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.array(fc.nat(50), { maxLength: 50 }), (perSecond, pauses) => {
      const bucket = new TokenBucket({ burst: 1, perSecond });
      let now = 0;
      for (const pause of pauses) {
        bucket.take(now);
        now = Math.max(now + pause, bucket.readyAt());
        expect(bucket.take(now) || bucket.take(now + 1)).toBe(true);
        now++;
      }
    }),
  );
});

test("with a burst of one, no second sees more than the limit", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.array(fc.nat(300), { maxLength: 200 }), (perSecond, pauses) => {
      const bucket = new TokenBucket({ burst: 1, perSecond });
      const taken: number[] = [];
      let now = 0;
      for (const pause of pauses) {
        now += pause;
        if (bucket.take(now)) taken.push(now);
      }
      for (const start of taken) {
        expect(taken.filter((time) => time >= start && time < start + 1000).length).toBeLessThanOrEqual(perSecond);
      }
    }),
  );
});

test("each key has a limit of its own; a limit of 0 is none", () => {
  const limiter = new RateLimiter(1);
  expect([limiter.take("a", 0), limiter.take("b", 0), limiter.take("a", 0)]).toEqual([true, true, false]);
  const unlimited = new RateLimiter(0);
  expect(Array.from({ length: 100 }, () => unlimited.take("a", 0))).not.toContain(false);
});

test("keys that fell silent are forgotten, those under their limit are not", () => {
  const limiter = new RateLimiter(2);
  for (let key = 0; key < 5000; key++) limiter.take(`key ${key}`, 0);
  expect(limiter.size).toBe(5000);
  expect(limiter.take("last", 900)).toBe(true);
  expect(limiter.take("last", 900)).toBe(true);
  for (let event = 0; event < 5000; event++) limiter.take("last", 1000);
  expect(limiter.size).toBe(1);
  expect(limiter.take("last", 1000)).toBe(false);
});

test("no more keys are remembered than there is room for, and there is room again for others", () => {
  const limiter = new RateLimiter(2);
  for (let key = 0; key < 20_000; key++) limiter.take(`key ${key}`, 0);
  expect(limiter.size).toBe(16_384);
  expect(limiter.take("late", 0)).toBe(false);
  for (let event = 0; event < 20_000; event++) limiter.take("key 0", 1000);
  expect(limiter.take("late", 1000)).toBe(true);
});
