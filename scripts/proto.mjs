/**
 * Compiles proto/*.proto to static modules in src/core/proto/ with protobufjs: one .js and one .d.ts each.
 *
 * The output is not kept in git. Each module begins with the digest of what it was made from, so a run that would change
 * nothing starts no compiler. Files are replaced by renaming: whoever reads them meanwhile sees the old or the new ones.
 *
 * `tsc` does not copy .js files that it did not make: the build copies src/core/proto/ to dist/core/proto/.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = join(root, "proto");
const output = join(root, "src", "core", "proto");
const require = createRequire(import.meta.url);
const pbjs = require.resolve("protobufjs-cli/bin/pbjs");

/** Comments stay on: the declarations are made from them. The root keeps modules from overwriting each other's types. */
const optionsOf = (name) => [
  ...["--target", "static-module", "--wrap", "esm", "--es6", "--force-long", "--dts"],
  ...["--no-create", "--no-verify", "--no-convert", "--no-delimited", "--no-typeurl", "--no-service"],
  ...["--root", `statusctl/${name}`],
];

/** Brings src/core/proto/ up to date with proto/; returns the names of the modules that were compiled. */
export async function compileProtos() {
  await mkdir(output, { recursive: true });
  const names = (await readdir(sources))
    .filter((file) => file.endsWith(".proto"))
    .map((file) => basename(file, ".proto"));
  const compiled = await Promise.all(names.map(async (name) => ((await compile(name)) ? [name] : [])));
  return compiled.flat().sort();
}

async function compile(name) {
  const source = join(sources, `${name}.proto`);
  const stamp = `// ${await digestOf(name, source)}\n`;
  if (await isFresh(name, stamp)) return false;
  const work = await mkdtemp(join(output, ".work-"));
  try {
    await promisify(execFile)(process.execPath, [pbjs, ...optionsOf(name), "--out", join(work, `${name}.js`), source]);
    for (const file of [`${name}.d.ts`, `${name}.js`]) {
      await writeFile(join(work, file), stamp + (await readFile(join(work, file), "utf8")));
      await rename(join(work, file), join(output, file));
    }
  } finally {
    await rm(work, { recursive: true });
  }
  return true;
}

/** What the module depends on: its source, this script and the compiler. */
async function digestOf(name, source) {
  const { version } = require("protobufjs-cli/package.json");
  const inputs = [
    name,
    version,
    await readFile(source, "utf8"),
    await readFile(fileURLToPath(import.meta.url), "utf8"),
  ];
  return createHash("sha256").update(JSON.stringify(inputs)).digest("hex");
}

async function isFresh(name, stamp) {
  const files = [`${name}.js`, `${name}.d.ts`].map((file) => join(output, file));
  if (!files.every((file) => existsSync(file))) return false;
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  return texts.every((text) => text.startsWith(stamp));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const compiled = await compileProtos();
  console.error(compiled.length === 0 ? "proto: up to date" : `proto: compiled ${compiled.join(", ")}`);
}
