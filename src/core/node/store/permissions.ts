/** A profile is for its owner alone: what others may read or write is refused, with the command that mends it. */
import { EnvironmentError } from "../../platform/errors.ts";
import type { Disk, FileState } from "./disk.ts";

const GROUP_AND_OTHERS = 0o077;

/** The state of what is at `path`, checked; undefined when nothing is. Throws `EnvironmentError` PERMISSIONS. */
export function statPrivate(disk: Disk, path: string): FileState | undefined {
  const state = disk.stat(path);
  if (!state) return undefined;
  if (state.kind === "other") throw refused(path, "it is neither a file nor a directory", `rm ${path}`);
  if (disk.user !== undefined && state.owner !== disk.user) {
    throw refused(path, `it belongs to user ${state.owner}, not to ${disk.user}`, `chown ${disk.user} ${path}`);
  }
  if ((state.mode & GROUP_AND_OTHERS) !== 0) {
    const mode = state.mode.toString(8).padStart(4, "0");
    throw refused(path, `others than its owner have access (mode ${mode})`, `chmod go= ${path}`);
  }
  return state;
}

/** The whole content of a private file; undefined when there is none. Throws `EnvironmentError` PERMISSIONS. */
export function readPrivate(disk: Disk, path: string): Uint8Array | undefined {
  return statPrivate(disk, path) ? disk.read(path) : undefined;
}

function refused(path: string, why: string, remedy: string): EnvironmentError {
  return new EnvironmentError("PERMISSIONS", `${path}: ${why}; try: ${remedy}`, { details: { file: path, remedy } });
}
