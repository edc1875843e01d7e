/** The program as a bundle: every command an entry of its own, what they share in chunks. */
import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "esbuild";
import { root } from "./manifest.mjs";
import { colourByUs, oclifOnDemand } from "./start-plugins.mjs";

/** What bin/run.js starts. */
const MAIN = "src/cli/main.ts";
/** What it starts for a tab, and what this script reads. */
const ASIDE = ["src/cli/complete.ts", "src/cli/help-topics.ts"];

/** Where a chunk looks for the worker: beside itself. */
const WORKER = "src/core/node/mine-worker.ts";

/** dist/commands, dist/cli: the program. What is asked for at every tab, and the worker, share nothing with the rest. */
export async function bundleProgram(outdir) {
  await bundle([...entries("src/commands"), MAIN], outdir);
  await bundle([...ASIDE, ...workers()], outdir);
}

/** Bundles the entries. What may be missing on a machine, and what only oclif's tools use, stays out. */
function bundle(entryPoints, outdir) {
  return build({
    absWorkingDir: root,
    entryPoints: entryPoints.map(entry),
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    mainFields: ["module", "main"],
    external: ["typescript", "ts-node", "tsx", "secp256k1"],
    plugins: [oclifOnDemand, colourByUs],
    chunkNames: "chunks/[name]-[hash]",
    banner: {
      js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
    },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    logLevel: "warning",
  });
}

function entries(folder) {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return names.filter((name) => /^(?!.*(^|\/)_).*\.ts$/.test(name)).map((name) => join(folder, name));
}

function workers() {
  return existsSync(join(root, WORKER)) ? [WORKER] : [];
}

function entry(file) {
  const out = file === WORKER ? "chunks/mine-worker" : relative("src", file).replace(/\.ts$/, "");
  return { in: file, out };
}
