import fc from "fast-check";
import { expect, test } from "vitest";
import { RowHeap } from "../../../src/core/whisper/row-heap.ts";

test("rows come out in their order, whichever were removed before", () => {
  const weights = fc.array(fc.nat(20), { maxLength: 200 });
  fc.assert(
    fc.property(weights, fc.array(fc.nat()), (weights, removals) => {
      const weight = (row: number) => weights[row] ?? 0;
      const heap = new RowHeap((row, other) => weight(row) < weight(other));
      const left = new Set(weights.keys());
      for (const row of left) heap.add(row);
      for (const removal of removals) {
        const row = removal % Math.max(1, weights.length);
        if (left.delete(row)) heap.remove(row);
      }
      const out: number[] = [];
      for (let first = heap.first; first !== undefined; first = heap.first) {
        out.push(weight(first));
        expect(left.delete(first)).toBe(true);
        heap.remove(first);
      }
      expect(out).toEqual([...out].sort((a, b) => a - b));
      expect(left.size).toBe(0);
    }),
  );
});
