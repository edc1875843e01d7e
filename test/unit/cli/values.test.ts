import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatDuration,
  looksLikePublicKey,
  parseDuration,
  parseSize,
  parseSpan,
  parseTime,
  parseTopic,
} from "../../../src/cli/values.ts";
import { UsageError } from "../../../src/core/platform/errors.ts";
import { DURATION_MAX } from "../../../src/core/platform/time.ts";

const NOW = Date.UTC(2020, 2, 1, 12, 30);

describe("durations", () => {
  test.each([
    ["500ms", 500],
    ["10s", 10_000],
    ["5m", 300_000],
    ["2h", 7_200_000],
    ["1d", 86_400_000],
    ["1h30m", 5_400_000],
    ["1.5s", 1500],
    ["0s", 0],
  ])("%s is %d ms", (text, millis) => expect(parseDuration(text)).toBe(millis));

  test.each(["", "10", "s", "-5s", "10 s", "10x", "5s!", "1e3s"])('"%s" is none', (text) =>
    expect(() => parseDuration(text)).toThrow(UsageError),
  );

  test.each(["24d1ms", "25d", "999999999999d"])("%s is longer than a timer counts", (text) =>
    expect(() => parseDuration(text)).toThrow("at most 24d"),
  );

  test("24d is not, and what nobody waits for may be longer", () => {
    expect(parseDuration("24d")).toBe(DURATION_MAX);
    expect(parseSpan("365d")).toBe(365 * 86_400_000);
    expect(parseTime("now-365d", NOW)).toBe(NOW - 365 * 86_400_000);
  });

  test("what is written reads back", () => {
    fc.assert(
      fc.property(fc.nat(DURATION_MAX), (millis) => void expect(parseDuration(formatDuration(millis))).toBe(millis)),
    );
  });
});

describe("times", () => {
  test.each([
    ["2020-03-01T00:00:00Z", Date.UTC(2020, 2, 1)],
    ["2020-03-01T01:00:00+01:00", Date.UTC(2020, 2, 1)],
    ["2020-03-01", Date.UTC(2020, 2, 1)],
    ["1583000000", 1_583_000_000_000],
    ["now", NOW],
    ["now-2h", NOW - 7_200_000],
    ["now+1m", NOW + 60_000],
    ["today", Date.UTC(2020, 2, 1)],
    ["yesterday", Date.UTC(2020, 1, 29)],
  ])("%s", (text, time) => expect(parseTime(text, NOW)).toBe(time));

  test.each(["", "noon", "now-", "now-2", "2020-13-01T00:00:00Z", "01/02/2020", "2020-03-01T00:00:00"])(
    '"%s" is none',
    (text) => expect(() => parseTime(text, NOW)).toThrow(UsageError),
  );
});

describe("sizes", () => {
  test.each([
    ["512", 512],
    ["64KiB", 65_536],
    ["1MB", 1_000_000],
    ["1.5 KiB", 1536],
    ["2b", 2],
  ])("%s is %d bytes", (text, size) => expect(parseSize(text)).toBe(size));

  test.each(["", "KiB", "-1", "1TiBs", "0x10"])('"%s" is none', (text) =>
    expect(() => parseSize(text)).toThrow(UsageError),
  );
});

test("a topic is four bytes, in lower case", () => {
  expect(parseTopic("0xCD423760")).toBe("0xcd423760");
  for (const text of ["cd423760", "0xcd4237", "0xcd42376000", "status"])
    expect(() => parseTopic(text)).toThrow(UsageError);
});

test("a public key is told from a name by its form", () => {
  expect(looksLikePublicKey(`0x04${"ab".repeat(64)}`)).toBe(true);
  expect(looksLikePublicKey(`0x02${"ab".repeat(32)}`)).toBe(true);
  for (const text of ["alice", `0x05${"ab".repeat(64)}`, `04${"ab".repeat(64)}`, "0x04"]) {
    expect(looksLikePublicKey(text)).toBe(false);
  }
});

test("an error quotes little of what was given", () => {
  expect(() => parseTopic("x".repeat(500))).toThrow(/^.{1,120}$/);
});
