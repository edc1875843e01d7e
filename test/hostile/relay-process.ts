/**
 * A relay alone in its process, so that what an attack costs is what the process grows by. Takes options as JSON in its
 * first argument, sends its enode, then answers questions until its parent is gone.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { openCrypto } from "../../src/core/crypto/open.ts";
import type { CloseCause } from "../../src/core/devp2p/link-io.ts";
import type { Quotas } from "../../src/core/node/connections.ts";
import { freshSecret } from "../../src/core/node/fresh-secret.ts";
import { threadMiner } from "../../src/core/node/miner.ts";
import type { NodeEvent } from "../../src/core/node/node-io.ts";
import { startRelay } from "../../src/core/node/relay.ts";
import { systemClock, systemRandom } from "../../src/core/node/system.ts";
import { tcpDialer } from "../../src/core/node/tcp.ts";
import type { RelayStatistics } from "../../src/core/whisper/relay.ts";
import type { WhisperOptions } from "../../src/core/whisper/whisper.ts";

export interface RelayProcessOptions {
  readonly whisper?: Partial<WhisperOptions>;
  readonly quotas?: Partial<Quotas>;
}

export type Question = "rest" | "figures" | "stop";

/** What the relay says of itself; sizes in bytes. */
export interface Figures {
  readonly rss: number;
  /** The highest `rss` since the relay was last told to rest. */
  readonly peak: number;
  readonly heapUsed: number;
  readonly pool: RelayStatistics;
  readonly peers: number;
  /** Streams that are open. */
  readonly connections: number;
  /** Why streams and peers were given up, the latest last. */
  readonly farewells: readonly string[];
  /** What stopped the node, if anything did. */
  readonly failure: string | undefined;
}

const FAREWELLS_MAX = 100;
const SAMPLE_MS = 20;
const isLinux = process.platform === "linux";

const crypto = await openCrypto("fast");
const farewells: string[] = [];
let [connections, highest] = [0, 0];
let failure: string | undefined;

const options: RelayProcessOptions = JSON.parse(process.argv[2] ?? "{}");
const relay = await startRelay({
  ...options,
  crypto,
  random: systemRandom,
  clock: systemClock,
  dialer: tcpDialer(),
  miner: threadMiner(crypto),
  nodeSecret: freshSecret(crypto, systemRandom),
  clientId: "statusctl/test",
  listen: { host: "127.0.0.1", port: 0 },
  observe,
});
if (!isLinux) setInterval(sample, SAMPLE_MS).unref();
process.once("disconnect", () => process.exit());
process.on("message", (question: Question) => void answer(question));
process.send?.(relay.enode);

async function answer(question: Question): Promise<void> {
  if (question === "rest") rest();
  if (question === "stop") await relay.stop();
  process.send?.(figures());
  if (question === "stop") process.disconnect();
}

function figures(): Figures {
  const { rss, heapUsed } = process.memoryUsage();
  const { statistics: pool, peers } = relay.node.pool;
  return { rss, peak: peak(rss), heapUsed, pool, peers: peers.length, connections, farewells, failure };
}

function observe(event: NodeEvent): void {
  if (event.type === "opened") connections++;
  if (event.type === "failed") failure = String(event.error);
  if (event.type === "whisper" && event.event.type === "drop") note(event.event.error.message);
  if (event.type !== "closed") return;
  connections--;
  note(describe(event.cause));
}

function describe(cause: CloseCause): string {
  if (cause.type === "broken") return cause.error.message;
  return `${cause.type} ${cause.reason}${cause.type === "ours" && cause.error ? `: ${cause.error.message}` : ""}`;
}

function note(farewell: string): void {
  farewells.push(farewell);
  if (farewells.length > FAREWELLS_MAX) farewells.shift();
}

/** Collects garbage, and begins to look for the highest memory use anew. */
function rest(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  farewells.length = 0;
  if (isLinux) writeFileSync("/proc/self/clear_refs", "5");
  highest = process.memoryUsage().rss;
}

function sample(): void {
  highest = Math.max(highest, process.memoryUsage().rss);
}

/** Linux keeps the mark itself; elsewhere samples must do. */
function peak(rss: number): number {
  if (!isLinux) return Math.max(highest, rss);
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"));
  return 1024 * Number(line?.[1] ?? 0);
}
