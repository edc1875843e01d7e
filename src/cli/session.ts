/** The session of a run: the profile that the settings name, held or at its holder's, and the peers. */
import { LocalSession } from "../core/node/local-session.ts";
import { openHeldProfile } from "../core/node/profiles.ts";
import type { Session } from "../core/node/session-io.ts";
import { Profile } from "../core/profile/profile.ts";
import { type Network, peersOf } from "./network.ts";
import { type AskPassphrase, profilePlace } from "./profile-access.ts";
import type { Settings } from "./settings.ts";

export interface SessionRequest {
  readonly network: Network;
  readonly settings: Settings;
  readonly passphrase: AskPassphrase;
  /** What is done, for those who find the profile taken. */
  readonly command: string;
  /** The work can be done without anybody to connect with. */
  readonly offline?: boolean;
}

/** Opens it, not connected yet. Throws what stands in the way: no profile, a wrong passphrase, nobody to connect with. */
export async function openSession(request: SessionRequest): Promise<OwnSession> {
  const { network, settings, passphrase, offline = false } = request;
  const held = await openHeldProfile(profilePlace(network.crypto, settings, passphrase));
  try {
    const known = new Profile(network.crypto, held.store).peers;
    const peers = offline ? [] : peersOf(network.crypto, settings, known);
    const session = new LocalSession({ ...network, store: held.store, peers, light: settings.light.value ?? true });
    return { session, start: () => session.start(), close: () => end(session, held) };
  } catch (error) {
    held.close();
    throw error;
  }
}

export interface OwnSession {
  readonly session: LocalSession;
  /** Connects. */
  start(): void;
  close(): Promise<void>;
}

async function end(session: Session, held: { close(): void }): Promise<void> {
  await session.close();
  held.close();
}
