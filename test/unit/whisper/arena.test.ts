import fc from "fast-check";
import { expect, test } from "vitest";
import { Arena, type Parcel } from "../../../src/core/whisper/arena.ts";

const CHUNK = 32 * 1024;
const bytesOf = (length: number, seed: number) => new Uint8Array(length).fill(seed);

test("what is stored is a copy", () => {
  const source = bytesOf(100, 1);
  const parcel = new Arena().store(source);
  source.fill(2);
  expect(parcel.bytes).toEqual(bytesOf(100, 1));
  expect(parcel.length).toBe(100);
});

test("a string may be empty, and longer than a chunk", () => {
  const arena = new Arena();
  expect(arena.store(new Uint8Array(0)).bytes).toEqual(new Uint8Array(0));
  expect(arena.store(bytesOf(3 * CHUNK, 7)).bytes).toEqual(bytesOf(3 * CHUNK, 7));
});

test("a parcel is released once", () => {
  const arena = new Arena();
  const parcel = arena.store(bytesOf(1, 1));
  arena.release(parcel);
  expect(() => arena.release(parcel)).toThrow("once");
});

test("views stay right when their parcel moves, and after its release", () => {
  const arena = new Arena();
  const parcels = Array.from({ length: 400 }, (_, seed) => arena.store(bytesOf(1000, seed & 0xff)));
  const views = parcels.map(({ bytes }) => bytes);
  for (const [index, parcel] of parcels.entries()) if (index % 10 !== 0) arena.release(parcel);
  arena.tidy();
  for (let seed = 0; seed < 400; seed++) arena.store(bytesOf(1000, 0xff));
  for (const [seed, view] of views.entries()) expect(view).toEqual(bytesOf(1000, seed & 0xff));
  expect(parcels[10]?.bytes).toEqual(views[10]);
  expect(parcels[10]?.bytes.buffer).not.toBe(views[10]?.buffer);
});

test("few survivors do not hold much memory", () => {
  const arena = new Arena();
  const parcels = Array.from({ length: 10_000 }, () => arena.store(bytesOf(500, 1)));
  for (const [index, parcel] of parcels.entries()) if (index % 100 !== 0) arena.release(parcel);
  arena.tidy();
  expect(arena.capacity).toBeLessThanOrEqual((4 / 3) * 100 * 500 + CHUNK);
});

test("through any history everything is readable and little is wasted", () => {
  const lengths = fc.oneof(fc.nat(600), fc.integer({ min: 7000, max: 9000 }), fc.nat(2 * CHUNK));
  const steps = fc.array(
    fc.oneof(
      lengths.map((store) => ({ store })),
      fc.nat().map((release) => ({ release })),
    ),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(steps, (steps) => {
      const arena = new Arena();
      const held: { parcel: Parcel; expected: Uint8Array }[] = [];
      for (const [seed, step] of steps.entries()) {
        if ("store" in step)
          held.push({ parcel: arena.store(bytesOf(step.store, seed)), expected: bytesOf(step.store, seed) });
        else for (const { parcel } of held.splice(step.release % (held.length + 1), 1)) arena.release(parcel);
        arena.tidy();
        const stored = held.reduce((sum, { parcel }) => sum + parcel.length, 0);
        expect(arena.capacity).toBeLessThanOrEqual((4 / 3) * stored + CHUNK);
      }
      for (const { parcel, expected } of held)
        expect(parcel.bytes.every((byte, index) => byte === expected[index])).toBe(true);
    }),
    { numRuns: 100 },
  );
});
