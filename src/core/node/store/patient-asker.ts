/** Asking a holder who may be about to end: its refusal is no answer, for the profile is free or another's a moment later. */
import { setTimeout as sleep } from "node:timers/promises";
import { EnvironmentError } from "../../platform/errors.ts";
import type { Json } from "../../profile/store.ts";
import { type AskOptions, askHolder, type HolderRequest, isEnding } from "./ask-holder.ts";
import { holderOf, type LockHolder } from "./lock.ts";

export type AskingOptions = Pick<AskOptions, "signal" | "onEvent">;

/** Between asking a holder that ends and trying again. */
const AGAIN_MS = 40;

/** For one piece of work, whoever holds the profile by then. */
export class PatientAsker {
  readonly #directory: string;
  readonly #waitMs: number;
  #holder: string | undefined;
  #deadline = 0;

  /** `waitMs`: how long a holder may take to answer, and to end. */
  constructor(directory: string, waitMs: number) {
    this.#directory = directory;
    this.#waitMs = waitMs;
  }

  /** The holder's answer; undefined when the profile may be free, or somebody else's, by now. Throws as `askHolder`. */
  async ask(request: HolderRequest, options: AskingOptions = {}): Promise<Json | undefined> {
    try {
      return await askHolder(this.#directory, request, { timeoutMs: this.#waitMs, ...options });
    } catch (error) {
      if (options.signal?.aborted) throw new EnvironmentError("DEADLINE", "the work was not done in time");
      if (!isEnding(error) || this.#isOver(holderOf(this.#directory))) throw error;
      await sleep(AGAIN_MS);
      return undefined;
    }
  }

  /** Told each time a holder says that it ends; whoever comes after it has all the time again. */
  #isOver(holder: LockHolder | undefined): boolean {
    if (!holder) return false;
    if (holder.nonce !== this.#holder) this.#deadline = Date.now() + this.#waitMs;
    this.#holder = holder.nonce;
    return Date.now() >= this.#deadline;
  }
}
