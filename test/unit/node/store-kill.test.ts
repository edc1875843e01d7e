/** A process that commits without end is killed, again and again, wherever it happens to be. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, expect, test } from "vitest";
import { createFileStore, FileStore } from "../../../src/core/node/store/file-store.ts";
import { holderOf } from "../../../src/core/node/store/lock.ts";
import { systemDisk } from "../../../src/core/node/store/system-disk.ts";
import { ended, startChild } from "../../support/child.ts";

const KILL_POINTS = Number(process.env.STATUSCTL_KILL_POINTS ?? 20);

const directory = mkdtempSync(`${tmpdir()}/statusctl-kill-`);
afterAll(() => rmSync(directory, { recursive: true }));

/** Kills the child after so many of its transactions and a moment; the last number that it said was durable. */
async function runAndKill(transactions: number): Promise<number> {
  const child = startChild("store-child.ts", "commit", directory);
  const end = ended(child);
  let said = "";
  let heard = 0;
  for await (const chunk of child.stdout) {
    said += String(chunk);
    heard += String(chunk).split("\n").length - 1;
    if (heard >= transactions) child.kill("SIGKILL");
  }
  expect(await end).toBe("SIGKILL");
  return Number(said.slice(0, said.lastIndexOf("\n")).split("\n").at(-1));
}

function checkProfile(durable: number): void {
  const store = new FileStore({ disk: systemDisk, directory, journalMax: 4000 });
  const clock = Number(store.read("clock"));
  expect(clock).toBeGreaterThanOrEqual(durable);
  expect(store.count("messages")).toBe(clock);
  expect(store.list("outbox")).toEqual([clock - 2, clock - 1, clock].map((n) => `outbox/${n}`).sort());
  let n = 0;
  for (const message of store.query("messages", { group: "a" })) {
    n++;
    expect(message).toEqual({ n, text: "x".repeat(n % 300) });
  }
  expect(n).toBe(clock);
  store.close();
}

test(`killed ${KILL_POINTS} times, a profile has every transaction that was durable, and nothing half`, async () => {
  createFileStore({ disk: systemDisk, directory, chunkRecords: 50 });
  for (let round = 0; round < KILL_POINTS; round++) {
    const durable = await runAndKill(3 + ((round * 37) % 60));
    expect(durable).toBeGreaterThan(2);
    expect(holderOf(directory)).toBeUndefined();
    checkProfile(durable);
  }
}, 600_000);
