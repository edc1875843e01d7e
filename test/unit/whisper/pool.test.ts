import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../../../src/core/bytes/hex.ts";
import type { Envelope, EnvelopeHash } from "../../../src/core/whisper/envelope.ts";
import { EnvelopePool } from "../../../src/core/whisper/pool.ts";
import { CHAT } from "../../support/whisper-machines.ts";

let serial = 0;

/** An envelope with the facts that the pool looks at. */
function envelope({ pow = 1, expiry = 100, length = 10 } = {}): Envelope {
  const hash = toHex(Uint8Array.of(serial >> 8, serial & 0xff)) as EnvelopeHash;
  serial++;
  const bytes = new Uint8Array(length);
  return { bytes, hash, expiry, ttl: 10, topic: CHAT, data: bytes, nonce: 0n, pow };
}

const roomy = { maxBytes: 1e6, maxCount: 1000 };
const foreign = { own: false };
const own = { own: true };
const hashes = (pool: EnvelopePool) => Array.from(pool.all(), ({ envelope }) => envelope.hash).sort();

test("what was added is here, once, and counted", () => {
  const pool = new EnvelopePool(roomy);
  const one = envelope({ length: 300 });
  expect(pool.has(one.hash)).toBe(false);
  const addition = pool.add(one, foreign);
  expect(addition).toMatchObject({ type: "added", evicted: [], pooled: { envelope: one, own: false } });
  expect(pool.get(one.hash)).toBe(addition.type === "added" && addition.pooled);
  expect([pool.count, pool.bytes]).toEqual([1, 300]);
});

test("an envelope is valid in the second of its expiry and leaves after it", () => {
  const pool = new EnvelopePool(roomy);
  const [early, late] = [envelope({ expiry: 100 }), envelope({ expiry: 101 })];
  for (const each of [late, early]) pool.add(each, foreign);
  expect(pool.nextExpiry()).toBe(100);
  expect(pool.expire(100)).toEqual([]);
  expect(pool.expire(101).map((pooled) => pooled.envelope)).toEqual([early]);
  expect(pool.nextExpiry()).toBe(101);
  expect(hashes(pool)).toEqual([late.hash]);
  expect(pool.expire(1e9)).toHaveLength(1);
  expect([pool.count, pool.bytes, pool.nextExpiry()]).toEqual([0, 0, undefined]);
});

test("a row is used again when its envelope has left", () => {
  const pool = new EnvelopePool(roomy);
  const [one, other] = [envelope({ expiry: 1 }), envelope()];
  pool.add(one, foreign);
  const [gone] = pool.expire(2);
  const addition = pool.add(other, foreign);
  expect(addition.type === "added" && addition.pooled.row).toBe(gone?.row);
  expect(pool.at(gone?.row ?? -1)).toBe(other);
});

describe("a full pool", () => {
  test("lets the weakest go for a stronger one", () => {
    const pool = new EnvelopePool({ ...roomy, maxCount: 3 });
    const [weak, strong, middle] = [envelope({ pow: 1 }), envelope({ pow: 3 }), envelope({ pow: 2 })];
    for (const each of [strong, weak, middle]) pool.add(each, foreign);
    const addition = pool.add(envelope({ pow: 1.5 }), foreign);
    expect(addition.type === "added" && addition.evicted.map((pooled) => pooled.envelope)).toEqual([weak]);
    expect(pool.count).toBe(3);
  });

  test("of equals lets go the one that expires soonest", () => {
    const pool = new EnvelopePool({ ...roomy, maxCount: 2 });
    const [soon, later] = [envelope({ expiry: 10 }), envelope({ expiry: 20 })];
    for (const each of [later, soon]) pool.add(each, foreign);
    pool.add(envelope({ expiry: 30 }), foreign);
    expect(pool.has(soon.hash)).toBe(false);
    expect(pool.has(later.hash)).toBe(true);
  });

  test("refuses what is no stronger than all that it holds", () => {
    const pool = new EnvelopePool({ ...roomy, maxCount: 1 });
    pool.add(envelope(), foreign);
    expect(pool.add(envelope(), foreign)).toEqual({ type: "crowded" });
  });

  test("lets several go for one that is longer", () => {
    const pool = new EnvelopePool({ ...roomy, maxBytes: 100 });
    for (const pow of [1, 2, 3, 4]) pool.add(envelope({ pow, length: 25 }), foreign);
    const addition = pool.add(envelope({ pow: 5, length: 60 }), foreign);
    expect(addition.type === "added" && addition.evicted.map((pooled) => pooled.envelope.pow)).toEqual([1, 2, 3]);
    expect(pool.bytes).toBe(85);
  });

  test("lets none go when that would not make room", () => {
    const pool = new EnvelopePool({ ...roomy, maxBytes: 100 });
    for (const pow of [1, 2, 9]) pool.add(envelope({ pow, length: 33 }), foreign);
    const before = hashes(pool);
    expect(pool.add(envelope({ pow: 5, length: 90 }), foreign)).toEqual({ type: "crowded" });
    expect(hashes(pool)).toEqual(before);
    expect(pool.add(envelope({ pow: 5, length: 60 }), foreign).type).toBe("added");
  });

  test("refuses what is larger than itself", () => {
    const pool = new EnvelopePool({ ...roomy, maxBytes: 100 });
    expect(pool.add(envelope({ length: 101, pow: 99 }), own)).toEqual({ type: "crowded" });
  });

  test("keeps our own envelopes, and gives them the place of any other", () => {
    const pool = new EnvelopePool({ ...roomy, maxCount: 2 });
    const ours = envelope({ pow: 0.001 });
    pool.add(ours, own);
    pool.add(envelope({ pow: 5 }), foreign);
    expect(pool.add(envelope({ pow: 4 }), foreign).type).toBe("crowded");
    expect(pool.add(envelope({ pow: 0.001 }), own).type).toBe("added");
    expect(pool.has(ours.hash)).toBe(true);
    expect(pool.add(envelope({ pow: 99 }), foreign).type).toBe("crowded");
  });
});

test("through any history it holds the strongest within its bounds", () => {
  const steps = fc.array(
    fc.record({
      pow: fc.integer({ min: 1, max: 9 }),
      expiry: fc.integer({ min: 0, max: 60 }),
      length: fc.integer({ min: 1, max: 40 }),
    }),
    { maxLength: 120 },
  );
  fc.assert(
    fc.property(steps, (steps) => {
      const limits = { maxBytes: 300, maxCount: 20 };
      const pool = new EnvelopePool(limits);
      const rows = new Set<number>();
      for (const [now, step] of steps.entries()) {
        for (const { row } of pool.expire(now)) expect(rows.delete(row)).toBe(true);
        const weakest = Math.min(...Array.from(pool.all(), ({ envelope }) => envelope.pow));
        const addition = pool.add(envelope({ ...step, expiry: now + step.expiry }), foreign);
        if (addition.type === "added") {
          for (const { row, envelope } of addition.evicted) {
            expect(rows.delete(row)).toBe(true);
            expect(envelope.pow).toBeLessThanOrEqual(step.pow);
          }
          rows.add(addition.pooled.row);
        } else expect(step.pow).toBeGreaterThanOrEqual(weakest);
        expect(pool.count).toBeLessThanOrEqual(limits.maxCount);
        expect(pool.bytes).toBeLessThanOrEqual(limits.maxBytes);
        expect(Array.from(pool.all(), ({ row }) => row).sort()).toEqual([...rows].sort());
        expect(pool.bytes).toBe(Array.from(pool.all()).reduce((sum, { envelope }) => sum + envelope.bytes.length, 0));
      }
    }),
    { numRuns: 60 },
  );
});
