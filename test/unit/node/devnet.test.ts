/** How the relays of a devnet are joined. */
import { expect, it } from "vitest";
import { edges, TOPOLOGIES } from "../../../src/core/node/devnet.ts";

it("a line joins each with the next", () => {
  expect(edges(4, "line")).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
  ]);
});

it("a ring is a line whose ends are joined", () => {
  expect(edges(4, "ring")).toContainEqual([0, 3]);
  expect(edges(4, "ring")).toHaveLength(4);
});

it("full joins each with every other", () => {
  expect(edges(5, "full")).toHaveLength(10);
});

it.each(TOPOLOGIES)("a %s joins nobody with itself, and no two twice", (topology) => {
  for (const count of [1, 2, 3, 6]) {
    const joined = edges(count, topology);
    for (const [from, to] of joined) expect(from).toBeLessThan(to);
    expect(new Set(joined.map(String)).size).toBe(joined.length);
  }
});
