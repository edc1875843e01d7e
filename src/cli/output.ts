/**
 * Two streams with two duties: stdout carries results and nothing else, stderr everything else.
 *
 * A reader that goes away (`| head -1`) ends the process at once with code 0; a slow reader slows the writer down;
 * nothing written is lost when the process ends, because whoever ends it awaits `flush` first.
 */
import type { Writable } from "node:stream";
import { toHex } from "../core/bytes/hex.ts";

export type OutputMode = "text" | "json" | "ndjson";

export interface Streams {
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
}

/** One line of a stream: `type` stands first, `ts` and `time` second and third. */
export interface StreamRecord {
  readonly type: string;
  readonly [key: string]: unknown;
}

export class Output {
  readonly #streams: Streams;

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  get stdoutIsTerminal(): boolean {
    return this.#streams.stdout.isTTY === true;
  }

  get stderrIsTerminal(): boolean {
    return this.#streams.stderr.isTTY === true;
  }

  /** A result for people; resolves when the reader keeps up. */
  line(text: string): Promise<void> {
    return this.write(`${text}\n`);
  }

  /** A result as it is, without a line end. */
  write(chunk: string | Uint8Array): Promise<void> {
    return written(this.#streams.stdout, chunk);
  }

  /** The one JSON value of a command; indented for eyes, on one line for programs. */
  json(value: object): Promise<void> {
    return this.line(JSON.stringify(value, jsonValue, this.stdoutIsTerminal ? 2 : undefined));
  }

  /** One line of NDJSON. `now` is when it happened. */
  record({ type, ...rest }: StreamRecord, now: number): Promise<void> {
    return this.line(JSON.stringify({ type, ts: now, time: new Date(now).toISOString(), ...rest }, jsonValue));
  }

  /** A word to the person at the terminal. */
  note(text: string): Promise<void> {
    return written(this.#streams.stderr, `${text}\n`);
  }

  /** Resolves when both streams have handed over all they were given. */
  async flush(): Promise<void> {
    await Promise.all([drained(this.#streams.stdout), drained(this.#streams.stderr)]);
  }
}

/** Bytes as 0x-hex, integers beyond doubles as strings: what `JSON.stringify` would get wrong. */
export function jsonValue(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  const given = this[key]; // before `toJSON`, which a Buffer has
  return given instanceof Uint8Array ? toHex(given) : value;
}

/** Ends the process with code 0 as soon as the reader of stdout is gone. */
export function endWithReader(streams: Streams, exit: (code: number) => void): void {
  streams.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") exit(0);
    else throw error;
  });
  streams.stderr.on("error", () => {}); // nobody is left to be told
}

function written(stream: Writable, chunk: string | Uint8Array): Promise<void> {
  if (stream.write(chunk)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      stream.off("drain", done).off("close", done).off("error", done);
      resolve();
    };
    stream.once("drain", done).once("close", done).once("error", done);
  });
}

const drained = (stream: Writable): Promise<void> => new Promise((resolve) => stream.write("", () => resolve()));
