/** What every command owes, whatever it does: walked over the manifest, so a new command is held to it at once. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { errorOf, jsonOf, ROOT, resultOf, type Sandbox, sandbox } from "../support/cli.ts";

interface ManifestCommand {
  readonly summary?: string;
  readonly description?: string;
  readonly examples?: readonly { readonly description: string; readonly command: string }[];
  readonly schema?: string;
  readonly enableJsonFlag?: boolean;
  readonly args: Readonly<Record<string, { readonly description?: string }>>;
  readonly flags: Readonly<
    Record<string, { summary?: string; description?: string; multiple?: boolean; default?: unknown; type: string }>
  >;
}

const manifest: { readonly commands: Readonly<Record<string, ManifestCommand>> } = JSON.parse(
  readFileSync(join(ROOT, "oclif.manifest.json"), "utf8"),
);
const commands = Object.entries(manifest.commands);
const schemas = new Set<string>();

let box: Sandbox;
beforeAll(async () => {
  box = sandbox();
  const { schemas: names } = resultOf<{ schemas: { name: string }[] }>(await box.run(["schema", "list", "--json"]));
  for (const { name } of names) schemas.add(name);
});
afterAll(() => box.remove());

describe.each(commands)("%s", (id, command) => {
  const words = id.split(":");

  test("says what it does in one line, then in full, with two examples", () => {
    expect(command.summary).toMatch(/^[^\n]{10,90}$/);
    expect(command.description?.length).toBeGreaterThan(30);
    expect(command.examples?.length).toBeGreaterThanOrEqual(2);
    for (const { description, command: line } of command.examples ?? []) {
      expect(description).not.toBe("");
      expect(line).toMatch(/<%= config\.bin %>|statusctl/);
    }
  });

  test("gives examples that would run: their commands and flags exist", () => {
    for (const { command: line } of command.examples ?? []) {
      const text = line.replaceAll("<%= config.bin %>", "statusctl").replaceAll("<%= command.id %>", words.join(" "));
      const uses = [...text.matchAll(/\bstatusctl ([^|;&>)"']*)/g)].map(([, use = ""]) => use.trim());
      expect(uses.length, text).toBeGreaterThan(0);
      for (const use of uses) expect(unknownIn(use), text).toEqual([]);
    }
  });

  test("describes every flag and argument, and eats no argument with a flag", () => {
    for (const [name, flag] of Object.entries(command.flags)) {
      expect(flag.summary ?? flag.description, `--${name}`).toBeTruthy();
      expect(JSON.stringify(flag.default ?? ""), `--${name}: default`).not.toMatch(/\/(root|home|tmp|work)\//);
    }
    for (const [name, arg] of Object.entries(command.args)) expect(arg.description, name).toBeTruthy();
  });

  test("takes no secret as a value", () => {
    const secret = /^(passphrase|password|mnemonic|secret|private-key|sym-key)$/;
    expect(Object.keys(command.flags).filter((name) => secret.test(name))).toEqual([]);
  });

  test("names the shape of its result, which is shipped", () => {
    expect(command.enableJsonFlag).toBe(true);
    expect(schemas).toContain(command.schema);
  });

  test("refuses an unknown flag with one JSON value and exit code 2", async () => {
    const ran = await box.run([...words, "--no-such-flag=SECRET", "--json"]);
    const error = errorOf(ran);
    expect(error).toMatchObject({ code: "E_USAGE", exit: 2 });
    expect(jsonOf(ran).command).toBe(words.join(" "));
    expect(ran.stdout + ran.stderr).not.toContain("SECRET");
  });

  test("shows its help on stdout", async () => {
    const ran = await box.run([...words, "--help"]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toContain(`statusctl ${words.join(" ")}`);
    expect(ran.stdout).toContain("EXAMPLES");
    expect(ran.stdout).not.toContain("\u001b");
  });
});

test("there are commands", () => expect(commands.length).toBeGreaterThan(10));

test("oclif puts nothing of this machine into the manifest", () => {
  expect(JSON.stringify(manifest)).not.toContain(ROOT);
});

/** The words of a use that no command answers to: its name, or its long flags. */
function unknownIn(use: string): string[] {
  const words = use.split(/\s+/);
  const ids = words.map((_, index) => words.slice(0, index + 1).join(":")).reverse();
  const id = ids.find((candidate) => manifest.commands[candidate] !== undefined);
  if (id === undefined) return [use];
  const flags = words.filter((word) => word.startsWith("--")).map((word) => word.slice(2).replace(/=.*/, ""));
  return flags.filter((flag) => manifest.commands[id]?.flags[flag] === undefined);
}
