import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../../../src/core/bytes/hex.ts";
import type { Envelope, EnvelopeHash } from "../../../src/core/whisper/envelope.ts";
import { EnvelopePool, type PoolAddition } from "../../../src/core/whisper/pool.ts";
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
const add = (pool: EnvelopePool, envelope: Envelope) => pool.add(envelope, { ...envelope, own: false });
const addOwn = (pool: EnvelopePool, envelope: Envelope) => pool.add(envelope, { ...envelope, own: true });
/** The hashes of what had to go for it. */
const evictedBy = (addition: PoolAddition) =>
  addition.type === "added" ? addition.evicted.map(({ envelope }) => envelope.hash) : [];
const hashes = (pool: EnvelopePool) => Array.from(pool.all(), ({ envelope }) => envelope.hash).sort();

test("what was added is here, once, and counted", () => {
  const pool = new EnvelopePool(roomy);
  const one = envelope({ length: 300 });
  expect(pool.has(one.hash)).toBe(false);
  const addition = add(pool, one);
  expect(addition).toMatchObject({ type: "added", evicted: [], pooled: { own: false } });
  expect(pool.get(one.hash)).toBe(addition.type === "added" && addition.pooled);
  expect(pool.get(one.hash)?.envelope).toMatchObject({ hash: one.hash, bytes: one.bytes, pow: one.pow, expiry: 100 });
  expect([pool.count, pool.bytes]).toEqual([1, 300]);
});

test("an envelope is valid in the second of its expiry and leaves after it", () => {
  const pool = new EnvelopePool(roomy);
  const [early, late] = [envelope({ expiry: 100 }), envelope({ expiry: 101 })];
  for (const each of [late, early]) add(pool, each);
  expect(pool.nextExpiry()).toBe(100);
  expect(pool.expire(100)).toEqual([]);
  expect(pool.expire(101).map(({ envelope }) => envelope.hash)).toEqual([early.hash]);
  expect(pool.nextExpiry()).toBe(101);
  expect(hashes(pool)).toEqual([late.hash]);
  expect(pool.expire(1e9)).toHaveLength(1);
  expect([pool.count, pool.bytes, pool.nextExpiry()]).toEqual([0, 0, undefined]);
});

test("a row is used again when its envelope has left", () => {
  const pool = new EnvelopePool(roomy);
  const [one, other] = [envelope({ expiry: 1 }), envelope()];
  add(pool, one);
  const [gone] = pool.expire(2);
  const addition = add(pool, other);
  expect(addition.type === "added" && addition.pooled.row).toBe(gone?.row);
  expect(pool.at(gone?.row ?? -1)?.hash).toBe(other.hash);
});

describe("a full pool", () => {
  test("lets the weakest go for a stronger one", () => {
    const pool = new EnvelopePool({ ...roomy, maxCount: 3 });
    const [weak, strong, middle] = [envelope({ pow: 1 }), envelope({ pow: 3 }), envelope({ pow: 2 })];
    for (const each of [strong, weak, middle]) add(pool, each);
    const addition = add(pool, envelope({ pow: 1.5 }));
    expect(evictedBy(addition)).toEqual([weak.hash]);
    expect(pool.count).toBe(3);
  });

  test("of equals lets go the one that expires soonest", () => {
    const pool = new EnvelopePool({ ...roomy, maxCount: 2 });
    const [soon, later] = [envelope({ expiry: 10 }), envelope({ expiry: 20 })];
    for (const each of [later, soon]) add(pool, each);
    add(pool, envelope({ expiry: 30 }));
    expect(pool.has(soon.hash)).toBe(false);
    expect(pool.has(later.hash)).toBe(true);
  });

  test("refuses what is no stronger than all that it holds", () => {
    const pool = new EnvelopePool({ ...roomy, maxCount: 1 });
    add(pool, envelope());
    expect(add(pool, envelope())).toEqual({ type: "crowded" });
  });

  test("lets several go for one that is longer", () => {
    const pool = new EnvelopePool({ ...roomy, maxBytes: 100 });
    for (const pow of [1, 2, 3, 4]) add(pool, envelope({ pow, length: 25 }));
    const addition = add(pool, envelope({ pow: 5, length: 60 }));
    expect(addition.type === "added" && addition.evicted.map((pooled) => pooled.envelope.pow)).toEqual([1, 2, 3]);
    expect(pool.bytes).toBe(85);
  });

  test("lets none go when that would not make room", () => {
    const pool = new EnvelopePool({ ...roomy, maxBytes: 100 });
    for (const pow of [1, 2, 9]) add(pool, envelope({ pow, length: 33 }));
    const before = hashes(pool);
    expect(add(pool, envelope({ pow: 5, length: 90 }))).toEqual({ type: "crowded" });
    expect(hashes(pool)).toEqual(before);
    expect(add(pool, envelope({ pow: 5, length: 60 })).type).toBe("added");
  });

  test("refuses what is larger than itself", () => {
    const pool = new EnvelopePool({ ...roomy, maxBytes: 100 });
    expect(addOwn(pool, envelope({ length: 101, pow: 99 }))).toEqual({ type: "crowded" });
  });

  test("keeps our own envelopes, and gives them the place of any other", () => {
    const pool = new EnvelopePool({ ...roomy, maxCount: 2 });
    const ours = envelope({ pow: 0.001 });
    addOwn(pool, ours);
    add(pool, envelope({ pow: 5 }));
    expect(add(pool, envelope({ pow: 4 })).type).toBe("crowded");
    expect(addOwn(pool, envelope({ pow: 0.001 })).type).toBe("added");
    expect(pool.has(ours.hash)).toBe(true);
    expect(add(pool, envelope({ pow: 99 })).type).toBe("crowded");
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
        const addition = add(pool, envelope({ ...step, expiry: now + step.expiry }));
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
