/**
 * Builds dist/: the core as a library with types (tsc), the commands as a bundle (esbuild) in which running one command
 * loads little beside it; then oclif.manifest.json and docs/commands.md, which are kept in git. New folders are made
 * beside the old ones and then swapped in.
 *
 * `--program` leaves the library out: enough to try a command.
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { referenceText } from "./docs.mjs";
import { manifestText, root } from "./manifest.mjs";
import { compileProtos } from "./proto.mjs";

/** What bin/run.js starts, and what this script reads. */
const FRAME = ["src/cli/main.ts", "src/cli/complete.ts", "src/cli/help-topics.ts"];

/** Where a chunk looks for the worker: beside itself. */
const WORKER = "src/core/node/mine-worker.ts";

const require = createRequire(import.meta.url);
const dist = join(root, "dist");
const fresh = join(root, `dist-${process.pid}`);

await compileProtos();
try {
  if (!process.argv.includes("--program")) buildLibrary();
  await buildProgram();
  mkdirSync(dist, { recursive: true });
  for (const folder of readdirSync(fresh)) {
    rmSync(join(dist, folder), { recursive: true, force: true });
    renameSync(join(fresh, folder), join(dist, folder));
  }
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
const manifest = await manifestText();
writeChanged("oclif.manifest.json", manifest);
const { HELP_TOPICS } = await import(pathToFileURL(join(dist, "cli/help-topics.js")).href);
writeChanged("docs/commands.md", referenceText(JSON.parse(manifest), HELP_TOPICS));

/** Leaves a file alone that has this text already. */
function writeChanged(name, text) {
  const file = join(root, name);
  mkdirSync(dirname(file), { recursive: true });
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}

/** dist/core: one module per source, for those who import `statusctl/core/...`. */
function buildLibrary() {
  const tsc = join(require.resolve("typescript/package.json"), "..", "bin", "tsc");
  execFileSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json"), "--outDir", join(fresh, "core")], {
    stdio: "inherit",
  });
  cpSync(join(root, "src/core/proto"), join(fresh, "core/proto"), { recursive: true });
}

/** dist/commands, dist/cli: the program. What may be missing on a machine, and what only oclif's tools use, stays out. */
async function buildProgram() {
  await build({
    absWorkingDir: root,
    entryPoints: [...entries("src/commands"), ...FRAME, ...workers()].map(entry),
    outdir: fresh,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    mainFields: ["module", "main"],
    external: ["typescript", "ts-node", "tsx", "secp256k1"],
    plugins: [lazyPackages()],
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

/**
 * What oclif requires at once but needs seldom or never here is run when it is first used: a tenth of the start.
 * `__esModule` is asked for by the importing side and answered without running anything.
 */
function lazyPackages() {
  const names = /^(semver|tinyglobby|minimatch|ejs|cli-spinners)$/;
  const load = (path) => `get: (_, name) => name === "__esModule" ? false : require("${path}")[name]`;
  return {
    name: "lazy-packages",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: names }, ({ path, resolveDir, namespace }) =>
        namespace === "lazy" ? undefined : { path, namespace: "lazy", pluginData: resolveDir },
      );
      onLoad({ filter: names, namespace: "lazy" }, ({ path, pluginData }) => ({
        contents: `module.exports = new Proxy({}, { ${load(path)} });`,
        resolveDir: pluginData,
      }));
    },
  };
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
