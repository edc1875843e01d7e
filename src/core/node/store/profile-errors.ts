/** What may be wrong with a profile on disk, as errors that say what is lost and how to go on. */
import { EnvironmentError } from "../../platform/errors.ts";

/** A file that does not read as it was written: never reset in silence. `lost` completes the sentence "lost is …". */
export function damagedFile(file: string, why: string, lost: string): EnvironmentError {
  return new EnvironmentError("DAMAGED", `${file} is damaged: ${why}. Lost is ${lost}.`, {
    details: {
      file,
      why,
      lost,
      remedy: "restore the profile from a backup, or salvage what reads of it into a new one",
    },
  });
}

export function noProfile(directory: string): EnvironmentError {
  return new EnvironmentError("NO_PROFILE", `there is no profile in ${directory}`, { details: { directory } });
}
