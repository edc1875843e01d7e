/**
 * The built program as its users meet it: a process with arguments, streams, an exit code, and a home of its own.
 *
 * Needs `npm run build` (or `node scripts/build.mjs --program`) before.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { expect } from "vitest";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const RUN = join(ROOT, "bin/run.js");

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** What stdin holds before it ends; "silent" leaves it open and says nothing; "closed" by default. */
  readonly stdin?: string | Uint8Array | "silent" | "closed";
  readonly env?: Readonly<Record<string, string>>;
  /** Kills the process and fails the test; far beyond what any command here needs. */
  readonly limitMs?: number;
  /** Told about the running process, to write to it or to signal it. */
  readonly whileRunning?: (child: ReturnType<typeof spawn>) => void;
}

/** A home that nobody else has. */
export interface Sandbox {
  readonly home: string;
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  remove(): void;
}

export function sandbox(): Sandbox {
  if (!existsSync(join(ROOT, "dist/cli/main.js"))) throw new Error("dist/ is missing: run `npm run build` first");
  const home = mkdtempSync(join(tmpdir(), "statusctl-test-"));
  return {
    home,
    run: (args, options = {}) => run(args, home, options),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** Nothing of the caller's environment, or its profiles would take part. */
const environment = (home: string, extra: Readonly<Record<string, string>>) => ({
  PATH: process.env.PATH ?? "",
  HOME: home,
  XDG_CONFIG_HOME: join(home, "config"),
  XDG_DATA_HOME: join(home, "data"),
  XDG_CACHE_HOME: join(home, "cache"),
  XDG_RUNTIME_DIR: join(home, "run"),
  ...extra,
});

function run(args: readonly string[], home: string, options: RunOptions): Promise<Ran> {
  const { stdin = "closed", limitMs = 50_000 } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [RUN, ...args], { cwd: home, env: environment(home, options.env ?? {}) });
    const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.stdin.on("error", () => {}); // it may end without reading
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      child.stdin.destroy();
      resolve({ code, signal, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
    });
    if (stdin === "closed") child.stdin.end();
    else if (stdin !== "silent") child.stdin.end(stdin);
    options.whileRunning?.(child);
  });
}

/** The one JSON value that stdout is, and nothing else. */
export function jsonOf(ran: Ran): Record<string, unknown> {
  expect(ran.stdout, `stderr: ${ran.stderr}`).not.toBe("");
  return JSON.parse(ran.stdout);
}

/** The result of a command that succeeded, checked against the schemas of envelope and result. */
export function resultOf<Result = Record<string, unknown>>(ran: Ran): Result {
  const value = jsonOf(ran);
  expect(errorsOf("success/1", value)).toEqual([]);
  expect(errorsOf(String(value.schema), value.result)).toEqual([]);
  return value.result as Result;
}

/** The error of a command that failed, checked against its schema; the exit code is the one it names. */
export function errorOf(ran: Ran): { code: string; exit: number; message: string; hint: string; details: object } {
  const value = jsonOf(ran);
  expect(errorsOf("failure/1", value)).toEqual([]);
  const { error } = value as { error: ReturnType<typeof errorOf> };
  expect(ran.code).toBe(error.exit);
  return error;
}

/** The objects of NDJSON output; each begins with its type. */
export function recordsOf(ran: Ran): Record<string, unknown>[] {
  const lines = ran.stdout.split("\n");
  expect(lines.pop()).toBe("");
  for (const line of lines) expect(line).toMatch(/^\{"type":"[^"]+","ts":\d+,"time":"\d{4}-\d\d-\d\dT[0-9:.]+Z"/);
  return lines.map((line) => JSON.parse(line));
}

let validators: Ajv2020 | undefined;

/** What the shipped schema `name` has against `value`; keys that it does not name count as well. */
export function errorsOf(name: string, value: unknown): string[] {
  validators ??= loadValidators();
  const validate: ValidateFunction | undefined = validators.getSchema(`urn:statusctl:${name.replace("/", ":")}`);
  if (validate === undefined) return [`there is no schema ${name}`];
  validate(value);
  return (validate.errors ?? []).map(
    (error) => `${error.instancePath || "/"} ${error.message} ${JSON.stringify(error.params)}`,
  );
}

function loadValidators(): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  const folder = join(ROOT, "schemas");
  for (const file of readdirSync(folder)) ajv.addSchema(closed(JSON.parse(readFileSync(join(folder, file), "utf8"))));
  return ajv;
}

/** The schema without room for keys that it does not name: users may get more keys one day, our tests may not. */
function closed(schema: unknown): never {
  const close = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(close);
    if (typeof node !== "object" || node === null) return node;
    const members = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, close(value)]));
    const isOpen =
      "properties" in members && !("additionalProperties" in members) && !("unevaluatedProperties" in members);
    return isOpen ? { ...members, additionalProperties: false } : members;
  };
  return close(schema) as never;
}
