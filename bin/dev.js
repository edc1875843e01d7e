#!/usr/bin/env node
/** The program from its sources, without a build: commands are looked up in src/commands, the manifest is not read. */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { Config, Plugin, settings } from "@oclif/core";
import { register } from "tsx/esm/api";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

settings.enableAutoTranspile = false; // tsx does it; oclif would look for ts-node
register();

async function sourceProgram() {
  const pjson = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
  pjson.oclif.commands.target = "./src/commands";
  const plugin = new Plugin({ root, pjson, isRoot: true, ignoreManifest: true });
  await plugin.load();
  const config = await Config.load({ root, pjson, plugins: [plugin] });
  const load = async (id) => config.findCommand(id, { must: true }).load();
  const ids = () => config.commandIDs;
  return { has: (id) => ids().includes(id), ids, config, load, describe: async () => config };
}

const { main } = await import("../src/cli/main.ts");
await main(process.argv.slice(2), sourceProgram);
