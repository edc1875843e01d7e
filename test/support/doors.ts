/** Both doors to the primitives, for tests that hold behind either. */
import { describe } from "vitest";
import type { Crypto } from "../../src/core/crypto/crypto.ts";
import { openCrypto } from "../../src/core/crypto/open.ts";

export const pure = await openCrypto("pure");
export const fast = await openCrypto("fast");

/** One group of tests per door. */
export function behindBothDoors(check: (crypto: Crypto) => void): void {
  for (const crypto of [pure, fast]) describe(`behind the ${crypto.door} door`, () => check(crypto));
}
