/**
 * Programs of ours in conversation over loopback: relays that go on while a test talks to them, profiles, and shells
 * with pipes. Each stage has a home of its own and an empty working directory, which must be empty in the end.
 */
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { randomUuid } from "../../src/core/accounts/uuid.ts";
import { freshSecret } from "../../src/core/node/fresh-secret.ts";
import { createProfile } from "../../src/core/node/profiles.ts";
import { systemRandom } from "../../src/core/node/system.ts";
import { type Ran, ROOT } from "./cli.ts";
import { fast as crypto } from "./doors.ts";

/** The built program, or the sources where nothing was built. */
const PROGRAM = join(ROOT, existsSync(join(ROOT, "dist/cli/main.js")) ? "bin/run.js" : "bin/dev.js");
/** Far beyond what any wait here needs on a busy machine. */
const PATIENCE_MS = 40_000;

export interface StartOptions {
  /** What stdin holds before it ends; "open" is left open, for `write`. */
  readonly stdin?: string | "open";
  /** The nodes to connect with, instead of the stage's relay. */
  readonly peers?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Kills the process, which fails the test. */
  readonly limitMs?: number;
}

/** A process that a test talks to. */
export class Running {
  readonly ended: Promise<Ran>;
  readonly #child: ChildProcess;
  readonly #chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  #isOver = false;

  constructor(child: ChildProcess, limitMs: number) {
    this.#child = child;
    const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
    child.stdout?.on("data", (chunk: Buffer) => this.#chunks.stdout.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => this.#chunks.stderr.push(chunk));
    child.stdin?.on("error", () => {}); // it may end without reading
    this.ended = new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => {
        clearTimeout(timer);
        this.#isOver = true;
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  get stdout(): string {
    return Buffer.concat(this.#chunks.stdout).toString();
  }

  get stderr(): string {
    return Buffer.concat(this.#chunks.stderr).toString();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Waits until `pattern` stands in what it has said so far, on stdout or stderr; the match. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(10)) {
      const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (match) return match;
      const why = this.#isOver ? "it ended" : "it did not";
      if (this.#isOver || Date.now() > deadline)
        throw new Error(`waited for ${pattern}, but ${why}:\n${this.stdout}\n${this.stderr}`);
    }
  }

  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  endInput(): void {
    this.#child.stdin?.end();
  }

  /** Nobody reads its stdout any more. */
  leave(): void {
    this.#child.stdout?.destroy();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks it to stop, and waits for its end. */
  stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Ran> {
    this.signal(signal);
    return this.ended;
  }
}

/** A relay in a process of its own. */
export interface RunningRelay {
  readonly process: Running;
  readonly enode: string;
  /** 0x and 128 hex digits, as results name it. */
  readonly nodeId: string;
  readonly port: number;
}

export class Stage {
  readonly home = mkdtempSync(join(tmpdir(), "statusctl-stage-"));
  readonly #cwd = join(this.home, "cwd");
  readonly #bin = join(this.home, "bin");
  readonly #running = new Set<Running>();
  #relay: RunningRelay | undefined;

  constructor() {
    for (const folder of ["cwd", "bin", "files"]) mkdirSync(join(this.home, folder));
    const script = `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`;
    writeFileSync(join(this.#bin, "statusctl"), script, { mode: 0o755 });
  }

  /** With a relay, which all that is started from then on connects with. */
  static async withRelay(...args: string[]): Promise<Stage> {
    const stage = new Stage();
    stage.#relay = await stage.relay(...args);
    return stage;
  }

  get shared(): RunningRelay {
    if (!this.#relay) throw new Error("this stage has no relay");
    return this.#relay;
  }

  /** A path for a file of the test's own. */
  path(name: string): string {
    return join(this.home, "files", name);
  }

  /** A file with this content; its path. */
  file(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content, { mode: 0o600 });
    return this.path(name);
  }

  /** Makes a profile, as `init` would; its folder. */
  async profile(name: string): Promise<string> {
    const directory = join(this.home, "data", "statusctl", "profiles", name);
    const secret = () => freshSecret(crypto, systemRandom);
    const identity = { chatKey: secret(), nodeKey: secret(), installationId: randomUuid(systemRandom), createdAt: 0 };
    const passphrase = async () => undefined;
    await createProfile({ crypto, random: systemRandom, directory, passphrase }, identity);
    return directory;
  }

  async profiles(...names: string[]): Promise<void> {
    for (const name of names) await this.profile(name);
  }

  /** Starts `statusctl` with these words. */
  start(args: readonly string[], options: StartOptions = {}): Running {
    return this.#spawn(process.execPath, [PROGRAM, ...args], options);
  }

  /** Starts a shell that knows `statusctl`. */
  shell(script: string, options: StartOptions = {}): Running {
    return this.#spawn("/bin/sh", ["-c", script], options);
  }

  run(args: readonly string[], options: StartOptions = {}): Promise<Ran> {
    return this.start(args, options).ended;
  }

  /** Starts a relay on a free port and waits until it listens. */
  async relay(...args: string[]): Promise<RunningRelay> {
    const words = ["serve", "--listen", "127.0.0.1:0", "--ndjson", "--for", "5m", ...args];
    const process = this.start(words, { limitMs: 300_000, peers: [] });
    const [, enode = "", id, port] = await process.says(
      /"enode":"(enode:\/\/([0-9a-f]{128})@127\.0\.0\.1:(\d+)[^"]*)"/,
    );
    return { process, enode, nodeId: `0x${id}`, port: Number(port) };
  }

  /** Ends everything, and looks for what was left behind. */
  async close(): Promise<void> {
    await Promise.all([...this.#running].map((running) => running.stop("SIGKILL")));
    const litter = readdirSync(this.#cwd);
    rmSync(this.home, { recursive: true, force: true });
    expect(litter, "files in the working directory").toEqual([]);
  }

  #spawn(command: string, args: readonly string[], options: StartOptions): Running {
    const { stdin = "", limitMs = PATIENCE_MS } = options;
    const stdio: StdioOptions = "pipe";
    const child = spawn(command, args, { cwd: this.#cwd, env: this.#environment(options), stdio });
    const running = new Running(child, limitMs);
    this.#running.add(running);
    running.ended.finally(() => this.#running.delete(running)).catch(() => undefined);
    if (stdin !== "open") child.stdin?.end(stdin);
    return running;
  }

  /** Nothing of the caller's environment, or its profiles would take part. */
  #environment({ peers = this.#relay ? [this.#relay.enode] : [], env = {} }: StartOptions): NodeJS.ProcessEnv {
    return {
      PATH: `${this.#bin}:${process.env.PATH ?? ""}`,
      HOME: join(this.home, "home"),
      XDG_CONFIG_HOME: join(this.home, "config"),
      XDG_DATA_HOME: join(this.home, "data"),
      XDG_CACHE_HOME: join(this.home, "cache"),
      XDG_RUNTIME_DIR: join(this.home, "run"),
      ...(peers.length > 0 ? { STATUSCTL_PEERS: peers.join(",") } : {}),
      ...env,
    };
  }
}

/** The records of NDJSON so far; a line that is not finished does not count. */
export function recordsIn(text: string): Record<string, unknown>[] {
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** The texts of the messages among records. */
export const textsOf = (records: readonly Record<string, unknown>[]): unknown[] =>
  records.filter(({ type }) => type === "message").map(({ text }) => text);

/** Waits until a process has taken the profile in `directory`, and with it notice of signals. */
export async function held(directory: string): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; !existsSync(join(directory, "lock")); await sleep(10)) {
    if (Date.now() > deadline) throw new Error("nobody took the profile");
  }
}

/** A port of loopback at which nobody listens. */
export async function deafPort(): Promise<number> {
  const { createServer } = await import("node:net");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || !address) throw new Error("no port");
  return address.port;
}

/** A node that nobody has ever seen, at `port`. */
export function strangerAt(port: number): string {
  const key = crypto.publicKeyOf(freshSecret(crypto, systemRandom));
  return `enode://${Buffer.from(key.subarray(1)).toString("hex")}@127.0.0.1:${port}`;
}
