/** Where the commands are: the installed bundle with its manifest, or the sources. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Config } from "@oclif/core";
import type { BaseCommand } from "./base-command.ts";

export interface CommandConstructor {
  new (argv: string[], config: Config): BaseCommand;
  id: string;
}

export interface Program {
  /** Whether there is a command `id` (`key:sign`): asked for every run. */
  has(id: string): boolean;
  /** Ids of all commands: for suggestions. */
  ids(): readonly string[];
  /** What a command is told of the program it belongs to. */
  readonly config: Config;
  load(id: string): Promise<CommandConstructor>;
  /** Everything about all commands, for help; costs as much as running one. */
  describe(): Promise<Config>;
}

/** The program installed at `root`: each command is a file; the manifest, which names all, is read when one is missing. */
export function installedProgram(root: string): Program {
  const fileOf = (id: string) => join(root, "dist", "commands", `${id.replaceAll(":", "/")}.js`);
  return {
    has: (id) => /^[a-z:-]+$/.test(id) && existsSync(fileOf(id)),
    ids: () => Object.keys(readJson<{ commands: object }>(join(root, "oclif.manifest.json")).commands),
    config: runningConfig(root),
    load: async (id) => {
      const Class: CommandConstructor = (await import(pathToFileURL(fileOf(id)).href)).default;
      Class.id = id;
      return Class;
    },
    describe: async () => (await import("./help.ts")).describeProgram(root),
  };
}

/** The part of oclif's `Config` that a command uses while it runs: the whole takes longer than most commands. */
function runningConfig(root: string): Config {
  const used = {
    root,
    get version() {
      return readJson<{ version: string }>(join(root, "package.json")).version;
    },
    bin: "statusctl",
    runHook: async () => ({ successes: [], failures: [] }),
  };
  return used as unknown as Config;
}

const readJson = <T>(file: string): T => JSON.parse(readFileSync(file, "utf8"));
