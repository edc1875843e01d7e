import { Flags } from "@oclif/core";
import type { Lines } from "../cli/base-command.ts";
import { openNetwork } from "../cli/network.ts";
import { describeEvent } from "../cli/node-log.ts";
import { StreamCommand } from "../cli/stream-command.ts";
import { parseAmount, parseDuration } from "../cli/values.ts";
import { rest, type Woken } from "../cli/waiting.ts";
import { formatEnode } from "../core/devp2p/enode.ts";
import { type Devnet, startDevnet, TOPOLOGIES, type Topology } from "../core/node/devnet.ts";
import { UsageError } from "../core/platform/errors.ts";
import type { Millis } from "../core/platform/time.ts";

interface DevnetSummary {
  readonly relays: readonly { readonly name: string; readonly enode: string; readonly envelopes: number }[];
  readonly topology: string;
  /** Shell text that points statusctl at the network. */
  readonly environment: string;
}

export default class DevnetCommand extends StreamCommand<DevnetSummary> {
  static override summary = "run a throw-away network on loopback";
  static override description = [
    "Starts relays in this process, joins them, and prints the environment that points other commands at the first and",
    "the last of them. With --latency and --loss the weather is bad; with --seed it is bad in the same way again.",
  ].join("\n");
  static override examples = [
    { description: "One relay", command: "<%= config.bin %> <%= command.id %>" },
    {
      description: "Three in a row, for a script",
      command: "<%= config.bin %> <%= command.id %> --relays 3 --topology line --for 10m > env.sh",
    },
    {
      description: "A slow network that loses a fifth of its links every minute",
      command: "<%= config.bin %> <%= command.id %> --relays 5 --topology ring --latency 80ms --loss 0.2 --seed 7",
    },
  ];
  static override flags = {
    relays: Flags.integer({ min: 1, max: 64, default: 1, helpValue: "N", summary: "how many relays" }),
    topology: Flags.string({ options: [...TOPOLOGIES], default: "line", summary: "how they are joined" }),
    port: Flags.integer({
      min: 0,
      max: 65_000,
      default: 0,
      helpValue: "PORT",
      summary: "port of the first relay, the others follow; 0 takes free ones",
    }),
    latency: Flags.string({ default: "0ms", helpValue: "50ms", summary: "delay of every link, each way" }),
    loss: Flags.string({
      default: "0",
      helpValue: "SHARE",
      summary: "share of links that break within a minute, 0 to 1",
    }),
    seed: Flags.integer({ helpValue: "N", summary: "makes the keys and the weather the same again" }),
    for: Flags.string({ helpValue: "10m", summary: "stop after this time" }),
  };
  static override schema = "devnet/1";

  protected override async work(): Promise<DevnetSummary> {
    const { flags } = await this.parse(DevnetCommand);
    const forMs = flags.for === undefined ? undefined : parseDuration(flags.for);
    const weather = { latencyMs: parseDuration(flags.latency), loss: parseAmount(flags.loss) };
    if (weather.loss > 1) throw new UsageError("USAGE", "--loss: a share from 0 to 1");
    const network = await openNetwork(this.settings, this.config.version);
    const { seed, relays, port } = flags;
    const topology = TOPOLOGIES.find((name) => name === flags.topology) ?? "line";
    const devnet = await startDevnet({
      ...network,
      ...(seed === undefined ? {} : { seed }),
      relays,
      topology,
      port,
      weather,
      observe: (relay, event) => {
        const line = describeEvent(event);
        if (line && line.level <= this.verbose) this.note(`relay${relay} ${line.text}`);
      },
    });
    const { reason, ...summary } = await this.#show(devnet, topology, forMs).finally(devnet.stop);
    await this.end(reason, { relays: summary.relays.length });
    return summary;
  }

  protected override render({ relays }: DevnetSummary): Lines {
    return relays.map(({ name, envelopes }) => `# ${name} took ${envelopes} envelopes`);
  }

  /** Tells of the network, and of its end when it is time. */
  async #show(
    devnet: Devnet,
    topology: Topology,
    forMs: Millis | undefined,
  ): Promise<DevnetSummary & { reason: Woken }> {
    const environment = environmentOf(devnet);
    const members = devnet.relays.map(({ node, enode }, index) => ({
      name: `relay${index}`,
      enode: formatEnode(enode),
      node,
    }));
    for (const { name, enode } of members) {
      await this.emit({ type: "relay", name, enode }, () => [`# ${name} ${enode}`]);
    }
    await this.emit({ type: "environment", environment }, () => [environment]);
    this.note("the network runs until this command is stopped");
    const reason = await rest(this.stopped, forMs);
    const relays = members.map(({ name, enode, node }) => {
      return { name, enode, envelopes: node.pool.statistics.admissions.added };
    });
    return { relays, topology, environment, reason };
  }
}

/** First and last relay: what is said at one end is heard at the other. */
function environmentOf({ relays }: Devnet): string {
  const ends = [...new Set([relays[0], relays.at(-1)])].flatMap((relay) => (relay ? [formatEnode(relay.enode)] : []));
  return `export STATUSCTL_PEERS='${ends.join(",")}'`;
}
