/** The scenarios that `run.ts` knows. */
import type { Crypto } from "../../src/core/crypto/crypto.ts";
import { chatScenario } from "./chat-scenario.ts";
import { corruptionScenario } from "./corruption-scenario.ts";
import { relayScenario } from "./relay-scenario.ts";

export interface Scenario {
  readonly name: string;
  /** What is counted in `checks`. */
  readonly about: string;
  run(seed: number, crypto: Crypto): { readonly failures: readonly string[]; readonly checks: number };
}

export const SCENARIOS: readonly Scenario[] = [
  { name: "relay", about: "deliveries of envelopes that had to arrive", run: relayScenario },
  { name: "chat", about: "messages that had to be there", run: chatScenario },
  { name: "corruption", about: "corrupted streams whose sessions ended", run: corruptionScenario },
];
