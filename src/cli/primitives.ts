/** Which implementation of the primitives a command takes: what it needs, unless the environment says otherwise. */
import type { Ciphers, Door, Hashes, Kdfs } from "../core/crypto/crypto.ts";
import type { OwnKeys } from "../core/crypto/fast/own-keys.ts";
import { openCiphers, openHashes, openKdfs, openOwnKeys } from "../core/crypto/open.ts";

/** Commands that look at a few values take the pure door, which loads fast; those that send or relay the fast one. */
export function doorOf(preferred: Door, env: Readonly<Record<string, string | undefined>> = process.env): Door {
  const wish = env.STATUSCTL_CRYPTO;
  return wish === "pure" || wish === "fast" ? wish : preferred;
}

/** What a command needs that opens a profile and shows its keys: of each door what loads fastest. */
export async function openForLooking(): Promise<Hashes & Ciphers & Kdfs & OwnKeys> {
  const [hashes, ciphers, kdfs, keys] = await Promise.all([
    openHashes(doorOf("pure")),
    openCiphers(doorOf("fast")),
    openKdfs(doorOf("fast")),
    openOwnKeys(),
  ]);
  return { ...hashes, ...ciphers, ...kdfs, ...keys };
}
