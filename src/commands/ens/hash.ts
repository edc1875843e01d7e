import { Args } from "@oclif/core";
import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { doorOf } from "../../cli/primitives.ts";
import { factLines } from "../../cli/table.ts";
import { isAddress, parseAddress } from "../../core/accounts/address.ts";
import { nameHash, normalizeEnsName, qualifyEnsName, reverseName } from "../../core/accounts/ens/name.ts";
import { type Hex, toHex } from "../../core/bytes/hex.ts";
import { openHashes } from "../../core/crypto/open.ts";

interface EnsHashed {
  readonly given: string;
  /** In its one spelling. */
  readonly name: string;
  /** What registry and resolvers know it by. */
  readonly node: Hex;
}

export default class EnsHashCommand extends BaseCommand<EnsHashed> {
  static override summary = "the hash by which the name service knows a name";
  static override description =
    "Normalises the name and hashes it (EIP-137). A name without a dot is one below stateofus.eth; an address stands for its reverse name.";
  static override examples = [
    { description: "A Status name", command: "<%= config.bin %> <%= command.id %> jarrad" },
    { description: "Any name", command: "<%= config.bin %> <%= command.id %> vitalik.eth --fields node" },
  ];
  static override args = {
    name: Args.string({ required: true, ignoreStdin: true, description: "a name, or an address for its reverse name" }),
  };
  static override schema = "ens-hash/1";

  protected override async work(): Promise<EnsHashed> {
    const { args } = await this.parse(EnsHashCommand);
    const hashes = await openHashes(doorOf("pure"));
    const name = isAddress(args.name)
      ? reverseName(parseAddress(hashes, args.name))
      : normalizeEnsName(qualifyEnsName(args.name));
    return { given: args.name, name, node: toHex(nameHash(hashes, name)) };
  }

  protected override render({ name, node }: EnsHashed): Lines {
    return factLines([
      ["name", name],
      ["node", node],
    ]);
  }
}
