/** The simulated world keeps its own promises: order, loss, cuts, and the same run for the same seed. */
import { describe, expect, it } from "vitest";
import type { Wire } from "../../../src/core/node/ports.ts";
import { VirtualClock } from "../../sim/clock.ts";
import { Datagrams } from "../../sim/datagrams.ts";
import { SeededRandom } from "../../sim/random.ts";
import { type StreamOptions, Streams } from "../../sim/streams.ts";

const STREAMS = { latencyMs: [5, 80], noticeMs: 200 } as const;

/** A stream from alice to bob, and what bob received. */
function conversation(
  seed: number,
  options: Partial<StreamOptions> = {},
): {
  clock: VirtualClock;
  streams: Streams;
  alice: Wire;
  received: number[];
  /** Lengths of what arrived at once. */
  pieces: number[];
  ends: string[];
} {
  const clock = new VirtualClock(0);
  const streams = new Streams(clock, new SeededRandom(seed), { ...STREAMS, ...options });
  const received: number[] = [];
  const pieces: number[] = [];
  const ends: string[] = [];
  const bytes = (chunk: Uint8Array): void => {
    received.push(...chunk);
    pieces.push(chunk.length);
  };
  streams.listen("bob", () => ({ bytes, closed: () => ends.push("bob") }));
  let alice: Wire | undefined;
  const opened = (wire: Wire) => {
    alice = wire;
    return { bytes: () => undefined, closed: () => void ends.push("alice") };
  };
  streams.dialer("alice").dial({ host: "bob", port: 1 }, opened, (error) => ends.push(error.message));
  clock.runUntil(1000);
  if (!alice) throw new Error("no stream");
  return { clock, streams, alice, received, pieces, ends };
}

describe("virtual time", () => {
  it("runs tasks by time, then by the order of their making", () => {
    const clock = new VirtualClock(100);
    const order: string[] = [];
    clock.at(300, () => order.push("late"));
    clock.at(200, () => order.push("first"));
    clock.at(200, () => order.push("second"));
    clock.at(50, () => order.push("overdue"));
    clock.runUntil(250);
    expect(order).toEqual(["overdue", "first", "second"]);
    expect(clock.now()).toBe(250);
  });

  it("does not run what was cancelled", () => {
    const clock = new VirtualClock(0);
    const cancel = clock.at(10, () => expect.unreachable());
    cancel();
    clock.runUntil(20);
  });

  it("refuses a world that never rests", () => {
    const clock = new VirtualClock(0);
    const again = (): void => void clock.after(0, again);
    again();
    expect(() => clock.runUntil(1, 1000)).toThrow("did not rest");
  });
});

describe("streams", () => {
  it("deliver all bytes in order, in pieces", () => {
    const { clock, alice, received } = conversation(1);
    const sent = Array.from({ length: 1000 }, (_, index) => index & 0xff);
    for (let at = 0; at < sent.length; at += 100) alice.write(Uint8Array.from(sent.slice(at, at + 100)));
    clock.runUntil(2000);
    expect(received).toEqual(sent);
  });

  it("that stall deliver all bytes in order too, sometimes several at once, and before the end", () => {
    const { clock, alice, received, pieces, ends } = conversation(6, { stallMs: 300 });
    for (let byte = 0; byte < 50; byte++) clock.after(10 * byte, () => alice.write(Uint8Array.of(byte)));
    clock.after(500, () => alice.close());
    clock.runUntil(3000);
    expect(received).toEqual(Array.from({ length: 50 }, (_, byte) => byte));
    expect(Math.max(...pieces)).toBeGreaterThan(5);
    expect(ends.sort()).toEqual(["alice", "bob"]);
  });

  it("lose everything in flight when cut, and both ends learn of it", () => {
    const { clock, streams, alice, received, ends } = conversation(2);
    alice.write(Uint8Array.of(1, 2, 3));
    for (const stream of streams.open) stream.cut();
    clock.runUntil(2000);
    expect(received).toEqual([]);
    expect(ends.sort()).toEqual(["alice", "bob"]);
    expect(streams.open).toEqual([]);
  });

  it("deliver what was written before a close, then end at both ends", () => {
    const { clock, alice, received, ends } = conversation(3);
    alice.write(Uint8Array.of(7));
    alice.close();
    alice.write(Uint8Array.of(8));
    clock.runUntil(2000);
    expect(received).toEqual([7]);
    expect(ends.sort()).toEqual(["alice", "bob"]);
  });

  it("cannot be opened across a partition, and can when it heals", () => {
    const { clock, streams } = conversation(4);
    const dialled: string[] = [];
    const dial = () =>
      streams.dialer("alice").dial(
        { host: "bob", port: 1 },
        () => ({ bytes: () => undefined, closed: () => undefined }),
        (error) => dialled.push(error.message),
      );
    streams.partition(() => true);
    dial();
    clock.runUntil(2000);
    streams.heal();
    dial();
    clock.runUntil(3000);
    expect(dialled).toEqual(["bob does not answer"]);
    expect(streams.open).toHaveLength(1);
  });

  it("flip a bit where told to", () => {
    const { clock, streams, alice, received } = conversation(5);
    streams.open[0]?.corrupt("bob");
    alice.write(new Uint8Array(64));
    clock.runUntil(2000);
    expect(received.filter((byte) => byte !== 0)).toHaveLength(1);
  });
});

describe("datagrams", () => {
  it("are lost, doubled and overtake each other, the same way for the same seed", () => {
    const run = (seed: number): number[] => {
      const clock = new VirtualClock(0);
      const net = new Datagrams(clock, new SeededRandom(seed), { latencyMs: [1, 50], loss: 0.2, duplication: 0.2 });
      const received: number[] = [];
      net.bind("bob", (_, bytes) => received.push(bytes[0] ?? -1));
      for (let index = 0; index < 200; index++) net.send("alice", "bob", Uint8Array.of(index));
      clock.runUntil(1000);
      return received;
    };
    const received = run(6);
    expect(run(6)).toEqual(received);
    expect(run(7)).not.toEqual(received);
    expect(new Set(received).size).toBeLessThan(200);
    expect(received.length).toBeGreaterThan(new Set(received).size);
    expect(received).not.toEqual(received.toSorted((a, b) => a - b));
  });
});
