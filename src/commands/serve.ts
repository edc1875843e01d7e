import { Flags } from "@oclif/core";
import type { Lines } from "../cli/base-command.ts";
import { NodeNames } from "../cli/named-nodes.ts";
import { openNetwork } from "../cli/network.ts";
import { nodeIdentity } from "../cli/node-key.ts";
import { describeEvent } from "../cli/node-log.ts";
import { relayLine } from "../cli/relay-record.ts";
import { StreamCommand } from "../cli/stream-command.ts";
import { parseAddress, parseAmount, parseDuration, parseSize } from "../cli/values.ts";
import { rest, type Woken } from "../cli/waiting.ts";
import { type Enode, formatEnode } from "../core/devp2p/enode.ts";
import { Hub } from "../core/node/hub.ts";
import type { NodeEvent } from "../core/node/node-io.ts";
import type { Clock } from "../core/node/ports.ts";
import { type Relay, type RelayOptions, startRelay } from "../core/node/relay.ts";
import { type RelayReport, reporter } from "../core/node/relay-report.ts";
import { UsageError } from "../core/platform/errors.ts";
import type { Millis } from "../core/platform/time.ts";
import { DEFAULT_WHISPER_OPTIONS } from "../core/whisper/whisper.ts";
import type { RateLimits } from "../core/whisper/whisper-io.ts";

interface Served extends RelayReport {
  readonly enode: string;
}

export default class ServeCommand extends StreamCommand<Served> {
  static override summary = "run a Whisper relay until it is stopped";
  static override description = [
    "Accepts peers, checks their envelopes and forwards them. The enode is printed first: give it to others as --peer.",
    "With --profile or --node-key-file the node keeps its key, and with it its enode; otherwise the key is of the moment.",
  ].join("\n");
  static override examples = [
    { description: "On the usual port", command: "<%= config.bin %> <%= command.id %>" },
    {
      description: "For everybody, with a line of figures every minute",
      command: "<%= config.bin %> <%= command.id %> --listen 0.0.0.0:443 --max-peers 100 --status-every 1m",
    },
    {
      description: "Joined with another relay, for ten minutes",
      command: "<%= config.bin %> <%= command.id %> --peer $OTHER --for 10m",
    },
  ];
  static override flags = {
    listen: Flags.string({
      default: "127.0.0.1:30303",
      helpValue: "HOST:PORT",
      summary: "where to listen; port 0 takes a free one",
    }),
    "node-key-file": Flags.string({ helpValue: "FILE", summary: "file with the node's secret key as hex" }),
    "max-peers": Flags.integer({ min: 1, max: 10_000, default: 50, helpValue: "N", summary: "how many peers at once" }),
    "min-pow": Flags.string({ default: "0.001", helpValue: "POW", summary: "least proof of work that is taken" }),
    "max-pool": Flags.string({ default: "64MiB", helpValue: "SIZE", summary: "most bytes of envelopes that are kept" }),
    "rate-limit": Flags.string({
      helpValue: "IP,PEER,TOPIC",
      summary: "packets per second from an address and a peer, envelopes per second on a topic; 0 = no limit",
    }),
    trusted: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "ENODE",
      summary: "a peer whose direct messages are taken and who is exempt from limits",
    }),
    "status-every": Flags.string({ helpValue: "30s", summary: "report figures so often" }),
    for: Flags.string({ helpValue: "10m", summary: "stop after this time" }),
  };
  static override schema = "serve/1";

  protected override async work(): Promise<Served> {
    const { flags } = await this.parse(ServeCommand);
    const ways = waysOf(flags);
    const network = await openNetwork(this.settings, this.config.version);
    const { settings, passphrase } = this;
    const nodes = new NodeNames(network, settings, passphrase);
    const peers = await Promise.all(settings.peers.value.map((name) => nodes.find(name)));
    const trusted = await Promise.all((flags.trusted ?? []).map((name) => nodes.find(name)));
    const command = "statusctl serve";
    const identity = await nodeIdentity(network, { settings, passphrase, file: flags["node-key-file"], command });
    try {
      const hub = this.#hub();
      const ids = trusted.map(({ id }) => id);
      const options = { ...network, ...ways.relay, nodeSecret: identity.secret, trusted: ids, observe: hub.tell };
      const { reason, ...served } = await this.#serve(await startRelay(options), {
        hub,
        peers,
        ways,
        clock: network.clock,
      });
      await this.end(reason, { peers: served.opened, envelopes: served.admissions.added });
      return served;
    } finally {
      identity.release();
    }
  }

  protected override render(served: Served): Lines {
    return [relayLine(served)];
  }

  #hub(): Hub {
    const hub = new Hub();
    hub.listen((event) => {
      const line = describeEvent(event);
      if (line && line.level <= this.verbose) this.note(line.text);
    });
    return hub;
  }

  async #serve(relay: Relay, { hub, peers, ways, clock }: Serving): Promise<Served & { reason: Woken }> {
    try {
      const report = reporter(relay.node, hub, clock);
      for (const peer of peers) relay.node.connect(peer);
      const enode = formatEnode(relay.enode);
      const over = new AbortController();
      const failed = hub.first((event) => (event.type === "failed" ? event : undefined), over.signal);
      await this.emit({ type: "listening", enode }, () => [enode]);
      const reason = await this.#run(report, ways, failed).finally(() => over.abort());
      return { enode, ...report(), reason };
    } finally {
      await relay.stop();
    }
  }

  /** Waits for the end, saying figures now and then. */
  async #run(
    report: () => RelayReport,
    { everyMs, forMs }: Ways,
    failed: Promise<Failure | undefined>,
  ): Promise<Woken> {
    const say = (): void => {
      const figures = report();
      void this.emit({ type: "status", ...figures }, () => [relayLine(figures)]);
    };
    const tick = everyMs === undefined ? undefined : setInterval(say, everyMs);
    try {
      const over = rest(this.stopped, forMs);
      const failure = failed.then((event) => (event ? Promise.reject(event.error) : over));
      return await Promise.race([over, failure]);
    } finally {
      clearInterval(tick);
    }
  }
}

type Failure = Extract<NodeEvent, { readonly type: "failed" }>;

/** What the flags say. */
interface Ways {
  readonly relay: Pick<RelayOptions, "listen" | "quotas" | "whisper">;
  readonly everyMs: Millis | undefined;
  readonly forMs: Millis | undefined;
}

interface Serving {
  readonly hub: Hub;
  readonly peers: readonly Enode[];
  readonly ways: Ways;
  readonly clock: Clock;
}

interface ServeFlags {
  readonly listen: string;
  readonly "max-peers": number;
  readonly "min-pow": string;
  readonly "max-pool": string;
  readonly "rate-limit"?: string | undefined;
  readonly "status-every"?: string | undefined;
  readonly for?: string | undefined;
}

/** Throws `UsageError`. */
function waysOf(flags: ServeFlags): Ways {
  const pool = { ...DEFAULT_WHISPER_OPTIONS.pool, maxBytes: parseSize(flags["max-pool"]) };
  const rateLimits = parseRateLimits(flags["rate-limit"]);
  const every = flags["status-every"];
  return {
    relay: {
      listen: parseAddress(flags.listen),
      quotas: { maxPeers: flags["max-peers"] },
      whisper: { minPow: parseAmount(flags["min-pow"]), pool, rateLimits },
    },
    everyMs: every === undefined ? undefined : parseDuration(every),
    forMs: flags.for === undefined ? undefined : parseDuration(flags.for),
  };
}

function parseRateLimits(text = "0,0,0"): RateLimits {
  const numbers = text.split(",").map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN));
  const [ip, peerId, topic] = numbers;
  if (
    numbers.length !== 3 ||
    numbers.some(Number.isNaN) ||
    ip === undefined ||
    peerId === undefined ||
    topic === undefined
  ) {
    throw new UsageError("USAGE", `--rate-limit: expected three numbers such as 100,50,0, got "${text}"`);
  }
  return { ip, peerId, topic };
}
