import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { rest } from "../../../src/cli/waiting.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("rest ends with its time", async () => {
  const resting = rest(new AbortController().signal, 500);
  vi.advanceTimersByTime(500);
  expect(await resting).toBe("complete");
});

test("rest ends with the signal, and leaves no timer", async () => {
  const stop = new AbortController();
  const resting = rest(stop.signal, 500);
  stop.abort();
  expect(await resting).toBe("signal");
  expect(vi.getTimerCount()).toBe(0);
});

test("rest without a limit waits for the signal alone", async () => {
  const stop = new AbortController();
  const resting = rest(stop.signal);
  expect(vi.getTimerCount()).toBe(0);
  stop.abort();
  expect(await resting).toBe("signal");
});

test("rest is over at once when the signal came before", async () => {
  expect(await rest(AbortSignal.abort())).toBe("signal");
});
