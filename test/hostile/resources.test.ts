/** Peers that keep the rules and want too much: of our pool, our buffers, our places, our time. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { concatBytes } from "../../src/core/bytes/bytes.ts";
import { encodeRlp } from "../../src/core/bytes/rlp.ts";
import { DISCONNECT_REASONS } from "../../src/core/devp2p/disconnect.ts";
import { systemRandom } from "../../src/core/node/system.ts";
import { toSeconds } from "../../src/core/platform/time.ts";
import {
  CODES,
  encodeBloomFilter,
  encodeMessages,
  encodePowRequirement,
  NO_LIMITS,
} from "../../src/core/whisper/packets.ts";
import { Arena, honestPeer, summary } from "../support/arena.ts";
import { Attacker } from "../support/attacker.ts";

const MIB = 2 ** 20;
const pool = { maxBytes: 8 * MIB, maxCount: 20_000 };
/** The young generation of V8, and what becomes garbage faster than it is collected. */
const busyMemoryMb = 64;
/** The pool as encoded, what holding it costs, and as above. */
const fullPoolMb = (2 * pool.maxBytes) / MIB + (pool.maxCount * 2048) / MIB + busyMemoryMb;

let arena: Arena;
beforeAll(async () => {
  // No minimum of work: so attacks take memory and not this test's time.
  arena = await Arena.open({ whisper: { minPow: 0, pool } });
});
afterAll(() => arena.close());

let made = 0;
/** An envelope that nobody has seen before. */
function fresh(length = 0, ttl = 50): Uint8Array {
  const topic = new Uint8Array(4);
  new DataView(topic.buffer).setUint32(0, 0x01000000 + made++);
  return encodeRlp([toSeconds(Date.now()) + ttl, ttl, topic, systemRandom.bytes(length), 0]);
}

const batchOf = (count: number, length = 0): Uint8Array =>
  encodeMessages(Array.from({ length: count }, () => fresh(length)));

async function flood(attacker: Attacker, packets: number, make: () => Uint8Array): Promise<void> {
  for (let packet = 0; packet < packets; packet++) await attacker.write(attacker.packet(CODES.messages, make()));
  await attacker.pingPong();
}

describe("slow readers", () => {
  /** Bytes that may wait for one of them, and the frame that was one too many. */
  const backlogMb = 8 + 1;

  it("are hung up on while 50 MB of envelopes pass", async ({ annotate }) => {
    const report = await arena.attack({ memoryMb: backlogMb + fullPoolMb }, async () => {
      const reader = await arena.joined();
      reader.socket.pause();
      const feeder = await arena.joined({ minPow: 1000 });
      const acknowledgement = encodeRlp(new Uint8Array(32));
      for (let packet = 0; packet < 200; packet++) {
        await feeder.write(feeder.packet(CODES.messages, batchOf(16, 16_000)));
        // Who reads nothing may still claim to have everything, so that more is sent.
        await reader.write(reader.packet(CODES.batchAcknowledged, acknowledgement));
        await sleep(25);
      }
      await feeder.pingPong();
      feeder.close();
      await leftAlone();
    });
    await annotate(summary(report));
  });

  it("of answers are hung up on as well", async ({ annotate }) => {
    const expiry = toSeconds(Date.now()) + 1000;
    const future = (topic: number) =>
      encodeRlp([expiry, 50, Uint8Array.of(1, 1, topic >> 8, topic), new Uint8Array(50), 0]);
    const data = encodeMessages(Array.from({ length: 256 }, (_, index) => future(index)));
    const report = await arena.attack({ memoryMb: backlogMb + busyMemoryMb }, async () => {
      const reader = await arena.joined({ minPow: 1000 });
      reader.socket.pause();
      let isOver = false;
      const watch = leftAlone().finally(() => {
        isOver = true;
      });
      while (reader.isOpen && !isOver) await Promise.race([reader.write(reader.packet(CODES.messages, data)), watch]);
      await watch;
    });
    await annotate(summary(report));
  });
});

describe("the pool", () => {
  it("takes no more bytes than it may, of 40 MB of valid envelopes", async ({ annotate }) => {
    const report = await arena.attack({ memoryMb: fullPoolMb }, async () => {
      await flood(await arena.joined(), 160, () => batchOf(16, 16_000));
    });
    expect(report.after.pool.bytes).toBeLessThanOrEqual(pool.maxBytes);
    expect(report.after.pool.bytes).toBeGreaterThan(pool.maxBytes / 2);
    await annotate(summary(report));
  });

  it("takes no more envelopes than it may, of 60,000 specks", async ({ annotate }) => {
    const report = await arena.attack({ memoryMb: fullPoolMb }, async () => {
      await flood(await arena.joined(), 30, () => batchOf(2000));
    });
    expect(report.after.pool.count).toBeLessThanOrEqual(pool.maxCount);
    expect(report.after.pool.count).toBeGreaterThan(pool.maxCount / 2);
    await annotate(summary(report));
  });

  it("is passed on in packets that others take, however small its envelopes are", async ({ annotate }) => {
    const carol = honestPeer(arena.enode, "carol", { minPow: 0 });
    onTestFinished(() => carol.stop());
    let lost = 0;
    carol.hub.listen((event) => {
      if (event.type === "closed") lost++;
    });
    const report = await arena.attack({ memoryMb: fullPoolMb }, async () => {
      carol.start();
      const held = (await arena.ask("figures")).pool.count;
      for (const deadline = Date.now() + 20_000; carol.node.pool.statistics.count < held; await sleep(20)) {
        expect(Date.now(), "carol has all that the relay has").toBeLessThan(deadline);
      }
      expect(lost, "streams that ended").toBe(0);
    });
    await annotate(summary(report));
  });
});

describe("terms", () => {
  it("may be changed 4000 times while the pool is full", async ({ annotate }) => {
    const report = await arena.attack({ memoryMb: busyMemoryMb }, async () => {
      const attacker = await arena.joined({ minPow: 1000 });
      for (let times = 0; times < 2000; times++) {
        const bloom = attacker.packet(CODES.bloomFilter, encodeBloomFilter(new Uint8Array(64).fill(times)));
        const pow = attacker.packet(CODES.powRequirement, encodePowRequirement(1000 + times));
        await attacker.write(concatBytes(bloom, pow));
      }
      await attacker.pingPong();
    });
    await annotate(summary(report));
  });

  it("of ten peers that take one envelope per topic and second cost nobody else anything", async ({ annotate }) => {
    const report = await arena.attack({ memoryMb: busyMemoryMb }, async () => {
      const rateLimits = { ...NO_LIMITS, topic: 1 };
      const attackers = await Promise.all(Array.from({ length: 10 }, () => arena.joined({ rateLimits })));
      await sleep(2000);
      await Promise.all(attackers.map((attacker) => attacker.pingPong()));
    });
    await annotate(summary(report));
  });
});

describe("places", () => {
  it("are not kept from newcomers by 300 half-open sockets that are opened again and again", async ({ annotate }) => {
    const dave = honestPeer(arena.enode, "dave");
    onTestFinished(() => dave.stop());
    const report = await arena.attack({ memoryMb: busyMemoryMb }, async () => {
      let isOver = false;
      const opening = Array.from({ length: 300 }, async () => {
        while (!isOver) await (await arena.stranger()).closed;
      });
      await sleep(500);
      dave.start();
      const joined = await dave.joined(AbortSignal.timeout(15_000));
      isOver = true;
      arena.dismiss();
      await Promise.all(opening);
      expect(joined, "dave gets in").toBe(true);
    });
    await annotate(summary(report));
  });

  it("for peers are given to the first; the others are told so", async ({ annotate }) => {
    const report = await arena.attack({ memoryMb: busyMemoryMb }, async () => {
      const attackers = await Promise.all(Array.from({ length: 40 }, () => arena.shaken()));
      for (const attacker of attackers) await attacker.write(attacker.hello());
      await sleep(1000);
      const refused = attackers.filter(({ goodbye }) => goodbye === DISCONNECT_REASONS.tooManyPeers);
      expect(refused.length).toBeGreaterThanOrEqual(40 - 25);
    });
    await annotate(summary(report));
  });

  it("are free again after 500 peers have come and gone, and so is their memory", async ({ annotate }) => {
    const visit = async (): Promise<void> => {
      const attacker = await Attacker.joined(arena.enode, { minPow: 1000 });
      attacker.close();
      await attacker.closed;
    };
    const visits = async (times: number): Promise<void> => {
      for (let time = 0; time < times; time += 10) await Promise.all(Array.from({ length: 10 }, visit));
      await leftAlone();
    };
    await visits(50);
    const report = await arena.attack({ memoryMb: busyMemoryMb }, () => visits(500));
    const after = await arena.ask("rest");
    const perVisit = (after.heapUsed - report.before.heapUsed) / 500;
    // A connection that is kept has four kilobytes; the honest peers' envelopes meanwhile come to some hundred bytes a visit.
    expect(perVisit, "bytes that a visit leaves behind").toBeLessThan(2048);
    await annotate(`${summary(report)}; ${perVisit.toFixed(0)} bytes left per visit`);
  });
});

/** Waits until nobody but the honest is connected. */
async function leftAlone(): Promise<void> {
  for (const deadline = Date.now() + 20_000; (await arena.ask("figures")).connections > 2; await sleep(20)) {
    if (Date.now() > deadline) throw new Error("somebody is still connected");
  }
}
