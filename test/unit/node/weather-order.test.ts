import { describe, expect, test } from "vitest";
import type { Clock, Wire, WireEvents } from "../../../src/core/node/ports.ts";
import { seededRandom } from "../../../src/core/node/seeded-random.ts";
import { type Weather, weatherOf } from "../../../src/core/node/weather.ts";
import { fast as crypto } from "../../support/doors.ts";

/** A clock whose timers run when they are told to, in whatever order. */
class LooseClock implements Clock {
  timers: { readonly at: number; readonly task: () => void }[] = [];
  now = (): number => 1000;
  at(time: number, task: () => void) {
    const timer = { at: time, task };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }
}

/** A wire in this weather: what goes through it, both ways. */
function wireIn(weather: Weather, seed = 1) {
  const clock = new LooseClock();
  const written: number[] = [];
  const heard: (number | "closed")[] = [];
  let slow: Wire | undefined;
  const wire: Wire = {
    remoteAddress: "127.0.0.1",
    backlog: 0,
    write: (bytes) => void written.push(...bytes),
    close: () => undefined,
  };
  const accept = (accepted: Wire): WireEvents => {
    slow = accepted;
    return { bytes: (chunk) => void heard.push(...chunk), closed: () => void heard.push("closed") };
  };
  const events = weatherOf(weather, clock, seededRandom(crypto, seed, 1))(wire, accept);
  return {
    clock,
    written,
    heard,
    events,

    write: (byte: number) => slow?.write(Uint8Array.of(byte)),
  };
}

describe("latency", () => {
  test("keeps the order of bytes, whichever timer the system runs first", () => {
    const { clock, written, heard, events, write } = wireIn({ latencyMs: 80, loss: 0 });
    for (let byte = 0; byte < 9; byte++) {
      write(byte);
      events.bytes(Uint8Array.of(byte));
    }
    events.closed();
    expect([...written, ...heard]).toEqual([]);
    for (const { task } of clock.timers.toReversed()) task();
    expect(written).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(heard).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, "closed"]);
  });
});

describe("loss", () => {
  test("of nothing sets no timer", () => {
    expect(wireIn({ latencyMs: 0, loss: 0 }).clock.timers).toEqual([]);
  });
});

test("streams of one seed are independent", () => {
  const first = seededRandom(crypto, 7, 0).bytes(40);
  expect(seededRandom(crypto, 7, 0).bytes(40)).toEqual(first);
  expect(seededRandom(crypto, 7, 1).bytes(40)).not.toEqual(first);
});
