/** A wire in bad weather, in virtual time. */
import { describe, expect, it } from "vitest";
import type { Clock, Wire, WireEvents } from "../../../src/core/node/ports.ts";
import { seededRandom } from "../../../src/core/node/seeded-random.ts";
import { type Weather, weatherOf } from "../../../src/core/node/weather.ts";
import { MINUTE } from "../../../src/core/platform/time.ts";
import { VirtualClock } from "../../sim/clock.ts";
import { fast } from "../../support/doors.ts";

/** A wire that notes what reaches its far end, and what our end hears, each with the time. */
function wireIn(weather: Weather, clock: Clock = new VirtualClock(0), seed = 1) {
  const log: string[] = [];
  const note = (what: string): void => void log.push(`${clock.now()} ${what}`);
  const far: Wire = {
    remoteAddress: "192.0.2.1",
    backlog: 7,
    write: ([byte]) => note(`out ${byte}`),
    close: () => note("cut"),
  };
  let near: Wire | undefined;
  const events: WireEvents = weatherOf(
    weather,
    clock,
    seededRandom(fast, seed, 0),
  )(far, (wire) => {
    near = wire;
    return { bytes: ([byte]) => note(`in ${byte}`), closed: () => note("closed") };
  });
  if (!near) throw new Error("the wire was not accepted");
  return { log, near, events };
}

const calm: Weather = { latencyMs: 0, loss: 0 };
const byte = (value: number): Uint8Array => Uint8Array.of(value);

describe("latency", () => {
  it("delays each direction, and keeps the order within it", () => {
    const clock = new VirtualClock(0);
    const { log, near, events } = wireIn({ ...calm, latencyMs: 50 }, clock);
    near.write(byte(1));
    clock.runUntil(10);
    near.write(byte(2));
    events.bytes(byte(3));
    near.close();
    events.closed();
    clock.runUntil(1000);
    expect(log).toEqual(["50 out 1", "60 out 2", "60 in 3", "60 cut", "60 closed"]);
  });

  it("keeps the order even when timers do not", () => {
    const due: (() => void)[] = [];
    const at = (_: number, task: () => void) => {
      due.unshift(task);
      return () => undefined;
    };
    const clock: Clock = { now: () => 0, at };
    const { log, near } = wireIn({ ...calm, latencyMs: 5 }, clock);
    near.write(byte(1));
    near.write(byte(2));
    for (const task of due.slice(0, 2)) task();
    expect(log).toEqual(["0 out 1", "0 out 2"]);
  });

  it("tells whose wire it is, and what waits on it", () => {
    expect(wireIn(calm).near).toMatchObject({ remoteAddress: "192.0.2.1", backlog: 7 });
  });
});

describe("loss", () => {
  /** How many of 400 links live longer than a minute. */
  const survivors = (loss: number): number =>
    Array.from({ length: 400 }, (_, seed) => {
      const clock = new VirtualClock(0);
      const { log } = wireIn({ ...calm, loss }, clock, seed);
      clock.runUntil(MINUTE);
      return log.length === 0;
    }).filter(Boolean).length;

  it("breaks about that share of links within a minute", () => {
    expect(survivors(0)).toBe(400);
    expect(Math.abs(survivors(0.25) - 300)).toBeLessThan(40);
    expect(survivors(1)).toBeLessThan(10);
  });

  it("is the same again for the same chance", () => {
    const times = [1, 1, 2].map((seed) => {
      const clock = new VirtualClock(0);
      const { log } = wireIn({ ...calm, loss: 0.9 }, clock, seed);
      clock.runUntil(60 * MINUTE);
      return log.join();
    });
    expect(times[0]).toMatch(/^[\d.]+ cut$/);
    expect(times[1]).toBe(times[0]);
    expect(times[2]).not.toBe(times[0]);
  });

  it("breaks nothing that is over", () => {
    const clock = new VirtualClock(0);
    const { log, events } = wireIn({ ...calm, loss: 0.9 }, clock);
    events.closed();
    clock.runUntil(60 * MINUTE);
    expect(log).toEqual(["0 closed"]);
  });
});
