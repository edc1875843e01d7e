/**
 * SIGINT and SIGTERM: the first asks the command to finish (stop taking work, save, say how it ended), the second ends
 * the process at once. Only commands that wait install this; all others die by the signal, which says the same.
 */
import { EXIT, type ExitCode } from "./exit-codes.ts";

export type StopSignal = "SIGINT" | "SIGTERM";

/** The part of `process` that is needed. */
export interface SignalSource {
  on(event: StopSignal, listener: () => void): unknown;
  off(event: StopSignal, listener: () => void): unknown;
}

export interface SignalActions {
  /** The first signal came: a word to the person. */
  readonly stopping: (signal: StopSignal) => void;
  /** The second signal came: ends the process. */
  readonly exit: (code: ExitCode) => void;
}

const EXIT_OF: Readonly<Record<StopSignal, ExitCode>> = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated };

export class Interruption {
  readonly #abort = new AbortController();
  readonly #source: SignalSource;
  readonly #actions: SignalActions;
  #received: StopSignal | undefined;

  constructor(source: SignalSource, actions: SignalActions) {
    this.#source = source;
    this.#actions = actions;
    source.on("SIGINT", this.#onInt);
    source.on("SIGTERM", this.#onTerm);
  }

  /** Aborted by the first signal; its reason is the signal's name. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The code to exit with, once a signal came. */
  get exitCode(): ExitCode | undefined {
    return this.#received === undefined ? undefined : EXIT_OF[this.#received];
  }

  /** Gives the signals back to the system. */
  release(): void {
    this.#source.off("SIGINT", this.#onInt);
    this.#source.off("SIGTERM", this.#onTerm);
  }

  readonly #onInt = (): void => this.#receive("SIGINT");
  readonly #onTerm = (): void => this.#receive("SIGTERM");

  #receive(signal: StopSignal): void {
    if (this.#received === undefined) {
      this.#received = signal;
      this.#actions.stopping(signal);
      this.#abort.abort(signal);
    } else {
      this.#actions.exit(EXIT_OF[signal]);
    }
  }
}
