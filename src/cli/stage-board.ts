/** The stages of one connection as steps that are shown while they happen. */
import type { ProbeStage } from "../core/node/probe.ts";
import type { Step } from "./progress.ts";

export class StageBoard {
  readonly #stages: readonly ProbeStage[];
  readonly #waiting = new Map<ProbeStage, { resolve: (text: string) => void; reject: (error: Error) => void }>();
  readonly #promises = new Map<ProbeStage, Promise<string>>();

  constructor(stages: readonly ProbeStage[]) {
    this.#stages = stages;
    for (const stage of stages) {
      const promise = new Promise<string>((resolve, reject) => this.#waiting.set(stage, { resolve, reject }));
      promise.catch(() => undefined);
      this.#promises.set(stage, promise);
    }
  }

  get steps(): Step[] {
    return this.#stages.map((stage) => ({ title: stage, run: async () => this.#promises.get(stage) }));
  }

  done(stage: ProbeStage, ms: number): void {
    this.#waiting.get(stage)?.resolve(`${stage} ${ms} ms`);
  }

  /** It is over: what did not happen yet will not. */
  end(reason: string | null): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(reason ?? "not reached"));
  }
}
