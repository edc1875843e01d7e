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
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleProgram } from "./bundle.mjs";
import { referenceText } from "./docs.mjs";
import { manifestText, root } from "./manifest.mjs";
import { compileProtos } from "./proto.mjs";

const require = createRequire(import.meta.url);
const dist = join(root, "dist");
const fresh = join(root, `dist-${process.pid}`);

await compileProtos();
try {
  if (!process.argv.includes("--program")) buildLibrary();
  await bundleProgram(fresh);
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
