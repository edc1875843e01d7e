/** The profile on disk for a process that only looks. It needs no lock, and disturbs nobody who has it. */
import { assert } from "../../platform/errors.ts";
import { type Layer, LayeredStore } from "../../profile/layered-store.ts";
import type { Disk } from "./disk.ts";
import { Files } from "./files.ts";
import { loadJournal } from "./journal.ts";
import { pathsOf } from "./layout.ts";

/**
 * Each read sees what is committed by then, never something older than an earlier read did. Two reads may see two states:
 * what has to be of one moment belongs in one document.
 */
export class FileStoreReader extends LayeredStore {
  readonly #disk: Disk;
  readonly #directory: string;
  #stamp: string | undefined;
  #layers: readonly Layer[] = [];

  /** Throws `EnvironmentError` NO_PROFILE, PERMISSIONS, DAMAGED, SCHEMA. */
  constructor({ disk, directory }: { readonly disk: Disk; readonly directory: string }) {
    super();
    this.#disk = disk;
    this.#directory = directory;
    this.#refresh();
  }

  protected override committed(): readonly Layer[] {
    this.#refresh();
    return this.#layers;
  }

  protected override persist(): void {
    assert(false, "a reader commits nothing");
  }

  #refresh(): void {
    const stamp = this.#disk.stat(pathsOf(this.#directory).journal)?.stamp;
    if (stamp === this.#stamp && stamp !== undefined) return;
    const content = loadJournal(this.#disk, this.#directory);
    const files = new Files({ disk: this.#disk, directory: this.#directory, mayWrite: false }, content.header);
    this.#layers = [files, content.changes];
    this.#stamp = stamp;
  }
}
