/** Waiting for time or a signal, whichever comes first. */

/** Why the wait was over. */
export type Woken = "signal" | "complete";

/** Resolves when `signal` aborts, or after `ms` (at most `DURATION_MAX`) if given. */
export function rest(signal: AbortSignal, ms?: number): Promise<Woken> {
  return new Promise((resolve) => {
    const end = (why: Woken): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", interrupted);
      resolve(why);
    };
    const interrupted = (): void => end("signal");
    const timer = ms === undefined ? undefined : setTimeout(() => end("complete"), ms);
    if (signal.aborted) interrupted();
    else signal.addEventListener("abort", interrupted, { once: true });
  });
}
