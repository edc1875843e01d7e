/** Peers whose frames are right and whose Whisper packets are not. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bigEndian, concatBytes } from "../../src/core/bytes/bytes.ts";
import { encodeRlp, type RlpValue } from "../../src/core/bytes/rlp.ts";
import { DISCONNECT_REASONS } from "../../src/core/devp2p/disconnect.ts";
import { systemRandom } from "../../src/core/node/system.ts";
import { toSeconds } from "../../src/core/platform/time.ts";
import {
  CODES,
  encodeBloomFilter,
  encodeMessages,
  encodePowRequirement,
  encodeRateLimits,
} from "../../src/core/whisper/packets.ts";
import { floatBits } from "../../src/core/whisper/pow.ts";
import { encodeStatus } from "../../src/core/whisper/status.ts";
import { SeededRandom } from "../sim/random.ts";
import { Arena, someEnvelope, summary } from "../support/arena.ts";
import { OPEN_STATUS } from "../support/whisper-machines.ts";

/** Packets are read where they lie, so this is garbage that waits for its collection, and a packet of 1 MB in four forms. */
const memoryMb = 32;
/** As above, and garbage is made faster than it is collected. */
const busyMemoryMb = 96;

const MIB = 2 ** 20;

let arena: Arena;
beforeAll(async () => {
  arena = await Arena.open();
});
afterAll(() => arena.close());

const envelopes = (count: number, make: (index: number) => Uint8Array): Uint8Array =>
  encodeMessages(Array.from({ length: count }, (_, index) => make(index)));

/** Fourteen bytes, each time others. */
function speck(index: number, { expiry = toSeconds(Date.now()) + 50, ttl = 50 } = {}): Uint8Array {
  return encodeRlp([
    expiry,
    ttl,
    Uint8Array.of(1 + (index >> 24), index >> 16, index >> 8, index),
    new Uint8Array(),
    0,
  ]);
}

describe("the first packet", () => {
  const status = (...fields: RlpValue[]): [number, Uint8Array] => [CODES.status, encodeRlp(fields)];
  const cases: readonly [string, string, number, Uint8Array][] = [
    ["envelopes", "before status", CODES.messages, encodeMessages([someEnvelope().bytes])],
    ["a PoW requirement", "before status", CODES.powRequirement, encodePowRequirement(1)],
    ["a direct message", "before status", CODES.p2pMessage, encodeMessages([someEnvelope().bytes])],
    ["a packet without a meaning", "before status", 99, Uint8Array.of(0xc0)],
    ["a Status of garbage", "status:", CODES.status, new SeededRandom(1).bytes(500)],
    ["an empty Status", "status: list: nothing left", CODES.status, Uint8Array.of()],
    ["a Status without fields", "version: nothing left", CODES.status, Uint8Array.of(0xc0)],
    ["a Status that is no list", "status: list: expected a list", CODES.status, encodeRlp(6)],
    ["a Status of another version", "status: version 5", ...status(5, 0, new Uint8Array(64), false)],
    ["a Status with an infinite PoW", "Infinity is no amount", ...status(6, floatBits(Number.POSITIVE_INFINITY))],
    ["a Status with a PoW that is no number", "NaN is no amount", ...status(6, floatBits(Number.NaN))],
    ["a Status with a negative PoW", "-1 is no amount", ...status(6, floatBits(-1))],
    ["a Status with a bloom filter of 63 bytes", "bloom of 63 bytes", ...status(6, 0, new Uint8Array(63))],
    ["a Status of nested lists", "status: list: version", CODES.status, new Uint8Array(MIB - 10).fill(0xc1)],
    ["a Status of more than 1 MiB", "1048577 bytes", CODES.status, new Uint8Array(MIB + 1)],
  ];

  it.each(cases)("must not be %s", async (_, why, code, data) => {
    const { after } = await arena.attack({ memoryMb }, async () => {
      const attacker = await arena.met();
      await attacker.write(attacker.packet(code, data));
      await attacker.hungUp();
      expect(attacker.goodbye).toBe(DISCONNECT_REASONS.subprotocolError);
    });
    expect(after.farewells.join("; ")).toContain(why);
  });

  it("may be a Status with more than is known, which is passed over", async () => {
    await arena.attack({ memoryMb }, async () => {
      const attacker = await arena.met();
      const full = encodeStatus(OPEN_STATUS);
      await attacker.write(
        attacker.packet(CODES.status, concatBytes(full, new Uint8Array(MIB - full.length).fill(0xc1))),
      );
      await attacker.pingPong();
    });
  });
});

describe("a packet", () => {
  const truncated = encodeMessages([someEnvelope().bytes]).subarray(0, -1);
  const cases: readonly [string, string, number, Uint8Array][] = [
    ["of more than 1 MiB", "1048577 bytes", CODES.messages, new Uint8Array(MIB + 1)],
    ["of truncated envelopes", "messages: list: needs", CODES.messages, truncated],
    [
      "of envelopes with something behind them",
      "2 unexpected bytes at the end",
      CODES.messages,
      concatBytes(truncated, Uint8Array.of(0, 0, 0)),
    ],
    ["of garbage", "messages: list", CODES.messages, new SeededRandom(2).bytes(MIB)],
    ["of lists in lists", "expiry: expected a byte string", CODES.messages, nested(MIB - 10)],
    [
      "of an envelope that is a list of lists",
      "expiry: expected a byte string",
      CODES.messages,
      encodeMessages([nested(MIB - 20)]),
    ],
    [
      "of an envelope that is no list",
      "envelope: list: expected a list",
      CODES.messages,
      encodeMessages([new Uint8Array(100)]),
    ],
    [
      "of an envelope with six elements",
      "1 unexpected bytes at the end",
      CODES.messages,
      encodeRlp([[1, 2, new Uint8Array(4), 0, 0, 0]]),
    ],
    ["of a number whose length has eight bytes", "messages: list: needs", CODES.messages, new Uint8Array(9).fill(0xff)],
    [
      "with an infinite PoW",
      "Infinity is no amount",
      CODES.powRequirement,
      encodePowRequirement(Number.POSITIVE_INFINITY),
    ],
    ["with a PoW that is no number", "NaN is no amount", CODES.powRequirement, encodePowRequirement(Number.NaN)],
    ["with a negative PoW", "-0.5 is no amount", CODES.powRequirement, encodePowRequirement(-0.5)],
    ["without a PoW", "pow: nothing left", CODES.powRequirement, Uint8Array.of()],
    ["with a PoW of nine bytes", "wider than 64 bits", CODES.powRequirement, encodeRlp(new Uint8Array(9).fill(1))],
    [
      "with a bloom filter of 63 bytes",
      "expected 64 bytes, got 63",
      CODES.bloomFilter,
      encodeBloomFilter(new Uint8Array(63)),
    ],
    [
      "with a bloom filter of 1 MiB",
      "expected 64 bytes",
      CODES.bloomFilter,
      encodeBloomFilter(new Uint8Array(MIB - 10)),
    ],
    [
      "with an acknowledgement of 31 bytes",
      "expected 32 bytes, got 31",
      CODES.batchAcknowledged,
      encodeRlp(new Uint8Array(31)),
    ],
    ["with a response that is no pair", "response: nothing left", CODES.messageResponse, encodeRlp([1])],
    ["with rate limits that are no numbers", "ip: expected a byte string", CODES.rateLimits, encodeRlp([[], [], []])],
  ];

  it.each(cases)("%s ends the connection", async (_, why, code, data) => {
    const { after } = await arena.attack({ memoryMb }, async () => {
      const attacker = await arena.joined();
      await attacker.write(attacker.packet(code, data));
      await attacker.hungUp();
      expect(attacker.goodbye).toBe(DISCONNECT_REASONS.subprotocolError);
    });
    expect(after.farewells.join("; ")).toContain(why);
  });

  it("without a meaning, with a strange answer, or a second Status, is passed over", async () => {
    await arena.attack({ memoryMb }, async () => {
      const attacker = await arena.joined();
      const packets: [number, Uint8Array][] = [
        [99, nested(MIB - 10)],
        [CODES.status, new SeededRandom(3).bytes(1000)],
        [CODES.messageResponse, encodeRlp([1, [new Uint8Array(32), Array.from({ length: 10_000 }, () => [])]])],
        [CODES.messageResponse, encodeRlp([2, []])],
        [CODES.batchAcknowledged, encodeRlp(new Uint8Array(32))],
        [CODES.rateLimits, encodeRateLimits({ ip: 1, peerId: 1, topic: 1 })],
        [CODES.p2pMessage, encodeMessages([someEnvelope().bytes])],
        [CODES.p2pMessage, new SeededRandom(4).bytes(MIB)],
        [CODES.p2pSyncResponse, new SeededRandom(5).bytes(MIB)],
      ];
      for (const [code, data] of packets) await attacker.write(attacker.packet(code, data));
      await attacker.pingPong();
    });
  });
});

describe("a flood", () => {
  /** A peer that wants no envelopes, so that what it hears are answers. */
  const uninterested = () => arena.joined({ minPow: 1000 });

  it("of envelopes with too little work ends the connection, and fills nothing", async ({ annotate }) => {
    const weak = (): Uint8Array => {
      for (;;) {
        const envelope = someEnvelope({ ttl: 3600, data: systemRandom.bytes(100), minPow: 0 });
        if (envelope.pow < 0.0005) return envelope.bytes;
      }
    };
    const report = await arena.attack({ memoryMb }, async () => {
      const attacker = await uninterested();
      for (let packet = 0; attacker.isOpen && packet < 200; packet++) {
        await attacker.write(attacker.packet(CODES.messages, envelopes(50, weak)));
      }
      await attacker.hungUp();
    });
    expect(report.after.farewells).toContain("too many envelopes that we announced not to take");
    expect(report.after.pool.admissions.weak).toBeGreaterThan(900);
    await annotate(summary(report));
  });

  it("of envelopes of another time fills nothing, and is answered with less than it says", async ({ annotate }) => {
    const now = toSeconds(Date.now());
    let [bytesIn, bytesOut, index] = [0, 0, 0];
    const report = await arena.attack({ memoryMb: busyMemoryMb }, async () => {
      const attacker = await uninterested();
      for (const expiry of [now - 10, now - 1000, now + 1000]) {
        for (let packet = 0; packet < 10; packet++) {
          await attacker.write(
            attacker.packet(
              CODES.messages,
              envelopes(2000, () => speck(index++, { expiry })),
            ),
          );
        }
      }
      await attacker.pingPong();
      [bytesIn, bytesOut] = [attacker.socket.bytesWritten, attacker.socket.bytesRead];
    });
    expect(report.after.pool.admissions).toMatchObject({ expired: 40_000, future: 20_000 });
    expect(bytesOut).toBeLessThan(bytesIn);
    await annotate(`${summary(report)}; ${bytesIn} bytes in, ${bytesOut} out`);
  });

  it("of packets without envelopes is not answered, and ends the connection", async ({ annotate }) => {
    let [bytesIn, bytesOut] = [0, 0];
    const report = await arena.attack({ memoryMb }, async () => {
      const attacker = await uninterested();
      for (let packet = 0; attacker.isOpen && packet < 5000; packet++) {
        await attacker.write(attacker.packet(CODES.messages, encodeMessages([])));
      }
      await attacker.hungUp();
      [bytesIn, bytesOut] = [attacker.socket.bytesWritten, attacker.socket.bytesRead];
    });
    expect(report.after.farewells).toContain("too many empty packets");
    expect(bytesOut).toBeLessThan(bytesIn / 8);
    await annotate(`${summary(report)}; ${bytesIn} bytes in, ${bytesOut} out`);
  });

  it("of one envelope in one packet ends the connection", async ({ annotate }) => {
    const { bytes } = someEnvelope();
    const report = await arena.attack({ memoryMb: busyMemoryMb }, async () => {
      const attacker = await uninterested();
      const packet = encodeMessages(new Array(5000).fill(bytes));
      for (let times = 0; attacker.isOpen && times < 20; times++) {
        await attacker.write(attacker.packet(CODES.messages, packet));
      }
      await attacker.hungUp();
    });
    expect(report.after.farewells).toContain("too many envelopes twice in one packet");
    await annotate(summary(report));
  });

  it("of one envelope in 10,000 packets is confirmed, and costs nobody else anything", async ({ annotate }) => {
    const packet = encodeMessages([someEnvelope({ ttl: 60 }).bytes]);
    let [bytesIn, bytesOut] = [0, 0];
    const report = await arena.attack({ memoryMb: busyMemoryMb }, async () => {
      const attacker = await uninterested();
      for (let batch = 0; batch < 50; batch++) {
        const frames = Array.from({ length: 200 }, () => attacker.packet(CODES.messages, packet));
        await attacker.write(concatBytes(...frames));
      }
      await attacker.pingPong();
      [bytesIn, bytesOut] = [attacker.socket.bytesWritten, attacker.socket.bytesRead];
    });
    expect(report.after.pool.admissions.known - report.before.pool.admissions.known).toBe(9_999);
    // The smallest frame with an envelope has 80 bytes; the protocol answers with a response and an acknowledgement of 96.
    expect(bytesOut).toBeLessThan(2.5 * bytesIn);
    await annotate(`${summary(report)}; ${bytesIn} bytes in, ${bytesOut} out`);
  });

  it("of the same hundred envelopes, 50,000 times in all, is passed over", async ({ annotate }) => {
    const packet = envelopes(100, (index) => speck(index));
    const report = await arena.attack({ memoryMb: busyMemoryMb }, async () => {
      const attacker = await uninterested();
      for (let times = 0; times < 500; times++) await attacker.write(attacker.packet(CODES.messages, packet));
      await attacker.pingPong();
    });
    expect(report.after.pool.admissions.known - report.before.pool.admissions.known).toBe(49_900);
    await annotate(summary(report));
  });

  it("of 100,000 specks fills the pool, which needs little more for them than for others", async ({ annotate }) => {
    let index = 1000;
    // What an envelope is found by, judged by and passed on by takes about half a kilobyte; the rest is garbage for a while.
    const report = await arena.attack({ memoryMb: 50 + busyMemoryMb }, async () => {
      const attacker = await uninterested();
      for (let packet = 0; packet < 50; packet++) {
        await attacker.write(
          attacker.packet(
            CODES.messages,
            envelopes(2000, () => speck(index++)),
          ),
        );
      }
      await attacker.pingPong();
    });
    expect(report.after.pool.count).toBeGreaterThan(90_000);
    await annotate(summary(report));
  });

  it("of direct messages by somebody who is not trusted leaves nothing behind", async ({ annotate }) => {
    const data = envelopes(1000, (index) => speck(index));
    const report = await arena.attack({ memoryMb: busyMemoryMb }, async () => {
      const attacker = await uninterested();
      for (let packet = 0; packet < 200; packet++) await attacker.write(attacker.packet(CODES.p2pMessage, data));
      await attacker.pingPong();
    });
    expect(report.after.pool.admissions.added - report.before.pool.admissions.added).toBeLessThan(1000);
    await annotate(summary(report));
  });

  it("of answers to what was never said is passed over", async ({ annotate }) => {
    const errors = Array.from({ length: 20_000 }, (_, index) => [
      new Uint8Array(32).fill(index),
      37,
      new Uint8Array(9),
    ]);
    const response = encodeRlp([1, [new Uint8Array(32), errors]]);
    const report = await arena.attack({ memoryMb: busyMemoryMb }, async () => {
      const attacker = await uninterested();
      for (let packet = 0; packet < 30; packet++) {
        await attacker.write(attacker.packet(CODES.messageResponse, response));
        await attacker.write(attacker.packet(CODES.batchAcknowledged, encodeRlp(new Uint8Array(32).fill(packet))));
      }
      await attacker.pingPong();
    });
    await annotate(summary(report));
  });
});

/** Lists in lists, as deep as `length` bytes allow: made from the innermost outwards. */
function nested(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let start = length;
  while (start >= 4) {
    const size = length - start;
    const width = size <= 55 ? 0 : Math.ceil(Math.log2(size + 1) / 8);
    const prefix = width === 0 ? [0xc0 + size] : [0xf7 + width, ...bigEndian(size, width)];
    start -= prefix.length;
    bytes.set(prefix, start);
  }
  return bytes.subarray(start);
}
