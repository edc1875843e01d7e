import { Args } from "@oclif/core";
import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { type PeerRecord, peerRecord } from "../../cli/peer-record.ts";
import { doorOf } from "../../cli/primitives.ts";
import { profilePlace } from "../../cli/profile-access.ts";
import { openCrypto } from "../../core/crypto/open.ts";
import { editProfile } from "../../core/node/edits.ts";

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
    const place = profilePlace(await openCrypto(doorOf("pure")), this.settings, this.passphrase);
    const options = { command: "statusctl peer remove", waitLockMs: this.settings.waitLockMs.value };
    const { peer } = await editProfile(place, options, { edit: "remove-peer", name: args.peer });
    return { peer: peerRecord(peer) };
  }

  protected override render({ peer }: PeerRemoved): Lines {
    return [`removed ${peer.alias ?? peer.enode}`];
  }
}
