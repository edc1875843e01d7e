import { describe, expect, test } from "vitest";
import { utf8 } from "../../../src/core/bytes/bytes.ts";
import { pureCrypto } from "../../../src/core/crypto/pure.ts";
import { UsageError } from "../../../src/core/platform/errors.ts";
import { type EnvelopeDraft, encodeEnvelope, type Topic } from "../../../src/core/whisper/envelope.ts";
import { bitsFor, startSearch, step } from "../../../src/core/whisper/pow-search.ts";

const draft: EnvelopeDraft = { expiry: 1585000015, ttl: 15, topic: "0x9c22ff5f" as Topic, data: utf8("proof me") };
const BITS = 8;

/** The first nonce with enough work. */
function search(bits: number, tries = 10_000): number {
  const result = step(startSearch(pureCrypto, draft, bits), tries);
  if (result.found === undefined) throw new Error("not found");
  return result.found;
}

describe("a search", () => {
  const first = search(BITS);

  test("finds the first nonce that has the work, and no earlier one has", () => {
    const work = (nonce: number) => encodeEnvelope(pureCrypto, draft, BigInt(nonce)).pow;
    expect(work(first)).toBeGreaterThanOrEqual(2 ** BITS / 28 / 15);
    for (let nonce = 0; nonce < first; nonce++) expect(work(nonce)).toBeLessThan(work(first));
  });

  test("ends where it was put down and goes on from there", () => {
    const before = step(startSearch(pureCrypto, draft, BITS), first);
    expect(before).toMatchObject({ found: undefined, search: { next: first } });
    if (before.found === undefined) expect(step(before.search, 1)).toEqual({ found: first });
  });

  test("is a value: the same step twice has the same result", () => {
    const start = startSearch(pureCrypto, draft, BITS);
    expect(step(start, 5)).toEqual(step(start, 5));
    expect(start.next).toBe(0);
  });

  test("for no work takes the first nonce it may", () => {
    expect(search(0)).toBe(0);
    expect(step(startSearch(pureCrypto, draft, 0, { start: 3, stride: 4 }), 1)).toEqual({ found: 3 });
  });

  test("goes on beyond 32 bits of nonce", () => {
    const start = 2 ** 32 - 2;
    const result = step(startSearch(pureCrypto, draft, BITS, { start, stride: 1 }), 10_000);
    expect(result.found).toBeGreaterThan(2 ** 32);
    if (result.found !== undefined) {
      expect(encodeEnvelope(pureCrypto, draft, BigInt(result.found)).pow).toBeGreaterThanOrEqual(2 ** BITS / 28 / 15);
    }
  });
});

test("a search shared by workers has the result of one worker: the lowest of their finds", () => {
  const first = search(BITS);
  for (let workers = 1; workers <= 5; workers++) {
    const finds = Array.from({ length: workers }, (_, start) => {
      const result = step(startSearch(pureCrypto, draft, BITS, { start, stride: workers }), 10_000);
      expect(((result.found ?? -1) - start) % workers).toBe(0);
      return result.found ?? -1;
    });
    expect(Math.min(...finds)).toBe(first);
  }
});

describe("the work to be done", () => {
  test("follows from the target, and is none for none", () => {
    expect(bitsFor(draft, 0.002)).toBe(1);
    expect(bitsFor(draft, 2)).toBe(10);
    expect(bitsFor(draft, 0)).toBe(0);
  });

  test("is refused when the target is no number of hashes or the envelope has no time to live", () => {
    for (const target of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => bitsFor(draft, target)).toThrow(UsageError);
    }
    expect(() => bitsFor({ ...draft, ttl: 0 }, 0.002)).toThrow(/at least 1 second/);
  });
});
