/** Changes of a profile that need no network; whoever holds the profile makes them. */
import * as v from "valibot";
import { UsageError } from "../platform/errors.ts";
import type { Profile } from "../profile/profile.ts";

export const editSchema = v.variant("edit", [
  v.object({
    edit: v.literal("add-peer"),
    /** An enode URL. */
    enode: v.string(),
    alias: v.nullable(v.string()),
    addedAt: v.number(),
  }),
  v.object({
    edit: v.literal("remove-peer"),
    /** The alias or the enode. */
    name: v.string(),
  }),
]);

export type Edit = Readonly<v.InferOutput<typeof editSchema>>;

/** Makes the change in the open transaction. Throws `UsageError`. */
export function applyEdit(profile: Profile, edit: Edit): void {
  switch (edit.edit) {
    case "add-peer": {
      const { enode, alias, addedAt } = edit;
      const others = profile.peers.filter((peer) => peer.enode !== enode);
      if (alias !== null && others.some((peer) => peer.alias === alias)) {
        throw new UsageError("REFUSED", `another peer is called "${alias}"`);
      }
      profile.putPeers([...others, { enode, alias, addedAt }]);
      break;
    }
    case "remove-peer": {
      const { name } = edit;
      const left = profile.peers.filter((peer) => peer.enode !== name && peer.alias !== name);
      if (left.length === profile.peers.length) throw new UsageError("NOT_FOUND", `no peer is called "${name}"`);
      profile.putPeers(left);
      break;
    }
    default:
      edit satisfies never;
  }
}
