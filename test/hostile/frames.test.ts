/** Peers that have exchanged Hello and then break the rules of frames, of compression, or of the base protocol. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { concatBytes } from "../../src/core/bytes/bytes.ts";
import { encodeRlp } from "../../src/core/bytes/rlp.ts";
import { DISCONNECT_REASONS, encodeDisconnect } from "../../src/core/devp2p/disconnect.ts";
import { compressSnappy } from "../../src/core/devp2p/snappy.ts";
import { SeededRandom } from "../sim/random.ts";
import { Arena, summary } from "../support/arena.ts";
import { type Attacker, PING_ID } from "../support/attacker.ts";

/** The largest frame that is taken in, 1.25 MB, is here in four forms at once: kept, deciphered, inflated, and doubled in growth. */
const memoryMb = 32;
/** As above, and garbage of that size is made faster than it is collected. */
const busyMemoryMb = 96;

const MESSAGES = 0x11;
const EMPTY = Uint8Array.of(0xc0);
const MIB = 2 ** 20;

let arena: Arena;
beforeAll(async () => {
  arena = await Arena.open();
});
afterAll(() => arena.close());

describe("a frame", () => {
  const header = 32;
  const cases: readonly [string, string, (attacker: Attacker) => Uint8Array][] = [
    ["of garbage", "the header's MAC differs", () => new SeededRandom(1).bytes(65_536)],
    [
      "with a wrong MAC of its header",
      "the header's MAC differs",
      (attacker) => flipped(attacker.message(PING_ID, EMPTY), 20),
    ],
    [
      "with a wrong MAC of its body",
      "the body's MAC differs",
      (attacker) => flipped(attacker.message(PING_ID, EMPTY), -1),
    ],
    [
      "with a flipped bit in its body",
      "the body's MAC differs",
      (attacker) => flipped(attacker.message(PING_ID, EMPTY), header),
    ],
    ["of nothing", "message id: nothing left", (attacker) => attacker.frame()],
    [
      "of a size of 16 MiB and a small body",
      "size 16777215",
      (attacker) => attacker.frame(new Uint8Array(2 ** 24 - 1)).subarray(0, 200),
    ],
    [
      "whose message id is a list",
      "message id: expected a byte string",
      (attacker) => attacker.frame(EMPTY, compressSnappy(EMPTY)),
    ],
    [
      "whose message id has 40 bits",
      "wider than 32 bits",
      (attacker) => attacker.frame(encodeRlp(2 ** 40), compressSnappy(EMPTY)),
    ],
    [
      "of a message id that belongs to nobody",
      "message 144 belongs to no shared capability",
      (attacker) => attacker.message(0x10 + 128, EMPTY),
    ],
    [
      "whose data is not compressed",
      "snappy: length",
      (attacker) => attacker.frame(Uint8Array.of(PING_ID), new Uint8Array(99).fill(0xff)),
    ],
  ];

  it.each(cases)("%s ends the connection without a word", async (_, why, make) => {
    const { after } = await arena.attack({ memoryMb }, async () => {
      const attacker = await arena.met();
      await attacker.write(make(attacker));
      await attacker.hungUp();
      expect(attacker.goodbye).toBeUndefined();
    });
    expect(after.farewells.join("; ")).toContain(why);
  });

  it("of the largest size is refused by its header, however slowly the rest comes", async ({ annotate }) => {
    const report = await arena.attack({ memoryMb }, async () => {
      const attacker = await arena.met();
      const frame = attacker.frame(new Uint8Array(2 ** 24 - 1));
      for (let at = 0; attacker.isOpen && at < frame.length; at += 16) {
        await attacker.write(frame.subarray(at, at + 16));
        await sleep(1);
      }
      expect(attacker.isOpen).toBe(false);
    });
    await annotate(summary(report));
  });

  it("of a size that is allowed may be kept incomplete by 20 peers at once", async ({ annotate }) => {
    // Growth by doubling makes 2.5 MB of it, and the chunks of the last doubling are garbage of half that.
    const report = await arena.attack({ memoryMb: 20 * 4 + memoryMb }, async () => {
      const attackers = await Promise.all(Array.from({ length: 20 }, () => arena.joined()));
      const holding = attackers.map(async (attacker) => {
        await attacker.write(attacker.frame(new Uint8Array(1.24 * MIB)).subarray(0, -1));
      });
      await Promise.all(holding);
      await sleep(500);
    });
    await annotate(summary(report));
  });
});

describe("compressed data", () => {
  const declaring = (length: number, ...elements: Uint8Array[]) => concatBytes(uvarint(length), ...elements);
  const zeros = (times: number) => concatBytes(...Array.from({ length: times }, () => Uint8Array.of(0xfe, 1, 0)));
  const cases: readonly [string, string, Uint8Array][] = [
    ["that declares 16 MiB", "declares 16777216 bytes", declaring(2 ** 24, Uint8Array.of(0, 0), zeros(21_846))],
    ["that declares 4 GiB", "declares 4294967295 bytes", declaring(2 ** 32 - 1, Uint8Array.of(0, 0), zeros(50_000))],
    [
      "that declares more than it holds",
      "holds 1024001",
      declaring(16_000 * 64 + 30, Uint8Array.of(0, 0), zeros(16_000)),
    ],
    ["that declares more than its size can hold", "cannot hold them", declaring(MIB, Uint8Array.of(0, 0))],
    [
      "that holds more than it declares",
      "holds more than the 1000 bytes",
      declaring(1000, Uint8Array.of(0, 0), zeros(20_000)),
    ],
    [
      "that copies from before its beginning",
      "a copy from 9 bytes back",
      declaring(64, Uint8Array.of(0, 0), Uint8Array.of(0xfe, 9, 0)),
    ],
    [
      "that copies from nowhere",
      "a copy from 0 bytes back",
      declaring(65, Uint8Array.of(0, 0), Uint8Array.of(0xfe, 0, 0)),
    ],
    ["whose length has no end", "snappy: length", new Uint8Array(1000).fill(0xff)],
  ];

  it.each(cases)("%s ends the connection without a word", async (_, why, block) => {
    const { after } = await arena.attack({ memoryMb }, async () => {
      const attacker = await arena.met();
      await attacker.write(attacker.frame(Uint8Array.of(PING_ID), block));
      await attacker.hungUp();
      expect(attacker.goodbye).toBeUndefined();
    });
    expect(after.farewells.join("; ")).toContain(why);
  });

  it("that expands to the limit, 100 times over, takes time but no memory", async ({ annotate }) => {
    const block = declaring(1.25 * MIB - 64, Uint8Array.of(0, 0), zeros(20_478), Uint8Array.of(0xfa, 1, 0));
    const report = await arena.attack({ memoryMb: busyMemoryMb }, async () => {
      const attacker = await arena.joined();
      for (let times = 0; times < 100; times++) await attacker.write(attacker.frame(Uint8Array.of(PING_ID), block));
      await attacker.hears(PING_ID + 1, 100);
    });
    await annotate(summary(report));
  });

  it("that expands to a million elements is not taken apart", async ({ annotate }) => {
    const data = encodeRlp({
      raw: concatBytes(Uint8Array.of(0xfa, 0x0f, 0xff, 0x00), new Uint8Array(0xfff00).fill(0x80)),
    });
    const report = await arena.attack({ memoryMb: busyMemoryMb }, async () => {
      for (let times = 0; times < 5; times++) {
        const attacker = await arena.joined();
        await attacker.write(attacker.message(MESSAGES, data));
        await attacker.hungUp();
      }
    });
    await annotate(summary(report));
  });
});

describe("the base protocol", () => {
  it("passes over what it does not know, a second Hello, and nested lists", async () => {
    await arena.attack({ memoryMb }, async () => {
      const attacker = await arena.joined();
      for (let id = 4; id < 16; id++) await attacker.write(attacker.message(id, new Uint8Array(5000).fill(0xc1)));
      await attacker.write(attacker.hello());
      await attacker.write(attacker.message(PING_ID + 1, new Uint8Array(MIB).fill(0xf8)));
      await attacker.pingPong();
    });
  });

  it("answers a flood of pings one by one", async ({ annotate }) => {
    const report = await arena.attack({ memoryMb: busyMemoryMb }, async () => {
      const attacker = await arena.joined();
      for (let batch = 0; batch < 40; batch++) {
        const pings = Array.from({ length: 300 }, () => attacker.message(PING_ID, EMPTY));
        await attacker.write(concatBytes(...pings));
      }
      await attacker.hears(PING_ID + 1, 12_000);
    });
    await annotate(summary(report));
  });

  it("answers any goodbye with the same", async () => {
    await arena.attack({ memoryMb }, async () => {
      const garbage = [Uint8Array.of(), Uint8Array.of(0xff), new Uint8Array(1000).fill(0xc1), encodeDisconnect(0)];
      for (const data of garbage) {
        const attacker = await arena.met();
        await attacker.write(attacker.message(1, data));
        await attacker.hungUp();
        expect(attacker.goodbye).toBe(DISCONNECT_REASONS.requested);
      }
    });
  });
});

/** Seven bits a byte, low ones first. */
function uvarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return Uint8Array.of(...bytes, rest);
}

function flipped(bytes: Uint8Array, place: number): Uint8Array {
  const copy = bytes.slice();
  const at = (place + bytes.length) % bytes.length;
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
