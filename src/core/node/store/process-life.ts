/** Whether a process that was seen before still lives. Numbers of processes are used again, so its start counts too. */
import { readFileSync } from "node:fs";

/** Tells the process apart from a later one of the same number; null where the system does not say. */
export const startOf = (pid: number): string | null => statOf(pid)?.start ?? null;

/** `start` is what `startOf` said of the process while it lived. */
export function isProcessAlive(pid: number, start: string | null): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
  }
  const now = statOf(pid);
  if (!now) return true;
  return !now.ended && (start === null || now.start === start);
}

/** What Linux says of a process; undefined elsewhere. See proc(5). */
function statOf(pid: number): { readonly start: string; readonly ended: boolean } | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field, the program's name, may hold anything, but ends with the last parenthesis.
    const [state = "", ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { start: `${boot}:${fields[18]}`, ended: "ZX".includes(state) };
  } catch {
    return undefined;
  }
}
