/** The manifest of the built commands, as oclif reads it at start: so that running one command loads no other. */
import { fileURLToPath } from "node:url";
import { Plugin, settings } from "@oclif/core";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** The text of oclif.manifest.json for what lies in dist/commands. */
export async function manifestText() {
  settings.enableAutoTranspile = false;
  const plugin = new Plugin({ root, isRoot: true, ignoreManifest: true, errorOnManifestCreate: true, type: "core" });
  await plugin.load();
  const { commands, version } = plugin.manifest;
  const ids = Object.keys(commands).sort();
  return `${JSON.stringify({ version, commands: Object.fromEntries(ids.map((id) => [id, commands[id]])) }, null, 1)}\n`;
}
