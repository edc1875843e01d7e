/** Changes to a profile by a command that needs no network: under its lock, all or nothing. */
import { openHeldProfile, type ProfilePlace } from "../core/node/profiles.ts";
import { acquireLock } from "../core/node/store/lock.ts";
import type { Millis } from "../core/platform/time.ts";
import { Profile } from "../core/profile/profile.ts";

export interface ChangeOptions {
  /** How others see this process meanwhile. */
  readonly command: string;
  readonly waitMs: Millis;
}

/** What `change` returns, once its changes are durable. Throws `EnvironmentError` LOCKED, NO_PROFILE, DISK and others. */
export async function changeProfile<T>(
  place: ProfilePlace & { readonly crypto: ConstructorParameters<typeof Profile>[0] },
  { command, waitMs }: ChangeOptions,
  change: (profile: Profile) => T,
): Promise<T> {
  const lock = await acquireLock(place.directory, { command, waitMs });
  try {
    const held = await openHeldProfile(place);
    try {
      const profile = new Profile(place.crypto, held.store);
      const result = change(profile);
      profile.commit();
      return result;
    } finally {
      held.close();
    }
  } finally {
    lock.release();
  }
}
