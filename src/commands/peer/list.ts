import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { type PeerRecord, peerRecord } from "../../cli/peer-record.ts";
import { doorOf } from "../../cli/primitives.ts";
import { profilePlace } from "../../cli/profile-access.ts";
import { tableLines } from "../../cli/table.ts";
import { openCrypto } from "../../core/crypto/open.ts";
import { readProfile } from "../../core/node/profiles.ts";

interface PeerList {
  readonly peers: readonly PeerRecord[];
}

export default class PeerListCommand extends BaseCommand<PeerList> {
  static override summary = "list the nodes this profile connects with";
  static override description = "Commands connect with these nodes unless --peer or STATUSCTL_PEERS names others.";
  static override examples = [
    { description: "All of them", command: "<%= config.bin %> <%= command.id %>" },
    { description: "Their names, for a script", command: "<%= config.bin %> <%= command.id %> --fields peers.alias" },
  ];
  static override schema = "peer-list/1";

  protected override async work(): Promise<PeerList> {
    await this.parse(PeerListCommand);
    const crypto = await openCrypto(doorOf("pure"));
    const profile = await readProfile(profilePlace(crypto, this.settings, this.passphrase));
    return { peers: profile.peers.map(peerRecord) };
  }

  protected override render({ peers }: PeerList): Lines | Promise<Lines> {
    if (peers.length === 0) this.note("there are none; add one with `statusctl peer add ENODE --alias NAME`");
    return peers.length === 0
      ? []
      : tableLines<PeerRecord>(
          [
            { title: "ALIAS", cell: ({ alias }) => alias ?? "-" },
            { title: "ENODE", cell: ({ enode }) => enode },
          ],
          peers,
        );
  }
}
