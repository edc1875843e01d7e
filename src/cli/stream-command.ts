/**
 * A command whose result comes piece by piece: shown as it happens, written as NDJSON with `--ndjson`, or collected
 * into one value with `--json`. Whoever waits on `stopped` ends in order on the first signal.
 */
import { BaseCommand } from "./base-command.ts";
import { selectFields } from "./fields.ts";
import { GLOBAL_FLAGS, STREAM_FLAGS } from "./global-flags.ts";
import type { StreamRecord } from "./output.ts";

/** Why a stream ended. */
export type EndReason = "count" | "timeout" | "idle" | "signal" | "complete" | "eof";

/** Most records that `--json` collects; a stream meant to be longer is read with `--ndjson`. */
const COLLECTED_MAX = 100_000;

export abstract class StreamCommand<Result extends object = object> extends BaseCommand<Result> {
  static override baseFlags = { ...GLOBAL_FLAGS, ...STREAM_FLAGS };

  readonly #collected: object[] = []; // BOUNDED BY COLLECTED_MAX
  #isCut = false;

  /** What `--json` has collected so far. */
  protected get collected(): readonly object[] {
    return this.#collected;
  }

  /** One piece: `record` for programs, `lines` for people. Resolves when the reader keeps up. */
  protected async emit(record: StreamRecord, lines: () => readonly string[]): Promise<void> {
    if (this.mode === "json") return this.#collect(record);
    if (this.mode === "ndjson") return this.output.record({ ...this.#select(record), type: record.type }, this.now());
    for (const line of lines()) await this.output.line(line);
  }

  /** The last record of NDJSON. */
  protected async end(reason: EndReason, counts: Readonly<Record<string, number>>): Promise<void> {
    if (this.mode === "ndjson") await this.output.record({ type: "end", reason, counts }, this.now());
  }

  #collect(record: object): void {
    if (this.#collected.length < COLLECTED_MAX) this.#collected.push(record);
    else if (!this.#isCut) {
      this.#isCut = true;
      this.caution("W_CUT", `--json keeps the first ${COLLECTED_MAX} records; use --ndjson for more`);
    }
  }

  #select(record: StreamRecord): object {
    return this.fields.length > 0 ? Object(selectFields(record, this.fields)) : record;
  }
}
