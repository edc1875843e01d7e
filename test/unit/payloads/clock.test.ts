import { expect, test } from "vitest";
import { nextClock } from "../../../src/core/payloads/clock.ts";

test("the first message of a chat is at the time", () => {
  expect(nextClock(0, 5000)).toBe(5000);
});

test("a message after a past one is at the time", () => {
  expect(nextClock(4000, 5000)).toBe(5000);
});

test("a message after one that is not past follows it directly", () => {
  expect(nextClock(5000, 5000)).toBe(5001);
  expect(nextClock(9000, 5000)).toBe(9001);
});
