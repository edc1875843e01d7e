/** Chance that comes again. */
import { expect, it } from "vitest";
import { toHex } from "../../../src/core/bytes/hex.ts";
import { seededRandom } from "../../../src/core/node/seeded-random.ts";
import { fast } from "../../support/doors.ts";

const draws = (seed: number, ...lengths: number[]): string[] => drawsOf(seed, 0, ...lengths);

const drawsOf = (seed: number, stream: number, ...lengths: number[]): string[] => {
  const random = seededRandom(fast, seed, stream);
  return lengths.map((length) => toHex(random.bytes(length)));
};

it("gives as many bytes as were asked for", () => {
  expect(draws(1, 0, 1, 32, 33, 100).map((text) => text.length / 2 - 1)).toEqual([0, 1, 32, 33, 100]);
});

it("gives the same bytes for the same seed, and others for another", () => {
  expect(draws(7, 32, 5)).toEqual(draws(7, 32, 5));
  expect(draws(7, 32)).not.toEqual(draws(8, 32));
  expect(draws(2 ** 40, 32)).not.toEqual(draws(0, 32));
});

it("gives each stream of a seed chance of its own", () => {
  expect(drawsOf(7, 1, 32)).not.toEqual(drawsOf(7, 2, 32));
  expect(drawsOf(7, 1, 32)).not.toEqual(drawsOf(8, 0, 32));
});

it("gives no bytes twice", () => {
  const all = draws(1, ...Array<number>(100).fill(32));
  expect(new Set(all).size).toBe(100);
});
