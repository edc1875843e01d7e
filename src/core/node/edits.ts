/** Changes of a profile that need no network: whoever holds the profile makes them, for others too. */
import * as v from "valibot";
import type { Curve } from "../crypto/crypto.ts";
import { formatEnode, parseEnode } from "../devp2p/enode.ts";
import { UsageError } from "../platform/errors.ts";
import type { Peer } from "../profile/documents.ts";
import { Profile } from "../profile/profile.ts";
import type { Json } from "../profile/store.ts";
import { openHeldProfile, type ProfilePlace } from "./profiles.ts";
import { ProfileLock } from "./store/lock.ts";
import { PatientAsker } from "./store/patient-asker.ts";

export const editSchema = v.variant("edit", [
  v.object({
    edit: v.literal("add-peer"),
    /** An enode URL. A peer with the same node id is replaced. */
    enode: v.string(),
    alias: v.nullable(v.string()),
    addedAt: v.number(),
  }),
  v.object({
    edit: v.literal("remove-peer"),
    /** An alias, an enode URL or a node id. */
    name: v.string(),
  }),
]);

export type Edit = Readonly<v.InferOutput<typeof editSchema>>;

/** The peer that was added or removed, and the one it stands in place of. */
export interface Edited {
  readonly peer: Peer;
  readonly replaced: Peer | null;
}

/** Makes the change in the open transaction. Throws `UsageError`. */
export function applyEdit(curve: Curve, profile: Profile, edit: Edit): Edited {
  switch (edit.edit) {
    case "add-peer":
      return addPeer(curve, profile, edit);
    case "remove-peer":
      return removePeer(curve, profile, edit.name);
    default:
      return edit satisfies never;
  }
}

/** Makes the change, or has the holder of the profile make it. Throws `UsageError`; `EnvironmentError` as opening does. */
export async function editProfile(
  place: ProfilePlace & { readonly crypto: Curve },
  { command, waitLockMs }: { readonly command: string; readonly waitLockMs: number },
  edit: Edit,
): Promise<Edited> {
  const asker = new PatientAsker(place.directory, waitLockMs);
  for (;;) {
    const lock = ProfileLock.try(place.directory, { command, now: Date.now() });
    if (lock instanceof ProfileLock) return editHere(place, edit).finally(() => lock.release());
    const answer = await asker.ask({ method: "edit", params: { ...edit } });
    if (answer !== undefined) return answer as unknown as Edited;
  }
}

/** What passes between processes. */
export const editedJson = ({ peer, replaced }: Edited): Json => ({
  peer: { ...peer },
  replaced: replaced && { ...replaced },
});

async function editHere(place: ProfilePlace & { readonly crypto: Curve }, edit: Edit): Promise<Edited> {
  const held = await openHeldProfile(place);
  try {
    const profile = new Profile(place.crypto, held.store);
    const edited = applyEdit(place.crypto, profile, edit);
    profile.commit();
    return edited;
  } finally {
    held.close();
  }
}

function addPeer(curve: Curve, profile: Profile, { enode, alias, addedAt }: Edit & { edit: "add-peer" }): Edited {
  const node = parseEnode(curve, enode);
  const known = profile.peers;
  const same = known.find((peer) => parseEnode(curve, peer.enode).id === node.id);
  const owner = alias === null ? undefined : known.find((peer) => peer.alias === alias && peer !== same);
  if (owner) {
    const hint = `Choose another, or remove it first: statusctl peer remove ${alias}`;
    throw new UsageError("REFUSED", `the alias "${alias}" belongs to ${owner.enode}`, { details: { hint } });
  }
  const peer: Peer = { enode: formatEnode(node), alias, addedAt };
  profile.putPeers([...known.filter((other) => other !== same), peer]);
  return { peer, replaced: same ?? null };
}

function removePeer(curve: Curve, profile: Profile, name: string): Edited {
  const id = name
    .replace(/^(enode:\/\/|0x)/i, "")
    .replace(/@.*$/s, "")
    .toLowerCase();
  const known = profile.peers;
  const peer = known.find(({ alias, enode }) => alias === name || parseEnode(curve, enode).id.slice(2) === id);
  if (!peer) {
    const aliases = known.flatMap(({ alias }) => alias ?? []).join(", ");
    const hint = aliases === "" ? "See `statusctl peer list`." : `There are ${aliases}; see \`statusctl peer list\`.`;
    throw new UsageError("NOT_FOUND", `this profile knows no peer "${name}"`, { details: { hint } });
  }
  profile.putPeers(known.filter((other) => other !== peer));
  return { peer, replaced: null };
}
