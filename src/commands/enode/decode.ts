import { Args } from "@oclif/core";
import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { doorOf } from "../../cli/primitives.ts";
import { inputLines, STDIN } from "../../cli/stdin.ts";
import { factLines } from "../../cli/table.ts";
import { type Hex, toHex } from "../../core/bytes/hex.ts";
import { openCurve, openHashes } from "../../core/crypto/open.ts";
import { formatEnode, type NodeHash, nodeHashOf, parseEnode, publicKeyOfNode } from "../../core/devp2p/enode.ts";
import type { NodeId } from "../../core/platform/node-id.ts";

interface NodeDescription {
  /** In its shortest form. */
  readonly enode: string;
  readonly nodeId: NodeId;
  readonly publicKey: Hex;
  readonly compressedKey: Hex;
  /** Its place in the tables of discovery. */
  readonly nodeHash: NodeHash;
  readonly host: string;
  readonly tcpPort: number;
  readonly udpPort: number;
}

interface EnodesDecoded {
  readonly nodes: readonly NodeDescription[];
}

export default class EnodeDecodeCommand extends BaseCommand<EnodesDecoded> {
  static override summary = "take enode URLs apart";
  static override description =
    "Checks the form and that the id is a point of the curve. With - the URLs are read from stdin, one per line.";
  static override examples = [
    {
      description: "One node",
      command: `<%= config.bin %> <%= command.id %> enode://${"79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"}@10.0.0.1:30303?discport=30301`,
    },
    {
      description: "The hosts of a fleet's mailservers",
      command:
        "statusctl fleet show --json | jq -r '.result.mailservers[]' | <%= config.bin %> <%= command.id %> - --fields nodes.host",
    },
  ];
  static override args = {
    enode: Args.string({
      required: true,
      multiple: true,
      ignoreStdin: true,
      description: "enode URLs, or - for stdin",
    }),
  };
  static override schema = "enode-decode/1";

  protected override async work(): Promise<EnodesDecoded> {
    const { args } = await this.parse(EnodeDecodeCommand);
    const [curve, hashes] = [await openCurve(doorOf("pure")), await openHashes(doorOf("pure"))];
    const nodes: NodeDescription[] = [];
    for (const text of await this.#texts(args.enode)) {
      const enode = parseEnode(curve, text);
      const publicKey = publicKeyOfNode(enode.id);
      nodes.push({
        enode: formatEnode(enode),
        nodeId: enode.id,
        publicKey: toHex(publicKey),
        compressedKey: toHex(curve.compress(publicKey)),
        nodeHash: nodeHashOf(hashes, enode.id),
        host: enode.host,
        tcpPort: enode.tcpPort,
        udpPort: enode.udpPort,
      });
    }
    return { nodes };
  }

  protected override render({ nodes }: EnodesDecoded): Lines {
    return nodes.flatMap((node, index) => [
      ...(index === 0 ? [] : [""]),
      ...factLines([
        ["enode", node.enode],
        ["node id", node.nodeId],
        ["public key", node.publicKey],
        ["compressed", node.compressedKey],
        ["node hash", node.nodeHash],
        ["host", node.host],
        ["TCP port", node.tcpPort === 0 ? "none" : String(node.tcpPort)],
        ["UDP port", node.udpPort === 0 ? "none" : String(node.udpPort)],
      ]),
    ]);
  }

  async #texts(given: readonly string[]): Promise<readonly string[]> {
    if (!given.includes(STDIN)) return given;
    const lines: string[] = [];
    for await (const line of inputLines(STDIN, "enode URLs", this.input)) lines.push(line.trim());
    return given.flatMap((text) => (text === STDIN ? lines : [text]));
  }
}
