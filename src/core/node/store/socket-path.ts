/** Where the holder of a profile takes work: a short path, because Node cuts longer ones without a word (107 bytes on Linux). */
import { createHash } from "node:crypto";
import { lstatSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute } from "node:path";
import { EnvironmentError } from "../../platform/errors.ts";
import { statPrivate } from "./permissions.ts";
import { systemDisk } from "./system-disk.ts";

/** The shortest of the systems' limits (macOS), without the terminating zero. */
const PATH_MAX = 103;

/** The socket of the profile in `directory`, in a private directory that is made if need be. Throws PERMISSIONS, DISK. */
export function socketPathOf(directory: string, env: NodeJS.ProcessEnv = process.env): string {
  const name = createHash("sha256").update(realpathSync(directory)).digest("hex").slice(0, 20);
  const user = systemDisk.user ?? "user";
  const runtime = env.XDG_RUNTIME_DIR;
  const folders = [
    ...(runtime !== undefined && isAbsolute(runtime) && systemDisk.stat(runtime) ? [`${runtime}/statusctl`] : []),
    `${tmpdir()}/statusctl-${user}`,
    `/tmp/statusctl-${user}`,
  ];
  const folder = folders.find((path) => Buffer.byteLength(`${path}/${name}.sock`) <= PATH_MAX);
  if (folder === undefined)
    throw new EnvironmentError("DISK", "no folder has a path that is short enough for a socket");
  systemDisk.makeDirectory(folder);
  // Where all may write, somebody else may have been first.
  if (lstatSync(folder).isSymbolicLink()) throw new EnvironmentError("PERMISSIONS", `${folder} is a symbolic link`);
  statPrivate(systemDisk, folder);
  return `${folder}/${name}.sock`;
}
