/**
 * What passes on the wire, kept in files: frames one per line, envelopes one per file. A file that cannot be made ends
 * the command; one that cannot be written any more is worth a warning, not the end of what is watched.
 */
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { EnvironmentError } from "../core/platform/errors.ts";
import type { Envelope } from "../core/whisper/envelope.ts";

/** Told of the first failure. */
type Warn = (message: string) => void;

/** A file of NDJSON, mode 0600. */
export class FrameFile {
  readonly #path: string;
  readonly #fd: number;
  readonly #warn: Warn;
  #failed = false;

  /** Throws `EnvironmentError` DISK. */
  constructor(path: string, warn: Warn) {
    this.#path = path;
    this.#warn = warn;
    this.#fd = made(path, () => openSync(path, "w", 0o600));
  }

  add(record: object): void {
    if (this.#failed) return;
    try {
      writeSync(this.#fd, `${JSON.stringify(record)}\n`);
    } catch (error) {
      this.#failed = true;
      this.#warn(unwritable(this.#path, error));
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** A folder of envelopes as they are on the wire, each named by its hash. */
export class EnvelopeFolder {
  readonly #path: string;
  readonly #warn: Warn;
  #failed = false;

  /** Throws `EnvironmentError` DISK. */
  constructor(path: string, warn: Warn) {
    this.#path = path;
    this.#warn = warn;
    made(path, () => existsSync(path) || mkdirSync(path, { mode: 0o700 }));
  }

  add({ hash, bytes }: Envelope): void {
    if (this.#failed) return;
    const path = join(this.#path, `${hash}.rlp`);
    try {
      writeFileSync(path, bytes, { mode: 0o600 });
    } catch (error) {
      this.#failed = true;
      this.#warn(unwritable(path, error));
    }
  }
}

function made<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw new EnvironmentError("DISK", unwritable(path, cause), { cause });
  }
}

const unwritable = (path: string, error: unknown): string =>
  `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`;
