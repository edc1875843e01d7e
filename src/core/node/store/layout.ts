/**
 * Where things lie in a profile's directory.
 *
 * ```
 * DIR/lock                           who holds the profile
 * DIR/journal                        what was committed since the last checkpoint
 * DIR/documents/NAME.json            documents as of the last checkpoint
 * DIR/segments/NAME.NUMBER.ndjson    records as of the last checkpoint, and their .index
 * ```
 */
export interface Layout {
  readonly lock: string;
  readonly journal: string;
  readonly documents: string;
  readonly segments: string;
}

export function pathsOf(directory: string): Layout {
  return {
    lock: `${directory}/lock`,
    journal: `${directory}/journal`,
    documents: `${directory}/documents`,
    segments: `${directory}/segments`,
  };
}
