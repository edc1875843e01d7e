import { expect, test } from "vitest";
import { mined } from "../../../src/cli/mined.ts";
import type { MineRequest, Miner } from "../../../src/core/node/ports.ts";
import type { Envelope } from "../../../src/core/whisper/envelope.ts";

const REQUEST = { target: 1, budgetMs: 1 } as MineRequest;
const ENVELOPE = { ttl: 10 } as Envelope;

/** A miner that finds what it is told to. */
function scripted() {
  const miner = {
    asked: 0,
    cancelled: 0,
    found: (_: Envelope | undefined): void => undefined,
    mine(_: MineRequest, done: (envelope: Envelope | undefined) => void) {
      miner.asked++;
      miner.found = done;
      return () => void miner.cancelled++;
    },
  } satisfies Miner & Record<string, unknown>;
  return miner;
}

test("an envelope is mined, or not within its budget", async () => {
  for (const outcome of [ENVELOPE, undefined]) {
    const miner = scripted();
    const mining = mined(miner, REQUEST, new AbortController().signal);
    miner.found(outcome);
    expect(await mining).toBe(outcome);
    expect(miner.cancelled).toBe(0);
  }
});

test("a signal ends the search", async () => {
  const miner = scripted();
  const stop = new AbortController();
  const mining = mined(miner, REQUEST, stop.signal);
  stop.abort();
  expect(await mining).toBeUndefined();
  expect(miner.cancelled).toBe(1);
});

test("nothing is searched after the signal", async () => {
  const miner = scripted();
  expect(await mined(miner, REQUEST, AbortSignal.abort())).toBeUndefined();
  expect(miner.asked).toBe(0);
});
