/** The profile that a run's settings name: where it lies, how it is opened, and what of it commands without it may use. */
import { type Keyring, openKeyring } from "../core/accounts/keyring.ts";
import type { Crypto } from "../core/crypto/crypto.ts";
import { type ProfilePlace, readProfile } from "../core/node/profiles.ts";
import { systemRandom } from "../core/node/system.ts";
import { EnvironmentError } from "../core/platform/errors.ts";
import type { Profile } from "../core/profile/profile.ts";
import type { KnownNode } from "./network.ts";
import { profileFolder } from "./paths.ts";
import type { Settings } from "./settings.ts";

/** Where the passphrase comes from, when one is needed. */
export type AskPassphrase = () => Promise<string | undefined>;

export function profilePlace<C extends ProfilePlace["crypto"]>(
  crypto: C,
  settings: Settings,
  passphrase: AskPassphrase,
): ProfilePlace & { readonly crypto: C } {
  const directory = profileFolder(settings.profile.value, process.env);
  return { crypto, random: systemRandom, directory, passphrase };
}

/** The profile if there is one; undefined when none was made and none was asked for by name. */
export async function profileIfAny(
  crypto: Crypto,
  settings: Settings,
  passphrase: AskPassphrase,
): Promise<Profile | undefined> {
  try {
    return await readProfile(profilePlace(crypto, settings, passphrase));
  } catch (error) {
    const isMissing = error instanceof EnvironmentError && error.code === "NO_PROFILE";
    if (isMissing && settings.profile.origin === "default") return undefined;
    throw error;
  }
}

/** The chat key of the profile, to sign with. Throws `EnvironmentError` NO_PROFILE. */
export async function profileKeyring(crypto: Crypto, settings: Settings, passphrase: AskPassphrase): Promise<Keyring> {
  const profile = await readProfile(profilePlace(crypto, settings, passphrase));
  return openKeyring(crypto, profile.identity.chatKey);
}

/** Nodes that the profile keeps. A sealed profile is not opened for their sake alone when the user named others. */
export async function knownPeers(
  crypto: Crypto,
  settings: Settings,
  passphrase: AskPassphrase,
): Promise<readonly KnownNode[]> {
  const named = settings.peers.value;
  if (named.length > 0 && named.every((name) => name.startsWith("enode:"))) return [];
  return (await profileIfAny(crypto, settings, passphrase))?.peers ?? [];
}
