/** Links that we were told to keep. */
import { describe, expect, it } from "vitest";
import type { Enode } from "../../../src/core/devp2p/enode.ts";
import { StaticPeers } from "../../../src/core/devp2p/static-peers.ts";
import { NEVER, SECOND } from "../../../src/core/platform/time.ts";
import { ALICE, BOB } from "../../support/whisper-machines.ts";

const bob: Enode = { id: BOB, host: "192.0.2.2", tcpPort: 30303, udpPort: 0 };
const alice: Enode = { id: ALICE, host: "192.0.2.1", tcpPort: 30303, udpPort: 0 };

/** A machine that was told of bob at time 0, and has dialled him. */
function dialling(): StaticPeers {
  const peers = new StaticPeers();
  expect(peers.feed({ type: "add", node: bob }, 0)).toEqual([{ type: "dial", node: bob }]);
  return peers;
}

/** Tells of a loss at `now`; after how long it dials again. */
function pauseAfterLoss(peers: StaticPeers, now: number): number {
  peers.feed({ type: "down", peer: BOB }, now);
  const at = peers.wakeAt();
  expect(peers.tick(at - 1)).toEqual([]);
  expect(peers.tick(at)).toEqual([{ type: "dial", node: bob }]);
  return at - now;
}

describe("a node that was added", () => {
  it("is dialled at once, and once", () => {
    const peers = dialling();
    expect(peers.feed({ type: "add", node: bob }, 1)).toEqual([]);
    expect(peers.tick(SECOND)).toEqual([]);
    expect(peers.wakeAt()).toBe(NEVER);
  });

  it("is one of ours until it is removed", () => {
    const peers = dialling();
    expect([peers.has(BOB), peers.has(ALICE)]).toEqual([true, false]);
    peers.feed({ type: "remove", peer: BOB }, 1);
    expect(peers.has(BOB)).toBe(false);
    expect(peers.feed({ type: "down", peer: BOB }, 2)).toEqual([]);
    expect(peers.wakeAt()).toBe(NEVER);
  });

  it("does not keep another one waiting", () => {
    const peers = dialling();
    peers.feed({ type: "down", peer: BOB }, 0);
    expect(peers.feed({ type: "add", node: alice }, 1)).toEqual([{ type: "dial", node: alice }]);
  });
});

describe("after a failure", () => {
  it("it is dialled again, after pauses that grow to half a minute", () => {
    const peers = dialling();
    let now = 0;
    const pauses = Array.from({ length: 9 }, () => {
      const pause = pauseAfterLoss(peers, now);
      now += pause;
      return pause;
    });
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it("a link that held makes the next pause short again, one that did not does not", () => {
    const peers = dialling();
    for (let times = 0; times < 4; times++) pauseAfterLoss(peers, 0);
    peers.feed({ type: "up", peer: BOB }, 100 * SECOND);
    expect(pauseAfterLoss(peers, 105 * SECOND)).toBe(8000);
    peers.feed({ type: "up", peer: BOB }, 200 * SECOND);
    expect(pauseAfterLoss(peers, 210 * SECOND)).toBe(500);
    expect(pauseAfterLoss(peers, 300 * SECOND)).toBe(1000);
  });

  it("a link that came up meanwhile, whoever dialled, is left alone", () => {
    const peers = dialling();
    peers.feed({ type: "down", peer: BOB }, 0);
    peers.feed({ type: "up", peer: BOB }, 100);
    expect(peers.tick(60 * SECOND)).toEqual([]);
    expect(peers.wakeAt()).toBe(NEVER);
  });
});

it("links with others are none of its concern", () => {
  const peers = dialling();
  expect(peers.feed({ type: "up", peer: ALICE }, 1)).toEqual([]);
  expect(peers.feed({ type: "down", peer: ALICE }, 2)).toEqual([]);
  expect(peers.wakeAt()).toBe(NEVER);
});
