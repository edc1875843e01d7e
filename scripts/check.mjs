/**
 * The one check: what has to hold before anything is handed in. Expects a build.
 *
 * Steps run one after another: there are two cores, and the tests want both. Each is run even when an earlier one failed,
 * so one run tells everything. The last line counts the tests, and every other step as one.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cruise } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";
import { root } from "./manifest.mjs";

/** A rule over no modules passes; so many there are at least. */
const MODULES_MIN = 250;
/** Scenarios of the simulated network; more by hand with `npm run sim`. */
const SEEDS = 50;

const require = createRequire(import.meta.url);

const steps = [
  ["format and lint", () => run("@biomejs/biome/bin/biome", ["ci", "--colors=off", "--error-on-warnings", "."])],
  ["types", () => run("typescript/bin/tsc", ["-p", "."])],
  ["layers", checkLayers],
  ["core is pure", checkPurity],
  ["nothing unused", () => run("knip/bin/knip.js", ["--no-progress"])],
  ["generated files are fresh", checkGenerated],
  ["tests", runTests],
  ["simulated networks", runSimulation],
];

const tests = { passed: 0, failed: 0 };
const results = [];
for (const [name, check] of steps) {
  const start = performance.now();
  console.error(`\n== ${name}`);
  const passed = await attempt(check);
  results.push({ name, passed, seconds: (performance.now() - start) / 1000 });
}

console.error("");
for (const { name, passed, seconds } of results) {
  console.error(`${passed ? "passed" : "FAILED"}  ${name.padEnd(28)} ${seconds.toFixed(1).padStart(6)} s`);
}
const broken = results.filter(({ passed }) => !passed).length;
const failed = broken + (tests.failed > 0 ? tests.failed - 1 : 0);
console.log(`${results.length - broken + tests.passed} passed, ${failed} failed`);
process.exitCode = broken === 0 ? 0 : 1;

async function attempt(check) {
  try {
    return await check();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return false;
  }
}

/** Runs a tool of node_modules; true when it is content. */
function run(script, args) {
  return spawnSync(process.execPath, [fileOf(script), ...args], { cwd: root, stdio: "inherit" }).status === 0;
}

/** All suites; vitest tells people on the terminal and us in a file. */
function runTests() {
  const folder = mkdtempSync(join(tmpdir(), "statusctl-check-"));
  const file = join(folder, "tests.json");
  const passed = run("vitest/vitest.mjs", [
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
  ]);
  if (existsSync(file)) {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, "utf8"));
    Object.assign(tests, { passed: numPassedTests, failed: numFailedTests });
  }
  rmSync(folder, { recursive: true });
  return passed && tests.passed > 0;
}

/** Some packages do not export their executable: it is found beside their package.json. */
function fileOf(script) {
  const [, name, path] = /^((?:@[^/]+\/)?[^/]+)\/(.*)$/.exec(script);
  return join(root, "node_modules", name, path);
}

/** The arrows of .dependency-cruiser.cjs, and that it saw the modules. */
async function checkLayers() {
  const config = require(join(root, ".dependency-cruiser.cjs"));
  const tsConfig = extractTSConfig(join(root, "tsconfig.json"));
  const { output } = await cruise(
    ["src"],
    { ...config.options, ruleSet: { forbidden: config.forbidden }, validate: true, baseDir: root },
    undefined,
    { tsConfig },
  );
  const { error, totalCruised, violations } = output.summary;
  for (const { from, to, rule } of violations) console.error(`${rule.name}: ${from} -> ${to}`);
  console.error(`${totalCruised} modules, ${error} violations`);
  if (totalCruised < MODULES_MIN)
    console.error(`expected at least ${MODULES_MIN} modules: does the tool still read TypeScript?`);
  return error === 0 && totalCruised >= MODULES_MIN;
}

/** The linter's rules have exceptions by folder; this looks for the words themselves, wherever they stand in code. */
function checkPurity() {
  const impure =
    /\b(Date\s*\(|Date\.now|new Date\b|setTimeout|setInterval|setImmediate|queueMicrotask|Math\.random|performance\.now|process\.|console\.|Buffer\.|new Promise|Promise\.|await |fetch\s*\()|from "node:/;
  const files = sources("src/core").filter((file) => !/^src\/core\/(node|crypto|proto)\//.test(file));
  let faults = 0;
  for (const file of files) {
    for (const [index, line] of readFileSync(join(root, file), "utf8").split("\n").entries()) {
      const code = line.replace(/^\s*(\*|\/\*).*|\/\/.*$/, "");
      if (!impure.test(code)) continue;
      faults++;
      console.error(`${file}:${index + 1}: ${line.trim()}`);
    }
  }
  console.error(`${files.length} files of core looked at, ${faults} faults`);
  return faults === 0 && files.length > 50;
}

function sources(folder) {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .map((file) => `${folder}/${file}`);
}

/** The build has written them anew: a difference was not committed. */
function checkGenerated() {
  if (!existsSync(join(root, ".git"))) return true;
  const files = ["oclif.manifest.json", "docs/commands.md"];
  const { status } = spawnSync("git", ["diff", "--exit-code", "--stat", "--", ...files], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) console.error("the build changed these files: commit them");
  return status === 0;
}

function runSimulation() {
  if (!existsSync(join(root, "test/sim/run.ts"))) return true;
  const args = ["--import", "tsx", "test/sim/run.ts", "--seeds", String(SEEDS)];
  return spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status === 0;
}
