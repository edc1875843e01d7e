/**
 * `--exec`: a command of the user's for every record. What strangers wrote reaches it on stdin as JSON and in the
 * environment, never inside the command line. One at a time: a slow command slows the stream down.
 */
import { spawn } from "node:child_process";
import type { StreamRecord } from "./output.ts";

/**
 * Runs `command` in a shell with `record` on its stdin; resolves with its exit code. What it prints goes to our stdout, or
 * to stderr where stdout belongs to JSON.
 */
export function runHook(command: string, record: StreamRecord, stdout: "stdout" | "stderr"): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, {
      shell: true,
      stdio: ["pipe", stdout === "stdout" ? "inherit" : process.stderr, "inherit"],
      env: { ...process.env, ...environmentOf(record) },
    });
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
    child.stdin.on("error", () => undefined); // a command that does not read its input is none of our concern
    child.stdin.end(`${JSON.stringify(record)}\n`);
  });
}

/** The flat values of the record: `id` becomes STATUSCTL_MSG_ID. */
function environmentOf(record: StreamRecord): Record<string, string> {
  const entries = Object.entries(record).flatMap(([name, value]) => {
    if (typeof value !== "string" && typeof value !== "number") return [];
    return [[`STATUSCTL_MSG_${name.toUpperCase()}`, String(value).replaceAll("\0", "")]];
  });
  return Object.fromEntries(entries);
}
