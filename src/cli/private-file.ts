/** Files that are for their owner alone: made with mode 0600, and never over another unless that was asked for. */
import { open, rename, unlink } from "node:fs/promises";
import { EnvironmentError, UsageError } from "../core/platform/errors.ts";

export interface PrivateFileOptions {
  /** Replace a file that is there. */
  readonly force: boolean;
}

/** Writes `content` to `path`, all or nothing. Throws `UsageError` REFUSED, `EnvironmentError` DISK. */
export async function writePrivateFile(
  path: string,
  content: string | Uint8Array,
  { force }: PrivateFileOptions,
): Promise<void> {
  const draft = force ? `${path}.${process.pid}.tmp` : path;
  try {
    const file = await open(draft, "wx", 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    if (force) await rename(draft, path);
  } catch (cause) {
    throw await unwritable(draft, path, cause);
  }
}

async function unwritable(draft: string, path: string, cause: unknown): Promise<Error> {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "EEXIST" && draft === path) {
    const hint = "Name another file, or replace it with --force.";
    return new UsageError("REFUSED", `${path} exists`, { details: { hint } });
  }
  if (draft !== path) await unlink(draft).catch(() => {});
  return new EnvironmentError("DISK", `${path} cannot be written`, { cause });
}
