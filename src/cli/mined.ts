/** Proof of work for who waits for it. */
import type { MineRequest, Miner } from "../core/node/ports.ts";
import type { Envelope } from "../core/whisper/envelope.ts";

/** The envelope with its proof of work; undefined when the budget ran out, or `signal` ended the search. */
export function mined(miner: Miner, request: MineRequest, signal: AbortSignal): Promise<Envelope | undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(undefined);
    const end = (envelope?: Envelope): void => {
      signal.removeEventListener("abort", giveUp);
      resolve(envelope);
    };
    const giveUp = (): void => {
      cancel();
      end();
    };
    signal.addEventListener("abort", giveUp, { once: true });
    const cancel = miner.mine(request, end);
  });
}
