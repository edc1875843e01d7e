/** The frame around all commands: routes, help, version, envelopes, fields, streams of the process. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { errorOf, errorsOf, jsonOf, resultOf, type Sandbox, sandbox } from "../support/cli.ts";

let box: Sandbox;
beforeAll(() => {
  box = sandbox();
});
afterAll(() => box.remove());

describe("finding a command", () => {
  test("a mistyped command gets a suggestion and exit code 2, also as JSON", async () => {
    const text = await box.run(["flete", "list"]);
    expect(text.code).toBe(2);
    expect(text.stdout).toBe("");
    expect(text.stderr).toContain("Did you mean `statusctl fleet list`?");
    const error = errorOf(await box.run(["flete", "list", "--json"]));
    expect(error).toMatchObject({ code: "E_USAGE", details: { suggestion: "fleet list" } });
  });

  test("a group of commands alone is a usage error that names its members", async () => {
    expect((await box.run(["topic"])).code).toBe(2);
    expect(errorOf(await box.run(["topic", "--json"])).message).toContain("topic bloom");
  });

  test("global flags may stand before the command", async () => {
    const ran = await box.run(["--json", "--profile", "alice", "fleet", "list"]);
    expect(jsonOf(ran)).toMatchObject({ ok: true, command: "fleet list" });
    const shown = resultOf<{ settings: { key: string; value: unknown }[] }>(
      await box.run(["--profile", "alice", "--json", "config", "show"]),
    );
    expect(shown.settings).toContainEqual({ key: "profile", value: "alice", origin: "flag", from: "--profile" });
  });

  test("a superfluous argument is told apart from an unknown command", async () => {
    expect(errorOf(await box.run(["cheat", "extra", "--json"])).message).toContain("Unexpected argument: extra");
  });

  test("a mistyped flag gets a suggestion", async () => {
    const error = errorOf(await box.run(["topic", "guess", "0x00000000", "--wordlst", "x", "--json"]));
    expect(error).toMatchObject({ code: "E_USAGE", details: { suggestion: "--wordlist" } });
  });

  test("what a flag cannot mean is said with its name, the same with and without --json", async () => {
    const args = ["fleet", "list", "--timeout", "soon"];
    const error = errorOf(await box.run([...args, "--json"]));
    expect(error.message).toBe('--timeout: expected a duration such as 500ms, 10s, 5m, 2h or 1d, got "soon"');
    expect(await box.run(args)).toMatchObject({ code: error.exit, stdout: "" });
  });
});

describe("help and version", () => {
  test("without words, all commands", async () => {
    const ran = await box.run([]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toContain("completion");
  });

  test.each([
    [["--help", "--json"], ""],
    [["help", "--json"], ""],
    [["topic", "of", "--help", "--json"], "topic of"],
    [["help", "topic", "--json"], "topic"],
    [["help", "exit-codes", "--json"], "exit-codes"],
  ])("%j is one JSON value", async (args, subject) => {
    expect(resultOf(await box.run(args)).subject).toBe(subject);
  });

  test.each(["flags", "exit-codes", "environment", "json", "profiles", "privacy", "fleets"])(
    "help %s",
    async (topic) => {
      const ran = await box.run(["help", topic]);
      expect(ran.code).toBe(0);
      expect(ran.stdout.split("\n").length).toBeGreaterThan(4);
    },
  );

  test("help about nothing known is exit code 2", async () => {
    expect(errorOf(await box.run(["help", "sned", "--json"]))).toMatchObject({ code: "E_NOT_FOUND", exit: 2 });
  });

  test("the version, in both forms", async () => {
    expect((await box.run(["--version"])).stdout).toMatch(/^statusctl\/\d+\.\d+\.\d+ \S+ node-v\d+\S*\n$/);
    expect(resultOf(await box.run(["--json", "--version"]))).toMatchObject({ name: "statusctl" });
  });
});

describe("--fields", () => {
  test("gives values for a shell", async () => {
    const ran = await box.run(["fleet", "list", "--fields", "fleets.name,fleets.isDefault"]);
    expect(ran.stdout).toBe("eth.prod\ttrue\neth.staging\tfalse\neth.test\tfalse\n");
  });

  test("narrows JSON", async () => {
    const { result } = jsonOf(await box.run(["fleet", "list", "--fields", "fleets.name", "--json"]));
    expect(result).toEqual({ fleets: [{ name: "eth.prod" }, { name: "eth.staging" }, { name: "eth.test" }] });
  });

  test("refuses a field that is not there, in both forms", async () => {
    const args = ["fleet", "list", "--fields", "fleet"];
    expect((await box.run(args)).code).toBe(2);
    expect(errorOf(await box.run([...args, "--json"])).message).toContain('no "fleet"; it has fleets');
  });
});

describe("where output goes", () => {
  test("a result goes to stdout, an error to stderr", async () => {
    expect(await box.run(["fleet", "list"])).toMatchObject({ stderr: "" });
    expect(await box.run(["fleet", "show", "none"])).toMatchObject({ stdout: "", code: 2 });
  });

  test("-qq keeps errors to the exit code", async () => {
    expect(await box.run(["fleet", "show", "none", "-qq"])).toEqual({ code: 2, signal: null, stdout: "", stderr: "" });
  });

  test("no colours without a terminal, unless asked for", async () => {
    expect((await box.run(["cheat"])).stdout).not.toContain("\u001b");
    expect((await box.run(["cheat", "--color", "always"])).stdout).toContain("\u001b[1m");
    expect((await box.run(["cheat"], { env: { FORCE_COLOR: "1" } })).stdout).toContain("\u001b[1m");
    expect((await box.run(["cheat", "--color", "never"], { env: { FORCE_COLOR: "1" } })).stdout).not.toContain(
      "\u001b",
    );
  });

  test("an open, silent stdin keeps nobody waiting", async () => {
    const ran = await box.run(["fleet", "list", "--json"], { stdin: "silent" });
    expect(jsonOf(ran).ok).toBe(true);
  });

  test("a reader that leaves ends the command with code 0", async () => {
    const ran = await box.run(["schema", "show", "help"], {
      whileRunning: (child) => child.stdout?.destroy(),
    });
    expect(ran.code).toBe(0);
  });

  test("a slow producer is waited for", async () => {
    const ran = await box.run(["topic", "guess", "0xcd423760", "--wordlist", "-", "--json"], {
      stdin: "silent",
      whileRunning: ({ stdin }) => {
        setTimeout(() => stdin?.write("nim"), 300);
        setTimeout(() => stdin?.end("bus\nstatus\n"), 600);
      },
    });
    expect(resultOf(ran)).toMatchObject({ guesses: [{ kind: "public", name: "status" }], tried: 2 });
  });
});

describe("settings", () => {
  test("warnings stand in the envelope", async () => {
    const { mkdirSync, writeFileSync } = await import("node:fs");
    mkdirSync(`${box.home}/config/statusctl`, { recursive: true });
    writeFileSync(`${box.home}/config/statusctl/config.json`, '{"fleet": "eth.test", "flet": 1}');
    const value = jsonOf(await box.run(["config", "show", "--json"]));
    expect(value.warnings).toEqual([
      { code: "W_CONFIG", message: expect.stringContaining('"flet" means nothing here; "fleet"?') },
    ]);
    expect(errorsOf("success/1", value)).toEqual([]);
    writeFileSync(`${box.home}/config/statusctl/config.json`, "{");
    expect(errorOf(await box.run(["config", "show", "--json"]))).toMatchObject({ code: "E_DAMAGED", exit: 7 });
    writeFileSync(`${box.home}/config/statusctl/config.json`, "{}");
  });
});
