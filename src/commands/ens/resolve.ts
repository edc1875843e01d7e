import { Args, Flags } from "@oclif/core";
import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { EXIT } from "../../cli/exit-codes.ts";
import { doorOf } from "../../cli/primitives.ts";
import { factLines } from "../../cli/table.ts";
import { plainLine } from "../../cli/terminal-text.ts";
import { formatAddress, isAddress, parseAddress } from "../../core/accounts/address.ts";
import {
  addressRecord,
  contentRecord,
  type EnsRecord,
  type LookupStep,
  lookUp,
  nameRecord,
  pubkeyRecord,
} from "../../core/accounts/ens/lookup.ts";
import { qualifyEnsName, reverseName } from "../../core/accounts/ens/name.ts";
import { formatPublicKey, parsePublicKey } from "../../core/accounts/keys.ts";
import type { Curve, Hashes } from "../../core/crypto/crypto.ts";
import { openCurve, openHashes } from "../../core/crypto/open.ts";
import { followLookup } from "../../core/node/ethereum-rpc.ts";
import { UsageError } from "../../core/platform/errors.ts";

const RECORDS = ["key", "address", "content", "name"] as const;
type RecordName = (typeof RECORDS)[number];

interface EnsResolved {
  readonly name: string;
  readonly record: RecordName;
  readonly value: string | null;
  /** What does not exist, when there is no value. */
  readonly missing: "owner" | "resolver" | "record" | null;
  /** Whether the value is the expected one; null when none was. */
  readonly matches: boolean | null;
}

/** A look-up of an Ethereum node takes up to four answers. */
const TIMEOUT_MS = 10_000;

export default class EnsResolveCommand extends BaseCommand<EnsResolved> {
  static override summary = "look a name up through an Ethereum node";
  static override description =
    "Asks the registry and the resolver of the name over JSON-RPC. By default for the chat key. Exit code 9 when the name has no such record, or another one than expected.";
  static override examples = [
    {
      description: "The chat key of a Status name",
      command: "<%= config.bin %> <%= command.id %> jarrad --eth-rpc http://127.0.0.1:8545",
    },
    {
      description: "Is this name really hers?",
      command:
        "<%= config.bin %> <%= command.id %> alice --eth-rpc http://127.0.0.1:8545 --expect 0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
    },
    {
      description: "What an address is called",
      command:
        "<%= config.bin %> <%= command.id %> 0x7e5f4552091a69125d5dfcb7b8c2659029395bdf --record name --eth-rpc http://127.0.0.1:8545",
    },
  ];
  static override args = {
    name: Args.string({ required: true, ignoreStdin: true, description: "a name, or an address for its reverse name" }),
  };
  static override flags = {
    "eth-rpc": Flags.string({
      helpValue: "URL",
      env: "STATUSCTL_ETH_RPC",
      summary: "JSON-RPC endpoint of an Ethereum node",
    }),
    record: Flags.option({ options: RECORDS, summary: "what to ask for; by default the chat key" })(),
    expect: Flags.string({ helpValue: "VALUE", summary: "the key, address or text it should be" }),
    registry: Flags.string({ helpValue: "ADDRESS", summary: "registry of a chain not known here" }),
  };
  static override schema = "ens-resolve/1";

  protected override async work(): Promise<EnsResolved> {
    const { args, flags } = await this.parse(EnsResolveCommand);
    const [hashes, curve] = [await openHashes(doorOf("pure")), await openCurve(doorOf("pure"))];
    const name = isAddress(args.name) ? reverseName(parseAddress(hashes, args.name)) : qualifyEnsName(args.name);
    const record = flags.record ?? "key";
    const registry = flags.registry === undefined ? undefined : parseAddress(hashes, flags.registry);
    const end = await this.#walk(textRecord({ hashes, curve }, record), (question) =>
      lookUp(hashes, name, question, registry),
    );
    const value = end.type === "found" ? end.value : null;
    const expected = flags.expect === undefined ? null : normal({ hashes, curve }, record, flags.expect);
    const matches = expected === null ? null : value === expected;
    if (value === null || matches === false) this.leaveWith(EXIT.negative);
    return { name, record, value, missing: end.type === "absent" ? end.missing : null, matches };
  }

  protected override render({ name, record, value, missing, matches }: EnsResolved): Lines {
    return factLines([
      ["name", name],
      [record, value === null ? `none: it has no ${missing}` : plainLine(value)],
      ...(matches === null ? [] : ([["expected", matches ? "yes" : "no, another one"]] as const)),
    ]);
  }

  #walk(record: EnsRecord<string>, begin: (record: EnsRecord<string>) => LookupStep<string>) {
    const { ethRpc, proxy, timeoutMs } = this.settings;
    if (ethRpc.value === null) {
      throw new UsageError("USAGE", "there is no Ethereum node to ask", {
        details: { hint: "Name one with --eth-rpc URL." },
      });
    }
    if (proxy.value !== null)
      throw new UsageError("REFUSED", "ens resolve cannot go through a proxy, and goes around none");
    if (!/^https?:\/\//.test(ethRpc.value) || !URL.canParse(ethRpc.value)) {
      throw new UsageError("USAGE", "--eth-rpc: expected http:// or https://");
    }
    return followLookup(begin(record), ethRpc.value, AbortSignal.timeout(timeoutMs.value ?? TIMEOUT_MS));
  }
}

interface Primitives {
  readonly hashes: Hashes;
  readonly curve: Curve;
}

/** The record as text. */
function textRecord({ hashes, curve }: Primitives, name: RecordName): EnsRecord<string> {
  const as = <T>(record: EnsRecord<T>, format: (value: T) => string): EnsRecord<string> => ({
    signature: record.signature,
    decode(answer) {
      const value = record.decode(answer);
      return value === undefined ? undefined : format(value);
    },
  });
  switch (name) {
    case "key":
      return as(pubkeyRecord(curve), formatPublicKey);
    case "address":
      return as(addressRecord, (address) => formatAddress(hashes, address));
    case "content":
      return contentRecord;
    case "name":
      return nameRecord;
  }
}

/** What the user expects, in the form in which it would be found. */
function normal({ hashes, curve }: Primitives, record: RecordName, text: string): string {
  if (record === "key") return formatPublicKey(parsePublicKey(curve, text));
  return record === "address" ? formatAddress(hashes, parseAddress(hashes, text)) : text;
}
