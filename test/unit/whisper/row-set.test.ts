import fc from "fast-check";
import { expect, test } from "vitest";
import { RowSet } from "../../../src/core/whisper/row-set.ts";

const rows = fc.array(fc.nat(700));

test("it is a set", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(700))), (changes) => {
      const [set, model] = [new RowSet(), new Set<number>()];
      for (const [add, row] of changes) {
        set[add ? "add" : "delete"](row);
        model[add ? "add" : "delete"](row);
      }
      expect(set.size).toBe(model.size);
      for (let row = 0; row <= 700; row++) expect(set.has(row)).toBe(model.has(row));
    }),
  );
});

test("its members are found in order, from any row on", () => {
  fc.assert(
    fc.property(rows, fc.nat(800), (members, start) => {
      const set = new RowSet();
      for (const row of members) set.add(row);
      const expected = members.filter((row) => row >= start).sort((a, b) => a - b)[0];
      expect(set.from(start)).toBe(expected);
    }),
  );
});

test("cleared, it is empty", () => {
  const set = new RowSet();
  for (const row of [0, 31, 32, 4000]) set.add(row);
  set.clear();
  expect(set.size).toBe(0);
  expect(set.from(0)).toBeUndefined();
});
