/** The session of a run: the profile that the settings name, held or at its holder's, and the peers. */
import { SharedSession } from "../core/node/shared-session.ts";
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
export function openSession(request: SessionRequest): Promise<SharedSession> {
  const { network, settings, passphrase, command, offline = false } = request;
  return SharedSession.open({
    place: profilePlace(network.crypto, settings, passphrase),
    command: `statusctl ${command}`,
    waitLockMs: settings.waitLockMs.value,
    local: (store) => {
      const known = new Profile(network.crypto, store).peers;
      const peers = offline ? [] : peersOf(network.crypto, settings, known);
      return { ...network, store, peers, light: settings.light.value ?? true };
    },
  });
}
