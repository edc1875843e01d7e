/**
 * `--exec`: a command of the user's for every record. What strangers wrote reaches it on stdin as JSON and, where it is
 * short, in the environment, never inside the command line. One at a time: a slow command slows the stream down.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { StreamRecord } from "./output.ts";

/** The system takes no variable beyond 128 KiB, nor very many: what is longer than this is on stdin only. */
const VARIABLE_CHARS_MAX = 4096;
/** How long a command may go on once the stream is over. */
const GRACE_MS = 5_000;

export interface HookOptions {
  /** Where the command prints: stdout, or stderr where stdout belongs to JSON. */
  readonly prints: "stdout" | "stderr";
  /** Aborts when the stream is over. */
  readonly signal: AbortSignal;
  readonly graceMs?: number;
}

/** Runs `command` in a shell with `record` on its stdin; never rejects. Resolves with what went wrong, if anything did. */
export function runHook(command: string, record: StreamRecord, options: HookOptions): Promise<string | undefined> {
  const { signal, graceMs = GRACE_MS } = options;
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const hurry = (): void => {
      timer = setTimeout(() => child?.kill(), graceMs);
    };
    const end = (trouble?: string): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", hurry);
      resolve(trouble);
    };
    const child = begin(command, record, options.prints, end);
    if (!child) return;
    if (signal.aborted) hurry();
    else signal.addEventListener("abort", hurry, { once: true });
  });
}

function begin(command: string, record: StreamRecord, prints: "stdout" | "stderr", end: (trouble?: string) => void) {
  try {
    const child: ChildProcess = spawn(command, {
      shell: true,
      stdio: ["pipe", prints === "stdout" ? "inherit" : process.stderr, "inherit"],
      env: { ...process.env, ...environmentOf(record) },
    });
    child.once("error", (error) => end(error.message));
    child.once("close", (code, by) => end(code === 0 ? undefined : by ? `ended by ${by}` : `code ${code}`));
    child.stdin?.on("error", () => undefined); // a command that does not read its input is none of our concern
    child.stdin?.end(`${JSON.stringify(record)}\n`);
    return child;
  } catch (error) {
    end(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** The flat values of the record: `id` becomes STATUSCTL_MSG_ID. */
function environmentOf(record: StreamRecord): Record<string, string> {
  const entries = Object.entries(record).flatMap(([name, value]) => {
    if (typeof value !== "string" && typeof value !== "number") return [];
    const text = String(value).replaceAll("\0", "");
    return text.length > VARIABLE_CHARS_MAX ? [] : [[`STATUSCTL_MSG_${name.toUpperCase()}`, text]];
  });
  return Object.fromEntries(entries);
}
