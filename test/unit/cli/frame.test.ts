import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { Chalk } from "chalk";
import { afterAll, describe, expect, test } from "vitest";
import { VERDICTS } from "../../../src/cli/exit-codes.ts";
import { explain } from "../../../src/cli/explanations.ts";
import { failureOf } from "../../../src/cli/failure.ts";
import { fieldLines, selectFields, unknownFields } from "../../../src/cli/fields.ts";
import { pathsOf, profileFolder } from "../../../src/cli/paths.ts";
import { runSteps } from "../../../src/cli/progress.ts";
import { modeOf } from "../../../src/cli/report.ts";
import { resolveSettings } from "../../../src/cli/settings.ts";
import { Interruption, type StopSignal } from "../../../src/cli/signals.ts";
import { inputLines, readInput } from "../../../src/cli/stdin.ts";
import { EnvironmentError, RemoteError, UsageError } from "../../../src/core/platform/errors.ts";

const folder = mkdtempSync(join(tmpdir(), "statusctl-unit-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("errors", () => {
  test("of ours keep code, message and details; a hint of their own wins", () => {
    const error = new EnvironmentError("LOCKED", "taken", { details: { pid: 7, hint: "wait" } });
    expect(failureOf(error)).toEqual({
      code: "E_LOCKED",
      exit: 7,
      message: "taken",
      hint: "wait",
      details: { pid: 7 },
    });
    expect(failureOf(new RemoteError("BAD_MAC", "tag")).exit).toBe(6);
    expect(failureOf(new UsageError("USAGE", "no")).hint).toBe(VERDICTS.USAGE.advice);
  });

  test("nobody foresaw are ours, with their stack", () => {
    expect(failureOf(new TypeError("oops"))).toMatchObject({
      code: "E_INTERNAL",
      exit: 1,
      message: "oops",
      stack: expect.any(String),
    });
    expect(failureOf("thrown text")).toMatchObject({ code: "E_INTERNAL", message: "thrown text" });
  });

  test("of oclif are usage errors on one line, without values", () => {
    const unknown = Object.assign(new Error("Nonexistent flag: --pasword=hunter2\nSee more help with --help"), {
      oclif: { exit: 2 },
      flags: ["--pasword=hunter2"],
    });
    const failure = failureOf(unknown, ["password-file", "peer"]);
    expect(JSON.stringify(failure)).not.toContain("hunter2");
    expect(failure).toMatchObject({ code: "E_USAGE", exit: 2, message: "unknown flag --pasword" });
    const wrapped = Object.assign(new Error("Parsing --for \n\tnot a time\nSee more help with --help"), { oclif: {} });
    expect(failureOf(wrapped).message).toBe("--for: not a time");
  });

  test("each have a name, an exit code and advice of their own", () => {
    const codes = Object.values(VERDICTS).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const { advice } of Object.values(VERDICTS)) expect(advice.length).toBeGreaterThan(20);
  });
});

describe("explanations", () => {
  test.each([
    [["7"], ["STATE", "unexpectedIdentity"].slice(0, 1)],
    [["exit", "4"], ["TIMEOUT"]],
    [["E_LOCKED"], ["E_LOCKED"]],
    [["locked"], ["E_LOCKED"]],
    [["disconnect", "0x04"], ["tooManyPeers"]],
    [["too-many-peers"], ["tooManyPeers"]],
    [["packet", "126"], ["p2pRequest"]],
    [["nonsense"], []],
  ])("%j", (words, names) => {
    const found = explain(words).map(({ name }) => name);
    expect(found).toEqual(expect.arrayContaining(names));
    if (names.length === 0) expect(found).toEqual([]);
  });
});

describe("fields", () => {
  const result = {
    name: "a",
    nested: { x: 1, y: { z: null } },
    list: [
      { id: 1, tag: "p" },
      { id: 2, tag: "q" },
    ],
  };

  test("narrow a value in its own shape", () => {
    expect(selectFields(result, ["name", "nested.y", "list.id"])).toEqual({
      name: "a",
      nested: { y: { z: null } },
      list: [{ id: 1 }, { id: 2 }],
    });
  });

  test("are lines with tabs; one per member when all are of one list", () => {
    expect(fieldLines(result, ["name", "nested.x"])).toEqual(["a\t1"]);
    expect(fieldLines(result, ["list.id", "list.tag"])).toEqual(["1\tp", "2\tq"]);
    expect(fieldLines(result, ["nested.y.z", "nested.y"])).toEqual(['\t{"z":null}']);
  });

  test("that are nowhere are told, those of an empty list are not", () => {
    expect(unknownFields(result, ["nmae", "nested.x", "list.no"])).toEqual(["nmae", "list.no"]);
    expect(unknownFields({ list: [] }, ["list.id"])).toEqual([]);
  });
});

describe("settings", () => {
  const env = { HOME: folder, XDG_CONFIG_HOME: join(folder, "none") };
  const resolve = (flags: object, environment: object = {}) =>
    resolveSettings({
      flags: { ...flags },
      given: new Set(Object.keys(flags)),
      env: { ...env, ...environment },
      warn: () => {},
    });

  test("a flag beats a variable, and each is named", () => {
    expect(resolve({ fleet: "a" }, { STATUSCTL_FLEET: "b" }).fleet).toEqual({
      value: "a",
      origin: "flag",
      from: "--fleet",
    });
    expect(resolve({}, { STATUSCTL_FLEET: "b" }).fleet).toEqual({
      value: "b",
      origin: "environment",
      from: "STATUSCTL_FLEET",
    });
    expect(resolve({}).fleet).toEqual({ value: "eth.prod", origin: "default", from: null });
  });

  test("lists, durations and switches are read from any place", () => {
    expect(resolve({}, { STATUSCTL_PEERS: "a, b  c" }).peers.value).toEqual(["a", "b", "c"]);
    expect(resolve({ "no-discovery": true }).discovery).toEqual({
      value: false,
      origin: "flag",
      from: "--no-discovery",
    });
    expect(resolve({ full: true }).light).toEqual({ value: false, origin: "flag", from: "--full" });
    expect(resolve({ light: true }).light.value).toBe(true);
    expect(resolve({ timeout: "2m" }).timeoutMs.value).toBe(120_000);
    expect(resolve({}, { STATUSCTL_FLEET: "" }).fleet.origin).toBe("default");
  });

  test("a value that means nothing names its place", () => {
    expect(() => resolve({ "wait-lock": "soon" })).toThrow(/^--wait-lock: expected a duration/);
  });

  test("the profile's file beats the user's", async () => {
    const { mkdirSync } = await import("node:fs");
    const config = join(folder, "config");
    const profile = join(folder, "profile");
    for (const path of [join(config, "statusctl"), profile]) mkdirSync(path, { recursive: true });
    writeFileSync(
      join(config, "statusctl/config.json"),
      JSON.stringify({ profile, fleet: "user", timeout: "1s", discovery: false }),
    );
    writeFileSync(join(profile, "config.json"), JSON.stringify({ fleet: "profile", peer: ["x"] }));
    const settings = resolve({}, { XDG_CONFIG_HOME: config });
    expect(settings.fleet).toEqual({ value: "profile", origin: "profile", from: join(profile, "config.json") });
    expect(settings.timeoutMs).toEqual({ value: 1000, origin: "user", from: join(config, "statusctl/config.json") });
    expect([settings.discovery.value, settings.peers.value]).toEqual([false, ["x"]]);
    writeFileSync(join(profile, "config.json"), '{"fleet": 5}');
    expect(() => resolve({}, { XDG_CONFIG_HOME: config })).toThrow(UsageError);
    writeFileSync(join(profile, "config.json"), '["fleet"]');
    expect(() => resolve({}, { XDG_CONFIG_HOME: config })).toThrow(EnvironmentError);
  });

  test("files lie where XDG says, a profile by name below them", () => {
    expect(pathsOf({ HOME: "/h" }).config).toBe("/h/.config/statusctl");
    expect(pathsOf({ HOME: "/h", XDG_CONFIG_HOME: "relative" }).config).toBe("/h/.config/statusctl");
    expect(profileFolder("bob", { HOME: "/h", XDG_DATA_HOME: "/d" })).toBe("/d/statusctl/profiles/bob");
    expect(profileFolder("/tmp/p", {})).toBe("/tmp/p");
  });
});

describe("the form of output", () => {
  test("is known before the flags are parsed", () => {
    expect(modeOf(["send", "--json"], {})).toBe("json");
    expect(modeOf(["watch", "--ndjson"], {})).toBe("ndjson");
    expect(modeOf(["send", "--", "--json"], {})).toBe("text");
    expect(modeOf(["send"], { STATUSCTL_CONTENT_TYPE: "JSON" })).toBe("json");
  });
});

describe("signals", () => {
  const setUp = () => {
    const source = new EventEmitter();
    const calls: string[] = [];
    const interruption = new Interruption(source, {
      stopping: (signal: StopSignal) => calls.push(`stopping ${signal}`),
      exit: (code) => calls.push(`exit ${code}`),
    });
    return { source, calls, interruption };
  };

  test("the first asks to end, the second ends at once", () => {
    const { source, calls, interruption } = setUp();
    source.emit("SIGTERM");
    expect([interruption.signal.aborted, interruption.exitCode]).toEqual([true, 143]);
    source.emit("SIGINT");
    expect(calls).toEqual(["stopping SIGTERM", "exit 130"]);
    expect(interruption.exitCode).toBe(143);
  });

  test("are given back", () => {
    const { source, interruption } = setUp();
    interruption.release();
    expect(source.listenerCount("SIGINT") + source.listenerCount("SIGTERM")).toBe(0);
    expect(interruption.exitCode).toBeUndefined();
  });
});

describe("input", () => {
  const from = (chunks: readonly string[]) => ({
    stdin: Readable.from(chunks.map((chunk) => Buffer.from(chunk))),
    hint: () => {},
  });

  test("of stdin is read to its end", async () => {
    expect(Buffer.from(await readInput("-", "text", from(["he", "llo"]))).toString()).toBe("hello");
    expect((await readInput("-", "text", from([]))).length).toBe(0);
  });

  test("comes in lines, whatever ends them, blank ones left out", async () => {
    const lines: string[] = [];
    for await (const line of inputLines("-", "names", from(["a\r", "\nb\n\n", "c"]))) lines.push(line);
    expect(lines).toEqual(["a", "b", "c"]);
  });

  test("that is not there is told by name", async () => {
    await expect(readInput(join(folder, "none"), "key", from([]))).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(readInput(folder, "key", from([]))).rejects.toThrow(/is a directory/);
  });

  test("at a terminal is announced", async () => {
    const hints: string[] = [];
    const stdin = Object.assign(Readable.from([]), { isTTY: true });
    await readInput("-", "message", { stdin, hint: (text) => hints.push(text) });
    expect(hints).toEqual(["reading message from the terminal; end with Ctrl-D"]);
  });
});

describe("steps", () => {
  test("run in order and stop at the first that fails, in silence", async () => {
    const done: string[] = [];
    const step = (title: string, fails = false) => ({
      title,
      run: async () => {
        if (fails) throw new UsageError("USAGE", title);
        done.push(title);
        return undefined;
      },
    });
    const options = { style: "silent" as const, stderr: process.stderr, colours: new Chalk({ level: 0 }) };
    await expect(runSteps([step("one"), step("two", true), step("three")], options)).rejects.toThrow("two");
    expect(done).toEqual(["one"]);
  });
});
