import { Args, Flags } from "@oclif/core";
import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { type PeerRecord, peerRecord } from "../../cli/peer-record.ts";
import { doorOf } from "../../cli/primitives.ts";
import { profilePlace } from "../../cli/profile-access.ts";
import { openCrypto } from "../../core/crypto/open.ts";
import { editProfile } from "../../core/node/edits.ts";
import { UsageError } from "../../core/platform/errors.ts";

interface PeerAdded {
  readonly peer: PeerRecord;
  /** What was there before: the same node under another address or alias. */
  readonly replaced: PeerRecord | null;
}

export default class PeerAddCommand extends BaseCommand<PeerAdded> {
  static override summary = "connect with a node from now on";
  static override description =
    "The node is known by its alias wherever a node is expected. A node that is there already is replaced.";
  static override examples = [
    {
      description: "A relay of one's own",
      command: `<%= config.bin %> <%= command.id %> enode://79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8@10.0.0.1:30303 --alias home`,
    },
    { description: "Then ask it", command: "statusctl connect home" },
  ];
  static override args = {
    enode: Args.string({ required: true, ignoreStdin: true, description: "enode URL of the node" }),
  };
  static override flags = {
    alias: Flags.string({ helpValue: "NAME", summary: "a name for it" }),
  };
  static override schema = "peer-add/1";

  protected override async work(): Promise<PeerAdded> {
    const { args, flags } = await this.parse(PeerAddCommand);
    const place = profilePlace(await openCrypto(doorOf("pure")), this.settings, this.passphrase);
    const alias = flags.alias === undefined ? null : checkAlias(flags.alias);
    const options = { command: "statusctl peer add", waitLockMs: this.settings.waitLockMs.value };
    const edit = { edit: "add-peer", enode: args.enode, alias, addedAt: this.now() } as const;
    const { peer, replaced } = await editProfile(place, options, edit);
    return { peer: peerRecord(peer), replaced: replaced && peerRecord(replaced) };
  }

  protected override render({ peer, replaced }: PeerAdded): Lines {
    return [`${replaced === null ? "added" : "replaced"} ${peer.alias ?? peer.enode}`];
  }
}

function checkAlias(alias: string): string {
  if (/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(alias) && !alias.startsWith("0x")) return alias;
  throw new UsageError("USAGE", "--alias: letters, digits, dots, hyphens and underscores, 64 at most");
}
