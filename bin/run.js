#!/usr/bin/env node
/**
 * The installed program. What needs no command is answered here, before anything is loaded: an old Node, `--version`,
 * and the words a shell completes.
 */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const argv = process.argv.slice(2);

if (isTooOld(process.versions.node)) {
  process.stderr.write(`statusctl needs Node.js 20.19 or later; this is ${process.version}\n`);
  process.exitCode = 2;
} else if (argv.some((word) => word === "--version" || word === "-V") && argv.every((word) => word.startsWith("-"))) {
  process.stdout.write(`${versionLine(argv.includes("--json"))}\n`);
} else if (argv[0] === "__complete") {
  const { complete } = await import("../dist/cli/complete.js");
  await complete(argv.slice(1), root);
} else {
  const { start } = await import("../dist/cli/main.js");
  await start(argv, root);
}

function isTooOld(version) {
  const [major, minor] = version.split(".").map(Number);
  return major < 20 || (major === 20 && minor < 19);
}

function versionLine(asJson) {
  const { version } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
  const result = { name: "statusctl", version, platform: `${process.platform}-${process.arch}`, node: process.version };
  if (!asJson) return `${result.name}/${version} ${result.platform} node-${result.node}`;
  const elapsedMs = Math.round(performance.now());
  return JSON.stringify({ ok: true, command: "version", schema: "version/1", result, warnings: [], elapsedMs });
}
