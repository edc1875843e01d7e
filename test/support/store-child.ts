/**
 * Processes that tests start: `node --import tsx store-child.ts TASK DIRECTORY`.
 *
 * - `commit`: commits numbered transactions without end, and writes each number to stdout once it is durable
 * - `count N`: N times takes the lock, adds one to a document, and lets go
 * - `hold`: takes the lock and keeps it until it is killed
 */
import { FileStore } from "../../src/core/node/store/file-store.ts";
import { acquireLock } from "../../src/core/node/store/lock.ts";
import { systemDisk } from "../../src/core/node/store/system-disk.ts";

const [task, directory = "", times = "0"] = process.argv.slice(2);
const WAIT_MS = 60_000;

async function commit(): Promise<never> {
  const lock = await acquireLock(directory, { command: "test commit", waitMs: WAIT_MS });
  const store = new FileStore({ disk: systemDisk, directory, journalMax: 4000 });
  for (let n = Number(store.read("clock") ?? 0) + 1; ; n++) {
    store.put("clock", n);
    store.put(`outbox/${n}`, { n });
    if (n > 3) store.remove(`outbox/${n - 3}`);
    store.append("messages", { key: `m${n}`, group: "a", order: n, value: { n, text: "x".repeat(n % 300) } });
    store.commit();
    process.stdout.write(`${n}\n`);
    if (lock.holder.pid !== process.pid) throw new Error("the lock is another's");
  }
}

async function count(): Promise<void> {
  for (let n = 0; n < Number(times); n++) {
    const lock = await acquireLock(directory, { command: "test count", waitMs: WAIT_MS });
    const store = new FileStore({ disk: systemDisk, directory, journalMax: 2000 });
    store.put("counter", Number(store.read("counter") ?? 0) + 1);
    store.append("counted", { key: `${process.pid}-${n}`, group: "", order: n, value: null });
    store.commit();
    store.close();
    lock.release();
  }
}

async function hold(): Promise<void> {
  await acquireLock(directory, { command: "test hold", waitMs: WAIT_MS });
  process.stdout.write("held\n");
  setTimeout(() => undefined, WAIT_MS);
}

if (task === "commit") await commit();
else if (task === "count") await count();
else if (task === "hold") await hold();
else throw new Error(`no task "${task}"`);
