import { Args, Flags } from "@oclif/core";
import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { doorOf } from "../../cli/primitives.ts";
import { parsePublicKey } from "../../core/accounts/keys.ts";
import type { Curve } from "../../core/crypto/crypto.ts";
import { openCurve } from "../../core/crypto/open.ts";
import { formatEnode, nodeIdOf, parseEnode, parseNodeId } from "../../core/devp2p/enode.ts";
import type { NodeId } from "../../core/platform/node-id.ts";

interface EnodeEncoded {
  readonly enode: string;
  readonly nodeId: NodeId;
}

export default class EnodeEncodeCommand extends BaseCommand<EnodeEncoded> {
  static override summary = "make an enode URL";
  static override description = "From a node id (64 bytes) or a public key in either form, a host and ports.";
  static override examples = [
    {
      description: "From a compressed key",
      command:
        "<%= config.bin %> <%= command.id %> 0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798 --host 10.0.0.1 --port 30303",
    },
    {
      description: "With another port for discovery",
      command:
        "<%= config.bin %> <%= command.id %> 0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798 --host ::1 --port 443 --udp-port 30301",
    },
  ];
  static override args = {
    key: Args.string({ required: true, ignoreStdin: true, description: "node id or public key" }),
  };
  static override flags = {
    host: Flags.string({ required: true, helpValue: "HOST", summary: "address or name" }),
    port: Flags.integer({ required: true, min: 0, max: 65535, summary: "TCP port; 0 for none" }),
    "udp-port": Flags.integer({ min: 0, max: 65535, summary: "UDP port; by default the TCP port" }),
  };
  static override schema = "enode-encode/1";

  protected override async work(): Promise<EnodeEncoded> {
    const { args, flags } = await this.parse(EnodeEncodeCommand);
    const curve = await openCurve(doorOf("pure"));
    const nodeId = readNodeId(curve, args.key);
    const host = flags.host.replace(/^\[(.*)\]$/, "$1");
    const enode = formatEnode({ id: nodeId, host, tcpPort: flags.port, udpPort: flags["udp-port"] ?? flags.port });
    parseEnode(curve, enode); // says what is wrong with the host
    return { enode, nodeId };
  }

  protected override render({ enode }: EnodeEncoded): Lines {
    return [enode];
  }
}

function readNodeId(curve: Curve, text: string): NodeId {
  return /^(0x)?[0-9a-f]{128}$/i.test(text) ? parseNodeId(curve, text) : nodeIdOf(parsePublicKey(curve, text));
}
