/**
 * Input that the user named: `-` for stdin, or a file. A command that was not told to read stdin never touches it, so
 * an open silent pipe cannot hang it; one that was reads to the end, however slowly the bytes come.
 *
 * What reading needs is loaded when something is read: most runs of commands that may read do not.
 */
import type { FileHandle } from "node:fs/promises";
import { addAbortSignal, type Readable } from "node:stream";
import { concatBytes } from "../core/bytes/bytes.ts";
import { EnvironmentError, UsageError } from "../core/platform/errors.ts";

/** The name of stdin wherever a file is expected. */
export const STDIN = "-";

/** Most that is read into memory at once; streams of lines have no such limit. */
const INPUT_BYTES_MAX = 64 * 1024 * 1024;
/** Longest line: an envelope of the largest size as hex fits several times. */
const LINE_CHARS_MAX = 8 * 1024 * 1024;

export interface InputSource {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** Says what is waited for when stdin is a terminal. */
  readonly hint: (text: string) => void;
  /** Ends the wait for input: lines just end, anything that is read as a whole is given up. */
  readonly signal?: AbortSignal;
}

/** All bytes of the file `name`, or of stdin for `-`. `what` names them in messages. */
export async function readInput(name: string, what: string, source: InputSource): Promise<Uint8Array> {
  if (name !== STDIN) return readNamed(name, what);
  invite(what, source);
  const { stdin, signal } = source;
  return collect(signal ? addAbortSignal(signal, stdin) : stdin, what);
}

/** The lines of the file `name`, or of stdin for `-`, as they come; without line ends, empty lines left out. */
export async function* inputLines(name: string, what: string, source: InputSource): AsyncGenerator<string> {
  if (name === STDIN) invite(what, source);
  const input = name === STDIN ? source.stdin : (await openNamed(name, what)).createReadStream();
  const { signal } = source;
  const { createInterface } = await import("node:readline");
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY, ...(signal ? { signal } : {}) });
  for await (const line of lines) {
    if (line.length > LINE_CHARS_MAX) throw new UsageError("USAGE", `${what}: a line of ${line.length} characters`);
    if (line.trim() !== "") yield line;
  }
}

async function readNamed(path: string, what: string): Promise<Uint8Array> {
  const file = await openNamed(path, what);
  try {
    return await collect(file.createReadStream({ autoClose: false }), what);
  } finally {
    await file.close();
  }
}

async function collect(stream: AsyncIterable<Uint8Array | string>, what: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
    length += bytes.length;
    if (length > INPUT_BYTES_MAX) throw new UsageError("USAGE", `${what}: more than ${INPUT_BYTES_MAX} bytes`);
    chunks.push(bytes);
  }
  return concatBytes(...chunks);
}

function invite(what: string, { stdin, hint }: InputSource): void {
  if (stdin.isTTY === true) hint(`reading ${what} from the terminal; end with Ctrl-D`);
}

async function openNamed(path: string, what: string): Promise<FileHandle> {
  const { open } = await import("node:fs/promises");
  try {
    const file = await open(path, "r");
    if ((await file.stat()).isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
    return file;
  } catch (cause) {
    throw unreadable(path, what, cause);
  }
}

/** A failure to read a file the user named, in our words. */
export function unreadable(path: string, what: string, cause: unknown): Error {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG")
    return new UsageError("NOT_FOUND", `${what}: there is no file ${path}`);
  if (code === "EISDIR") return new UsageError("USAGE", `${what}: ${path} is a directory`);
  if (code === "EACCES" || code === "EPERM") {
    return new EnvironmentError("PERMISSIONS", `${what}: ${path} may not be read`, { cause });
  }
  return new EnvironmentError("DISK", `${what}: ${path} does not read`, { cause });
}
