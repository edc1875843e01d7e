/**
 * Programs that run beside a benchmark, in processes of their own, so that their processor time and memory can be told
 * apart from the benchmark's. They are bundled as the shipped program is: no loader counts against them.
 *
 * A program is a file `bench/network/NAME-program.ts` that calls `answer` (see `answering.ts`). It ends with its parent.
 * `BENCH_FLAGS="--cpu-prof"` in the environment gives Node these flags in all of them.
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const FLAGS = process.env.BENCH_FLAGS?.split(" ") ?? [];
/** Inside node_modules, from where the native package that stays outside of the bundle is found. */
const BUNDLES = fileURLToPath(new URL("../../node_modules/.cache/statusctl-bench/", import.meta.url));

export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

export interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

export class Program {
  readonly #process: ChildProcess;
  /** BOUNDED BY what the benchmark asks before it waits. */
  readonly #asked = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  #questions = 0;

  private constructor(file: string) {
    this.#process = fork(file, { execArgv: FLAGS });
    this.#process.on("message", (answer: Answer) => this.#settle(answer));
    this.#process.once("exit", (code) => {
      for (const { reject } of this.#asked.values()) reject(new Error(`${file} ended with code ${code}`));
    });
  }

  /** Bundles the program and starts it. */
  static async start(name: string): Promise<Program> {
    return new Program(await bundle(name));
  }

  /** Rejects with the program's error, or when it ends before it answers. */
  ask<T>(name: string, argument?: unknown): Promise<T> {
    const id = ++this.#questions;
    return new Promise<T>((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#process.send({ id, name, argument } satisfies Question);
    });
  }

  /** Lets the program end, and waits until it has. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.disconnect();
    await ended;
  }

  #settle({ id, value, error }: Answer): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (error === undefined) asked?.resolve(value as never);
    else asked?.reject(new Error(error));
  }
}

/** The path of the program as one file. */
async function bundle(name: string): Promise<string> {
  const outfile = `${BUNDLES}${name}.mjs`;
  await mkdir(BUNDLES, { recursive: true });
  await build({
    entryPoints: [fileURLToPath(new URL(`./${name}-program.ts`, import.meta.url))],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    mainFields: ["module", "main"],
    external: ["secp256k1"],
    minifySyntax: true,
    minifyWhitespace: true,
    banner: {
      js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
    },
    logLevel: "warning",
  });
  return outfile;
}
