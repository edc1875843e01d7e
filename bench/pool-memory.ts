/** What a relay with a full pool holds in memory: the whole process, as it is shipped. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Benchmark, type Figure, spreadOf } from "./harness.ts";

const MB = 1e6;
/** What a small machine can spare. */
const BOUND = 250 * MB;
const RUNS = 3;

interface Filled {
  readonly before: number;
  readonly after: number;
  readonly count: number;
  readonly bytes: number;
}

export const benchmark: Benchmark = {
  name: "pool-memory",
  about: "100,000 envelopes of 500 bytes from four peers, in a process of their own",
  async run() {
    const program = await bundle("./children/fill-pool.ts");
    const runs = Array.from({ length: RUNS }, () => fill(program));
    const held = (run: Filled): number => (run.after - run.before) / run.count;
    return [
      figure(runs, {
        what: `the process with ${runs[0]?.count ?? 0} envelopes`,
        subject: (run) => run.after / MB,
        baseline: { name: "bound", value: BOUND / MB, unit: "MB" },
        target: { atMost: 1 },
      }),
      figure(runs, {
        what: "one envelope, all included",
        subject: held,
        baseline: { name: "encoded", value: (runs[0]?.bytes ?? 0) / (runs[0]?.count ?? 1), unit: "bytes" },
      }),
    ];
  },
};

interface Wanted extends Pick<Figure, "what" | "baseline" | "target"> {
  readonly subject: (run: Filled) => number;
}

function figure(runs: readonly Filled[], { what, subject, baseline, target }: Wanted): Figure {
  const values = runs.map(subject);
  return {
    what,
    ratio: spreadOf(values.map((value) => value / baseline.value)),
    subject: { name: "resident", value: Math.min(...values), unit: baseline.unit },
    baseline,
    ...(target && { target }),
  };
}

async function bundle(path: string): Promise<string> {
  const entry = fileURLToPath(new URL(path, import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    mainFields: ["module", "main"],
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}

function fill(program: string): Filled {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module"], { input: program });
  if (status !== 0) throw new Error(`the relay failed: ${stderr.toString()}`);
  return JSON.parse(stdout.toString());
}
