/** The devp2p identity of a long-lived node: of a profile that was named, of a file, or a key of the moment. */
import { readFileSync } from "node:fs";
import { parseSecretKey } from "../core/accounts/keys.ts";
import type { SecretKey } from "../core/crypto/crypto.ts";
import { freshSecret } from "../core/node/fresh-secret.ts";
import { readProfile } from "../core/node/profiles.ts";
import { acquireLock, type ProfileLock } from "../core/node/store/lock.ts";
import type { Network } from "./network.ts";
import { type AskPassphrase, profilePlace } from "./profile-access.ts";
import type { Settings } from "./settings.ts";
import { unreadable } from "./stdin.ts";

export interface NodeIdentity {
  readonly secret: SecretKey;
  /** Gives the profile back, when the key is a profile's: two nodes must not have one key. */
  readonly release: () => void;
}

export interface NodeKeySources {
  readonly settings: Settings;
  readonly passphrase: AskPassphrase;
  readonly file: string | undefined;
  /** How others see who has the profile. */
  readonly command: string;
}

export async function nodeIdentity(network: Network, sources: NodeKeySources): Promise<NodeIdentity> {
  const { crypto, random } = network;
  const { settings, passphrase, file, command } = sources;
  if (file !== undefined) return { secret: parseSecretKey(crypto, readText(file).trim()), release: () => undefined };
  if (settings.profile.origin === "default") return { secret: freshSecret(crypto, random), release: () => undefined };
  const place = profilePlace(crypto, settings, passphrase);
  const lock: ProfileLock = await acquireLock(place.directory, { command, waitMs: settings.waitLockMs.value });
  try {
    const { nodeKey } = (await readProfile(place)).identity;
    return { secret: nodeKey, release: () => lock.release() };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw unreadable(file, "node key", cause);
  }
}
