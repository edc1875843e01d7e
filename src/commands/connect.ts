import { Args, Flags } from "@oclif/core";
import type { Lines } from "../cli/base-command.ts";
import {
  type ConnectRecord,
  connectLine,
  connectLines,
  connectRecord,
  type UnvisitedRecord,
  unvisitedLine,
  unvisitedRecord,
} from "../cli/connect-record.ts";
import { EXIT, type ExitCode } from "../cli/exit-codes.ts";
import { NodeNames } from "../cli/named-nodes.ts";
import { type Network, openNetwork } from "../cli/network.ts";
import { attemptEach, type Failed } from "../cli/parallel.ts";
import { FrameFile } from "../cli/recordings.ts";
import { StageBoard } from "../cli/stage-board.ts";
import { inputLines, STDIN } from "../cli/stdin.ts";
import { StreamCommand } from "../cli/stream-command.ts";
import { parseDuration } from "../cli/values.ts";
import { toHex } from "../core/bytes/hex.ts";
import type { Enode } from "../core/devp2p/enode.ts";
import type { NodeEvent } from "../core/node/node-io.ts";
import { PROBE_STAGES, type ProbeReport, type ProbeStage, probe } from "../core/node/probe.ts";
import { isAddress } from "../core/node/tcp.ts";
import { UsageError } from "../core/platform/errors.ts";

interface Connected {
  readonly nodes: readonly ConnectRecord[];
  /** What was named but is no node. */
  readonly failures: readonly UnvisitedRecord[];
  readonly reached: number;
  readonly total: number;
}

interface VisitOptions {
  readonly holdMs: number;
  /** Show the stages while they happen. */
  readonly show: boolean;
}

const DEFAULT_TIMEOUT_MS = 20_000;

export default class ConnectCommand extends StreamCommand<Connected> {
  static override summary = "connect with nodes and tell, stage by stage, how far they let us come";
  static override description = [
    "Resolves the name, opens the stream, shakes hands, exchanges Hello and, where both sides speak Whisper, Status. Works",
    "against any devp2p node. When it ends early, it says at which stage, by whose fault, and the reason that was given.",
  ].join("\n");
  static override examples = [
    { description: "One node", command: "<%= config.bin %> <%= command.id %> $STATUSCTL_PEERS" },
    {
      description: "Many nodes, sixteen at a time, one line of JSON each",
      command: "<%= config.bin %> <%= command.id %> --nodes nodes.txt --parallel 16 --ndjson",
    },
    {
      description: "Stay for ten seconds and keep every frame",
      command: "<%= config.bin %> <%= command.id %> $STATUSCTL_PEERS --hold 10s --trace frames.ndjson",
    },
  ];
  static override args = {
    node: Args.string({
      ignoreStdin: true,
      multiple: true,
      description: "enode, or a peer's alias; - reads them from stdin",
    }),
  };
  static override flags = {
    nodes: Flags.string({ helpValue: "FILE|-", summary: "a file with one node per line" }),
    parallel: Flags.integer({ min: 1, max: 256, default: 1, helpValue: "N", summary: "how many at once" }),
    hold: Flags.string({ helpValue: "10s", summary: "stay connected so long once everything is reached" }),
    trace: Flags.string({ helpValue: "FILE", summary: "write every decoded frame there as NDJSON" }),
  };
  static override schema = "connect/1";

  readonly #records: ConnectRecord[] = []; // BOUNDED BY the nodes that were named
  #trace: FrameFile | undefined;

  protected override async work(): Promise<Connected> {
    const { args, flags } = await this.parse(ConnectCommand);
    const network = await openNetwork(this.settings, this.config.version);
    const nodes = new NodeNames(network, this.settings, this.passphrase);
    const holdMs = flags.hold === undefined ? 0 : parseDuration(flags.hold);
    const names = this.#names(args.node ?? [], flags.nodes);
    const only = args.node?.length === 1 && args.node[0] !== STDIN && flags.nodes === undefined;
    if (flags.trace !== undefined) this.#trace = this.#openTrace(flags.trace);
    const failed = await attemptEach(names, flags.parallel, async (name) => {
      if (this.stopped.aborted) return;
      const record = await this.#visit(network, await nodes.find(name.trim()), { holdMs, show: only });
      this.#records.push(record);
      await this.emit({ type: "node", ...record }, () => (only ? [] : [connectLine(record)]));
    });
    this.#trace?.close();
    return this.#summary(failed);
  }

  protected override async render({ nodes, reached, total }: Connected): Promise<Lines> {
    const [only] = nodes;
    return total === 1 && only ? connectLines(only) : [`${reached} of ${total} reached`];
  }

  #openTrace(path: string): FrameFile {
    return new FrameFile(path, (message) => this.caution("W_TRACE", message));
  }

  async *#names(named: readonly string[], file: string | undefined): AsyncGenerator<string> {
    if (named.length === 0 && file === undefined) throw new UsageError("USAGE", "name a node, or a file with --nodes");
    const input = { ...this.input, signal: this.stopped };
    for (const name of named) {
      if (name === STDIN) yield* inputLines(STDIN, "nodes", input);
      else yield name;
    }
    if (file !== undefined) yield* inputLines(file, "nodes", input);
  }

  async #visit(network: Network, enode: Enode, { holdMs, show }: VisitOptions): Promise<ConnectRecord> {
    const proxied = this.settings.proxy.value !== null;
    const skipped = (stage: ProbeStage) =>
      (stage === "resolve" && (proxied || isAddress(enode.host))) || (stage === "hold" && holdMs === 0);
    const board = new StageBoard(PROBE_STAGES.filter((stage) => !skipped(stage)));
    const shown = show ? this.steps(board.steps).catch(() => undefined) : undefined;
    const report = await probe(enode, {
      ...network,
      whisper: { light: this.settings.light.value ?? false },
      proxied,
      timeoutMs: this.settings.timeoutMs.value ?? DEFAULT_TIMEOUT_MS,
      holdMs,
      signal: this.stopped,
      trace: this.#trace !== undefined,
      onStage: (stage, ms) => board.done(stage, ms),
      observe: (event) => this.#keepFrame(enode.id, event),
    });
    board.end(report.reason);
    await shown;
    return connectRecord(report);
  }

  #keepFrame(nodeId: string, event: NodeEvent): void {
    if (event.type !== "frame" || !this.#trace) return;
    const { direction, capability = null, code, wireLength, data, at } = event;
    const record = { type: "frame", ts: at, nodeId, direction, capability, code, wireLength, data: toHex(data) };
    this.#trace.add(record);
  }

  async #summary(failed: readonly Failed<string>[]): Promise<Connected> {
    if (this.#records.length === 0 && !this.stopped.aborted) {
      throw failed[0]?.error ?? new UsageError("USAGE", "there is no node in the input");
    }
    const failures = failed.map(unvisitedRecord);
    for (const failure of failures) await this.emit({ type: "failure", ...failure }, () => [unvisitedLine(failure)]);
    const reached = this.#records.filter(({ ok }) => ok).length;
    const total = this.#records.length + failures.filter(({ name }) => name !== null).length;
    this.leaveWith(exitCodeOf(this.#records, failures.length));
    await this.end(this.stopped.aborted ? "signal" : "complete", { reached, total });
    return { nodes: this.#records, failures, reached, total };
  }
}

/** All reached 0, some 8; none: 5 when they refused, else 3. `unvisited`: what was named without being a node. */
function exitCodeOf(records: readonly ConnectRecord[], unvisited: number): ExitCode {
  const reached = records.filter(({ ok }) => ok).length;
  if (reached === records.length && unvisited === 0) return EXIT.ok;
  if (reached > 0) return EXIT.partial;
  const refused = (report: Pick<ProbeReport, "disconnect">): boolean => report.disconnect?.by === "them";
  return records.every(refused) ? EXIT.rejected : EXIT.network;
}
