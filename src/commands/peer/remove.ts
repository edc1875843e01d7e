import { Args } from "@oclif/core";
import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { nearest } from "../../cli/nearest.ts";
import { type PeerRecord, peerRecord } from "../../cli/peer-record.ts";
import { doorOf } from "../../cli/primitives.ts";
import { profilePlace } from "../../cli/profile-access.ts";
import { changeProfile } from "../../cli/profile-change.ts";
import type { Curve } from "../../core/crypto/crypto.ts";
import { openCrypto } from "../../core/crypto/open.ts";
import { parseEnode } from "../../core/devp2p/enode.ts";
import { UsageError } from "../../core/platform/errors.ts";
import type { Peer } from "../../core/profile/documents.ts";

interface PeerRemoved {
  readonly peer: PeerRecord;
}

export default class PeerRemoveCommand extends BaseCommand<PeerRemoved> {
  static override summary = "no longer connect with a node";
  static override description =
    "Forgets a node that was added. Links that are up in another process stay until it ends.";
  static override examples = [
    { description: "By its alias", command: "<%= config.bin %> <%= command.id %> home" },
    {
      description: "By its id",
      command: `<%= config.bin %> <%= command.id %> 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8`,
    },
  ];
  static override args = {
    peer: Args.string({ required: true, ignoreStdin: true, description: "alias, enode URL or node id" }),
  };
  static override schema = "peer-remove/1";

  protected override async work(): Promise<PeerRemoved> {
    const { args } = await this.parse(PeerRemoveCommand);
    const crypto = await openCrypto(doorOf("pure"));
    const place = profilePlace(crypto, this.settings, this.passphrase);
    const options = { command: "statusctl peer remove", waitMs: this.settings.waitLockMs.value };
    return changeProfile({ ...place, crypto }, options, (profile) => {
      const known = profile.peers;
      const peer = find(crypto, known, args.peer);
      profile.putPeers(known.filter((other) => other !== peer));
      return { peer: peerRecord(peer) };
    });
  }

  protected override render({ peer }: PeerRemoved): Lines {
    return [`removed ${peer.alias ?? peer.enode}`];
  }
}

function find(curve: Curve, known: readonly Peer[], text: string): Peer {
  const id = text
    .replace(/^(enode:\/\/|0x)/i, "")
    .replace(/@.*$/s, "")
    .toLowerCase();
  const found = known.find(({ alias, enode }) => alias === text || parseEnode(curve, enode).id.slice(2) === id);
  if (found !== undefined) return found;
  const meant = nearest(
    text,
    known.flatMap(({ alias }) => alias ?? []),
  );
  const hint = meant === undefined ? "See `statusctl peer list`." : `Did you mean ${meant}?`;
  throw new UsageError("NOT_FOUND", `this profile knows no peer "${text}"`, { details: { hint } });
}
