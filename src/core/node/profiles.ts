/**
 * Profiles on disk as commands meet them: made, read without disturbing their holder, or held.
 *
 * A sealed profile asks for its passphrase only when it is opened, and only then.
 */
import type { Crypto } from "../crypto/crypto.ts";
import { EnvironmentError } from "../platform/errors.ts";
import type { Random } from "../platform/random.ts";
import type { Identity } from "../profile/documents.ts";
import { migrate } from "../profile/migrations.ts";
import { Profile } from "../profile/profile.ts";
import { isSealed, sealStore, unsealStore } from "../profile/sealed-store.ts";
import type { Store } from "../profile/store.ts";
import { createFileStore, FileStore } from "./store/file-store.ts";
import { FileStoreReader } from "./store/file-store-reader.ts";
import { systemDisk } from "./store/system-disk.ts";

export interface ProfilePlace {
  readonly crypto: ProfileCrypto;
  readonly random: Random;
  readonly directory: string;
  /** Asked once, and only for a sealed profile; undefined = there is none to be had. */
  readonly passphrase: () => Promise<string | undefined>;
}

export type ProfileCrypto = Pick<
  Crypto,
  "sha256" | "gcmEncrypt" | "gcmDecrypt" | "scrypt" | "hmacSha256" | "hkdfSha256"
>;

/** Makes a profile with this identity; sealed when there is a passphrase. Throws `UsageError` REFUSED if there is one. */
export async function createProfile(place: ProfilePlace, identity: Identity): Promise<void> {
  const { crypto, random, directory } = place;
  const passphrase = await place.passphrase();
  createFileStore({ disk: systemDisk, directory });
  const file = new FileStore({ disk: systemDisk, directory });
  try {
    const store = passphrase === undefined ? file : sealStore(crypto, random, file, { passphrase });
    migrate(store);
    const profile = new Profile(crypto, store);
    profile.putIdentity(identity);
    profile.commit();
  } finally {
    file.close();
  }
}

/** The profile for looking only. Throws `EnvironmentError` NO_PROFILE, PASSPHRASE, PERMISSIONS, DAMAGED, SCHEMA. */
export async function readProfile(place: ProfilePlace): Promise<Profile> {
  const reader = new FileStoreReader({ disk: systemDisk, directory: place.directory });
  return new Profile(place.crypto, await unlock(place, reader));
}

/** A profile that this process holds. */
export interface HeldProfile {
  readonly store: Store;
  /** Lets go of its files; what was not committed is gone. */
  close(): void;
}

/** Opens the profile for writing; the caller has its lock. Throws as `readProfile`, and DISK. */
export async function openHeldProfile(place: ProfilePlace): Promise<HeldProfile> {
  const file = new FileStore({ disk: systemDisk, directory: place.directory });
  try {
    return { store: await unlock(place, file), close: () => file.close() };
  } catch (error) {
    file.close();
    throw error;
  }
}

async function unlock({ crypto, random, passphrase }: ProfilePlace, inner: Store): Promise<Store> {
  if (!isSealed(inner)) return current(inner);
  const given = await passphrase();
  if (given === undefined) throw new EnvironmentError("PASSPHRASE", "the profile is sealed: its passphrase is needed");
  return current(unsealStore(crypto, random, inner, given));
}

function current(store: Store): Store {
  migrate(store);
  return store;
}
