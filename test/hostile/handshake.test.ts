/** Peers that break the rules before Hello is exchanged. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { concatBytes } from "../../src/core/bytes/bytes.ts";
import { encodeRlp } from "../../src/core/bytes/rlp.ts";
import { DISCONNECT_REASONS } from "../../src/core/devp2p/disconnect.ts";
import { publicKeyOfNode } from "../../src/core/devp2p/enode.ts";
import { sealPacket } from "../../src/core/devp2p/rlpx/packet.ts";
import { freshSecret } from "../../src/core/node/fresh-secret.ts";
import { systemRandom } from "../../src/core/node/system.ts";
import type { NodeId } from "../../src/core/platform/node-id.ts";
import { SeededRandom } from "../sim/random.ts";
import { Arena, honestPeer, summary } from "../support/arena.ts";
import { type Attacker, PING_ID } from "../support/attacker.ts";
import { fast as crypto } from "../support/doors.ts";
import { idOf } from "../support/rlpx.ts";

/**
 * A connection keeps at most 2 KB before it is known, so whatever grows here is garbage that waits for its collection:
 * the young generation of V8, 16 MB and as much again while it is copied.
 */
const memoryMb = 32;

let arena: Arena;
beforeAll(async () => {
  arena = await Arena.open();
});
afterAll(() => arena.close());

describe("before auth", () => {
  it("hangs up on garbage", async ({ annotate }) => {
    const random = new SeededRandom(1);
    const report = await arena.attack({ memoryMb }, async () => {
      for (let times = 0; times < 30; times++) {
        const attacker = await arena.stranger();
        await attacker.write(random.bytes(65_536));
        await attacker.hungUp();
      }
    });
    await annotate(summary(report));
  });
});

describe("auth", () => {
  it("hangs up on a likely size with garbage behind it, in both formats", async ({ annotate }) => {
    const random = new SeededRandom(2);
    const report = await arena.attack({ memoryMb }, async () => {
      for (const prefix of [
        [0x01, 0x33],
        [0x02, 0x00],
        [0x08, 0x00],
        [0x04, 0x20],
        [0x04, 0xff],
      ]) {
        const attacker = await arena.stranger();
        await attacker.write(concatBytes(Uint8Array.from(prefix), random.bytes(1_000_000)));
        await attacker.hungUp();
      }
    });
    await annotate(summary(report));
  });

  it("hangs up on one with a flipped bit", async ({ annotate }) => {
    const report = await arena.attack({ memoryMb }, async () => {
      for (const place of [0, 2, 70, 200, -1]) {
        const attacker = await arena.stranger();
        await attacker.write(flipped(attacker.auth(), place));
        await attacker.hungUp();
      }
    });
    await annotate(summary(report));
  });

  it("does not let strangers keep a peer out by claiming its key", async ({ annotate }) => {
    const carol = honestPeer(arena.enode, "carol");
    const report = await arena.attack({ memoryMb }, async () => {
      const isIn = new AbortController();
      const claim = async (): Promise<void> => {
        while (!isIn.signal.aborted) {
          const attacker = await arena.stranger();
          isIn.signal.addEventListener("abort", () => attacker.close());
          await attacker.write(claimOf(carol.node.id));
          await attacker.closed;
        }
      };
      const claims = Array.from({ length: 3 }, claim);
      await sleep(300);
      carol.start();
      const joined = await carol.joined(AbortSignal.timeout(15_000));
      isIn.abort();
      expect(joined, "carol gets in").toBe(true);
      carol.stop();
      await Promise.all(claims);
    });
    await annotate(summary(report));
  });
});

describe("Hello", () => {
  const cases: readonly [string, string, (attacker: Attacker) => Uint8Array][] = [
    ["garbage instead of it", "the header's MAC differs", () => new SeededRandom(3).bytes(65_536)],
    ["one whose header has a wrong MAC", "the header's MAC differs", (attacker) => flipped(attacker.hello(), 31)],
    ["one whose body has a wrong MAC", "the body's MAC differs", (attacker) => flipped(attacker.hello(), -1)],
    ["one with a flipped bit", "the body's MAC differs", (attacker) => flipped(attacker.hello(), 40)],
    ["one that is too large", "at most 2049 is allowed", (attacker) => attacker.hello({ clientId: "x".repeat(2048) })],
    ["one of the largest frame there is", "size 16777215", (attacker) => attacker.frame(new Uint8Array(2 ** 24 - 1))],
    [
      "nested lists instead of it",
      "hello: list: version",
      (attacker) => attacker.message(0, new Uint8Array(2000).fill(0xc1)),
    ],
    ["a ping instead of it", "message 2 before Hello", (attacker) => attacker.message(PING_ID, Uint8Array.of(0xc0))],
    ["a frame of nothing", "message id: nothing left", (attacker) => attacker.frame()],
  ];

  it.each(cases)("hangs up without a word on %s", async (_, why, make) => {
    const { after } = await arena.attack({ memoryMb }, async () => {
      const attacker = await arena.shaken();
      await attacker.write(make(attacker));
      await attacker.hungUp();
      expect(attacker.goodbye).toBeUndefined();
    });
    expect(after.farewells.join("; ")).toContain(why);
  });

  it("says goodbye to another node key than the one of the handshake", async () => {
    await arena.attack({ memoryMb }, async () => {
      const attacker = await arena.shaken();
      await attacker.write(attacker.hello({ nodeId: idOf(freshSecret(crypto, systemRandom)) }));
      await attacker.hungUp();
      expect(attacker.goodbye).toBe(DISCONNECT_REASONS.unexpectedIdentity);
    });
  });
});

describe("silence", () => {
  it("ends every connection about five seconds after its beginning, at whatever stage", async ({ annotate }) => {
    const stages: Record<string, () => Promise<Attacker>> = {
      nothing: () => arena.stranger(),
      "half an auth": () => saying((attacker) => attacker.auth().subarray(0, 200)),
      "auth byte by byte": async () => trickling(await arena.stranger()),
      "all but auth's last byte": () => saying((attacker) => attacker.auth().subarray(0, -1)),
      "auth alone": () => arena.shaken(),
      "half a Hello": async () => {
        const attacker = await arena.shaken();
        await attacker.write(attacker.hello().subarray(0, 50));
        return attacker;
      },
      "no Status": () => arena.met(),
    };
    const report = await arena.attack({ memoryMb }, async () => {
      const ends = Object.entries(stages).map(async ([stage, begin]) => {
        const start = performance.now();
        const attacker = await begin();
        await attacker.hungUp(20_000);
        const took = performance.now() - start;
        expect(took, `milliseconds until the end of: ${stage}`).toBeGreaterThan(4_000);
        return `${stage} ${(took / 1000).toFixed(1)} s`;
      });
      await annotate((await Promise.all(ends)).join(", "));
    });
    await annotate(summary(report));
  });

  async function saying(make: (attacker: Attacker) => Uint8Array): Promise<Attacker> {
    const attacker = await arena.stranger();
    await attacker.write(make(attacker));
    return attacker;
  }

  function trickling(attacker: Attacker): Attacker {
    const timer = setInterval(() => void attacker.write(auth.subarray(at, ++at)), 50);
    const auth = attacker.auth();
    let at = 0;
    void attacker.closed.then(() => clearInterval(timer));
    return attacker;
  }
});

function flipped(bytes: Uint8Array, place: number): Uint8Array {
  const copy = bytes.slice();
  const at = (place + bytes.length) % bytes.length;
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** An auth in the name of `peer`, by somebody who has not got its key: all but the first frame of it is right. */
function claimOf(peer: NodeId): Uint8Array {
  const signature = crypto.sign(systemRandom.bytes(32), freshSecret(crypto, systemRandom));
  const body = encodeRlp([signature, publicKeyOfNode(peer).subarray(1), systemRandom.bytes(32), 4]);
  return sealPacket(crypto, systemRandom, { recipient: publicKeyOfNode(arena.enode.id), format: "eip8", body });
}
