/** When a stream ends: by count, by time, by silence, or by a signal; and what that means for the exit code. */
import type { Millis } from "../core/platform/time.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { EndReason } from "./stream-command.ts";

export interface StreamLimits {
  /** Records that are wanted. */
  readonly count?: number | undefined;
  /** By when they must have come. */
  readonly timeoutMs?: Millis | undefined;
  /** Longest silence. */
  readonly idleMs?: Millis | undefined;
  /** How long to go on, where that is the goal. */
  readonly forMs?: Millis | undefined;
}

/** Runs while a stream does; `signal` says when it is over, `reason` why. */
export class StreamClock {
  readonly #limits: StreamLimits;
  readonly #over = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];
  #idle: NodeJS.Timeout | undefined;
  #reason: EndReason | undefined;
  #seen = 0;

  constructor(limits: StreamLimits, stopped: AbortSignal) {
    this.#limits = limits;
    if (stopped.aborted) this.#end("signal");
    stopped.addEventListener("abort", () => this.#end("signal"), { once: true });
    this.#after(limits.timeoutMs, "timeout");
    this.#after(limits.forMs, "complete");
    this.#restartIdle();
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Why it ended. */
  get reason(): EndReason {
    return this.#reason ?? "eof";
  }

  /** A record came; the one that completes the count ends the stream. */
  tick(): void {
    this.#seen++;
    this.#restartIdle();
    if (this.#seen === this.#limits.count) this.#end("count");
  }

  /** Stops all timers. */
  release(): void {
    for (const timer of [...this.#timers, this.#idle]) clearTimeout(timer);
  }

  /** A count that was not reached by the deadline or before silence fell is a failure; any other end is not. */
  get exitCode(): ExitCode {
    const missed = this.#limits.count !== undefined && this.#seen < this.#limits.count;
    return missed && (this.reason === "timeout" || this.reason === "idle") ? EXIT.timeout : EXIT.ok;
  }

  #after(ms: Millis | undefined, reason: EndReason): void {
    if (ms !== undefined) this.#timers.push(setTimeout(() => this.#end(reason), ms));
  }

  #restartIdle(): void {
    clearTimeout(this.#idle);
    if (this.#limits.idleMs !== undefined && !this.#over.signal.aborted) {
      this.#idle = setTimeout(() => this.#end("idle"), this.#limits.idleMs);
    }
  }

  #end(reason: EndReason): void {
    if (this.#over.signal.aborted) return;
    this.#reason = reason;
    this.release();
    this.#over.abort(reason);
  }
}
