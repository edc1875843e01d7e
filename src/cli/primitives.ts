/** Which implementation of the primitives a command takes: what it needs, unless the environment says otherwise. */
import type { Door } from "../core/crypto/crypto.ts";

/** Commands that look at a few values take the pure door, which loads fast; those that send or relay the fast one. */
export function doorOf(preferred: Door, env: Readonly<Record<string, string | undefined>> = process.env): Door {
  const wish = env.STATUSCTL_CRYPTO;
  return wish === "pure" || wish === "fast" ? wish : preferred;
}
