/**
 * What starting costs: user time of a whole process, as a multiple of a Node.js that does nothing in the same
 * environment (variables such as NODE_EXTRA_CA_CERTS cost both the same). Needs a build.
 */
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Benchmark, type Figure, type Measure, spreadOf } from "./harness.ts";

const RUN = fileURLToPath(new URL("../bin/run.js", import.meta.url));
const USAGE = fileURLToPath(new URL("children/usage.cjs", import.meta.url));
const ROUNDS = 15;

/** Words of the command, and the bound on its multiple. */
const STARTS: readonly (readonly [what: string, args: readonly string[], atMost: number])[] = [
  ["--version", ["--version"], 1.6],
  ["a completed word", ["__complete", "fleet", "show", ""], 1.6],
  ["fleet list", ["fleet", "list"], 3],
  ["whoami", ["whoami"], 3],
  ["envelope decode", ["envelope", "decode", "0xcd845e5b10f50a84cd4237608001"], 3],
];

export const benchmark: Benchmark = {
  name: "startup",
  about: "user time of a whole command (subject) against `node -e 0` (baseline); smaller is better",
  async run() {
    if (!existsSync(fileURLToPath(new URL("../dist/cli/main.js", import.meta.url))))
      throw new Error("run `npm run build` first");
    const home = mkdtempSync(`${tmpdir()}/statusctl-bench-`);
    try {
      userMs([RUN, "init", "--reveal", "-q"], home);
      return STARTS.map(([what, args, atMost]) => figureOf(what, [RUN, ...args], { home, atMost }));
    } finally {
      rmSync(home, { recursive: true });
    }
  },
};

function figureOf(what: string, args: readonly string[], { home, atMost }: { home: string; atMost: number }): Figure {
  const rounds = Array.from({ length: ROUNDS }, () => ({
    subject: userMs(args, home),
    baseline: userMs(["-e", "0"], home),
  }));
  const best = (of: "subject" | "baseline", name: string): Measure => ({
    name,
    value: Math.min(...rounds.map((round) => round[of])),
    unit: "ms",
  });
  return {
    what,
    ratio: spreadOf(rounds.map(({ subject, baseline }) => subject / baseline)),
    subject: best("subject", what),
    baseline: best("baseline", "node -e 0"),
    target: { atMost },
  };
}

/** Milliseconds of user time of one process; a command that fails is no measurement. */
function userMs(args: readonly string[], home: string): number {
  const usage = openSync(join(home, "usage"), "w+");
  try {
    const { status } = spawnSync(process.execPath, ["--require", USAGE, ...args], {
      env: { ...process.env, HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home },
      stdio: ["ignore", "ignore", "inherit", usage],
    });
    if (status !== 0) throw new Error(`${args.join(" ")}: exit code ${status}`);
    return Number(readFileSync(join(home, "usage"), "utf8")) / 1000;
  } finally {
    closeSync(usage);
  }
}
