import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes } from "../../../../src/core/bytes/bytes.ts";
import { Inbox } from "../../../../src/core/devp2p/rlpx/inbox.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

describe("an inbox", () => {
  test("hands out a unit that lies in one chunk without copying it", () => {
    const chunk = bytes(1, 2, 3, 4, 5);
    const inbox = new Inbox();
    inbox.offer(chunk);
    expect(inbox.take(2)?.buffer).toBe(chunk.buffer);
    expect(inbox.take(3)).toEqual(bytes(3, 4, 5));
    expect(inbox.length).toBe(0);
  });

  test("waits until a unit is complete", () => {
    const inbox = new Inbox();
    inbox.offer(bytes(1));
    expect(inbox.take(3)).toBeUndefined();
    inbox.offer(bytes(2));
    expect(inbox.take(3)).toBeUndefined();
    inbox.offer(bytes(3, 4));
    expect(inbox.take(3)).toEqual(bytes(1, 2, 3));
    expect(inbox.take(1)).toEqual(bytes(4));
  });

  test("shows bytes again that were only peeked at, and more of them", () => {
    const inbox = new Inbox();
    inbox.offer(bytes(1, 2));
    expect(inbox.peek(1)).toEqual(bytes(1));
    expect(inbox.peek(3)).toBeUndefined();
    inbox.offer(bytes(3));
    expect(inbox.peek(2)).toEqual(bytes(1, 2));
    expect(inbox.take(3)).toEqual(bytes(1, 2, 3));
  });

  test("has its own copy of what is left once it is told to keep it", () => {
    const chunk = bytes(1, 2, 3);
    const inbox = new Inbox();
    inbox.offer(chunk);
    inbox.take(1);
    inbox.keep();
    chunk.fill(9);
    expect(inbox.take(2)).toEqual(bytes(2, 3));
  });

  test("forgets everything when cleared", () => {
    const inbox = new Inbox();
    inbox.offer(bytes(1, 2));
    inbox.take(3);
    inbox.offer(bytes(3, 4));
    inbox.clear();
    expect(inbox.length).toBe(0);
    expect(inbox.take(1)).toBeUndefined();
  });

  test("gives the stream back in order, however it is cut and whatever lengths are asked for", () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 20 });
    const lengths = fc.array(fc.record({ length: fc.integer({ min: 1, max: 900 }), keep: fc.boolean() }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(chunks, lengths, (stream, wanted) => {
        const inbox = new Inbox();
        const taken: Uint8Array[] = [];
        let turn = 0;
        for (const chunk of stream) {
          inbox.offer(chunk.slice());
          for (let next = wanted[turn % wanted.length]; next; next = wanted[turn % wanted.length]) {
            const unit = inbox.peek(next.length) && inbox.take(next.length);
            if (unit === undefined) break;
            taken.push(unit.slice());
            turn++;
            if (next.keep) inbox.keep();
          }
        }
        const whole = concatBytes(...stream);
        const used = concatBytes(...taken);
        expect(Buffer.compare(used, whole.subarray(0, used.length))).toBe(0);
        expect(inbox.length).toBe(whole.length - used.length);
      }),
    );
  });

  test("puts a mebibyte together from single bytes without copying it over and over", () => {
    const inbox = new Inbox();
    const length = 2 ** 20;
    const step = Uint8Array.of(7);
    let copied = 0;
    const { set } = Uint8Array.prototype;
    Uint8Array.prototype.set = function (this: Uint8Array, source: ArrayLike<number>, offset?: number) {
      copied += source.length;
      set.call(this, source, offset);
    };
    try {
      for (let index = 1; index < length; index++) {
        inbox.offer(step);
        inbox.peek(length);
      }
    } finally {
      Uint8Array.prototype.set = set;
    }
    inbox.offer(step);
    expect(inbox.take(length)?.every((byte) => byte === 7)).toBe(true);
    expect(copied).toBeLessThan(4 * length);
  });
});
