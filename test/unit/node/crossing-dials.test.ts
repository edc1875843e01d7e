/** Two nodes that were told to stay connected with each other dial at the same moment. */
import { expect, it } from "vitest";
import type { NodeEvent } from "../../../src/core/node/node-io.ts";
import { type Millis, SECOND } from "../../../src/core/platform/time.ts";
import { type Host, World } from "../../sim/world.ts";
import { fast } from "../../support/doors.ts";

/** What one of them has seen of its links. */
interface Log {
  made: number;
  up: number;
}

const SEEDS = Array.from({ length: 8 }, (_, seed) => seed);

/** `latencyMs` of each stream; `lead`: how much earlier the first one dials. */
function logsOfTwo(seed: number, { latencyMs, lead }: { latencyMs: readonly [Millis, Millis]; lead: Millis }): Log[] {
  const world = new World(seed, fast, { latencyMs, noticeMs: 200 });
  const [one, other] = [watched(world, "one"), watched(world, "other")];
  one.host.node.connect(other.host.enode);
  world.clock.runUntil(world.clock.now() + lead);
  other.host.node.connect(one.host.enode);
  world.clock.runUntil(world.clock.now() + 20 * SECOND);
  return [one.log, other.log];
}

function watched(world: World, name: string): { host: Host; log: Log } {
  const log: Log = { made: 0, up: 0 };
  const observe = (event: NodeEvent) => {
    if (event.type === "ready") log.made++;
    if (event.type === "ready") log.up++;
    if (event.type === "closed" && event.hello) log.up--;
  };
  return { host: world.host(name, { observe }), log };
}

// One way takes 40 ms: from the same moment until long after the first call was taken.
it.each([0, 1, 20, 39, 40, 41, 80, 120, 160])("they keep the first link when one is %i ms earlier", (lead) => {
  for (const seed of SEEDS) {
    const logs = logsOfTwo(seed, { latencyMs: [40, 40], lead });
    expect(logs, `seed ${seed}`).toEqual(Array(2).fill({ made: 1, up: 1 }));
  }
});

it.each([0, 20, 80, 160])("they end with one link when one is %i ms earlier on ways of any length", (lead) => {
  for (const seed of SEEDS) {
    const logs = logsOfTwo(seed, { latencyMs: [5, 80], lead });
    expect(logs, `seed ${seed}`).toMatchObject(Array(2).fill({ up: 1 }));
  }
});
