import { expect, test } from "vitest";
import { SendWindow } from "../../../src/core/whisper/send-window.ts";

const MIB = 2 ** 20;

test("a window is open until a mebibyte is under way", () => {
  const window = new SendWindow();
  window.sent(MIB - 1, 0);
  expect(window.opensAt()).toBe(Number.NEGATIVE_INFINITY);
  window.sent(1, 10);
  expect(window.opensAt()).toBe(2000);
});

test("each acknowledgement takes the oldest batch off the way", () => {
  const window = new SendWindow();
  window.sent(10, 0);
  window.sent(MIB, 100);
  expect(window.opensAt()).toBe(2000);
  window.acknowledged();
  expect(window.opensAt()).toBe(2100);
  window.acknowledged();
  expect(window.opensAt()).toBe(Number.NEGATIVE_INFINITY);
});

test("acknowledgements of nothing earn nothing", () => {
  const window = new SendWindow();
  for (let count = 0; count < 10; count++) window.acknowledged();
  window.sent(MIB, 0);
  expect(window.opensAt()).toBe(2000);
});

test("what is never acknowledged is waited for in vain for two seconds", () => {
  const window = new SendWindow();
  window.sent(MIB, 0);
  window.settle(1999);
  expect(window.opensAt()).toBe(2000);
  window.settle(2000);
  expect(window.opensAt()).toBe(Number.NEGATIVE_INFINITY);
});
