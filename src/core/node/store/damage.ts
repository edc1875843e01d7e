/** Files that do not read as they were written: never reset in silence, always named, with what is lost and how to go on. */
import { EnvironmentError } from "../../platform/errors.ts";

/** `lost` completes the sentence "lost is …". */
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
