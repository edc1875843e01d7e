/**
 * A connection taken apart: how far one node lets us come, stage by stage, and whose fault it is when it ends.
 *
 * Works against any devp2p node: without a shared capability the report ends with its goodbye, which is an answer too.
 */
import { lookup } from "node:dns/promises";
import type { Crypto } from "../crypto/crypto.ts";
import { describeDisconnect } from "../devp2p/disconnect.ts";
import { type Enode, formatEnode } from "../devp2p/enode.ts";
import { decodeHello, type Hello } from "../devp2p/hello.ts";
import type { CloseCause, LinkStage, SharedCapability, TracedFrame } from "../devp2p/link-io.ts";
import type { NodeId } from "../platform/node-id.ts";
import type { Random } from "../platform/random.ts";
import { SHH } from "../whisper/packets.ts";
import type { WhisperOptions } from "../whisper/whisper.ts";
import type { PeerStatus } from "../whisper/whisper-io.ts";
import { freshSecret } from "./fresh-secret.ts";
import { Node } from "./node.ts";
import type { NodeEvent, WhisperNews } from "./node-io.ts";
import type { Clock, Dialer, Miner } from "./ports.ts";
import { isAddress } from "./tcp.ts";

/** The stages in their order; `whisper` only where both sides speak it. */
export const PROBE_STAGES = ["resolve", "tcp", "auth", "ack", "hello", "capabilities", "whisper", "hold"] as const;
export type ProbeStage = (typeof PROBE_STAGES)[number];

export interface ProbeOptions {
  readonly crypto: Crypto;
  readonly random: Random;
  readonly clock: Clock;
  readonly dialer: Dialer;
  readonly miner: Miner;
  readonly clientId: string;
  readonly whisper?: Partial<WhisperOptions>;
  /** Names are resolved by the proxy, not here. */
  readonly proxied: boolean;
  /** For the whole, hold excluded. */
  readonly timeoutMs: number;
  /** How long the link is kept once everything is there. */
  readonly holdMs: number;
  readonly signal: AbortSignal;
  /** Reports every frame to `observe`. */
  readonly trace?: boolean;
  /** Told when a stage is done. */
  readonly onStage?: (stage: ProbeStage, ms: number) => void;
  readonly observe?: (event: NodeEvent) => void;
}

export interface ProbeReport {
  readonly enode: string;
  readonly nodeId: NodeId;
  readonly ok: boolean;
  /** Milliseconds each finished stage took. */
  readonly stages: Partial<Record<ProbeStage, number>>;
  /** Where it ended; null when everything was reached. */
  readonly failedAt: ProbeStage | null;
  /** "them": the node refused, broke the protocol or is away; "us": this machine or network. */
  readonly fault: "them" | "us" | null;
  /** What happened, in words. */
  readonly reason: string | null;
  readonly disconnect: { readonly code: number; readonly by: "them" | "us"; readonly text: string } | null;
  readonly hello: Hello | null;
  readonly shared: readonly SharedCapability[];
  readonly status: PeerStatus | null;
  readonly address: string | null;
}

type Failure = Pick<ProbeReport, "fault" | "reason" | "disconnect">;
type Arrival = "arrived" | "late" | "stopped";

/** Connects to `enode`, and reports. Never throws for what the other side does. */
export async function probe(enode: Enode, options: ProbeOptions): Promise<ProbeReport> {
  const journey = new Journey(enode, options);
  await journey.resolve();
  await journey.travel();
  return journey.report();
}

const LINK_STAGES: Record<LinkStage, ProbeStage> = {
  auth: "auth",
  ack: "ack",
  hello: "hello",
  capabilities: "capabilities",
};

/** Message id. */
const HELLO = 0x00;

class Journey {
  readonly #enode: Enode;
  readonly #options: ProbeOptions;
  readonly #stages: Partial<Record<ProbeStage, number>> = {};
  readonly #deadline: number;
  #mark: number;
  #host: string;
  #failure: Failure | undefined;
  #hello: Hello | null = null;
  #shared: readonly SharedCapability[] = [];
  #status: PeerStatus | null = null;
  /** How the node broke Whisper. */
  #offence: string | undefined;
  #address: string | null = null;
  /** Ends the present wait. */
  #arrive: () => void = () => undefined;
  #isOver = false;

  constructor(enode: Enode, options: ProbeOptions) {
    this.#enode = enode;
    this.#options = options;
    this.#mark = options.clock.now();
    this.#deadline = this.#mark + options.timeoutMs;
    this.#host = enode.host;
  }

  async resolve(): Promise<void> {
    if (!this.#needsLookup) return;
    const arrival = this.#arrival(this.#deadline);
    lookup(this.#host).then(
      ({ address }) => {
        this.#host = address;
        this.#done("resolve", this.#options.clock.now());
        this.#arrive();
      },
      (error: Error) => this.#end({ fault: faultOf(error), reason: error.message, disconnect: null }),
    );
    this.#judge(await arrival);
  }

  get #needsLookup(): boolean {
    return !this.#options.proxied && !isAddress(this.#enode.host);
  }

  /** Runs a node of its own until everything is known, or it ended. */
  async travel(): Promise<void> {
    if (this.#failure) return;
    const { timeoutMs: _, holdMs, signal, ...ports } = this.#options;
    const nodeSecret = freshSecret(ports.crypto, ports.random);
    const node = new Node({ ...ports, nodeSecret, trace: true, observe: (event) => this.#observe(event) });
    const arrival = this.#arrival(this.#deadline);
    node.connect({ ...this.#enode, host: this.#host });
    this.#judge(await arrival);
    if (!this.#failure && holdMs > 0) await this.#hold(holdMs);
    this.#isOver = true;
    node.stop();
  }

  /** Whoever stops us while we hold has seen what there is to see. */
  async #hold(ms: number): Promise<void> {
    const { clock } = this.#options;
    if ((await this.#arrival(clock.now() + ms)) === "late") this.#done("hold", clock.now());
  }

  /** Waits until we arrive, wherever that is; until it is too late; or until the user has enough. */
  #arrival(deadline: number): Promise<Arrival> {
    const { clock, signal } = this.#options;
    return new Promise((resolve) => {
      const end = (arrival: Arrival): void => {
        cancel();
        signal.removeEventListener("abort", stop);
        resolve(arrival);
      };
      const stop = (): void => end("stopped");
      const cancel = clock.at(deadline, () => end("late"));
      this.#arrive = () => end("arrived");
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
    });
  }

  #judge(arrival: Arrival): void {
    if (arrival === "late") this.#end({ fault: "them", reason: "no answer in time", disconnect: null });
    if (arrival === "stopped") this.#end({ fault: "us", reason: "interrupted", disconnect: null });
  }

  /** The first failure counts; what follows is its consequence. */
  #end(failure: Failure): void {
    this.#failure ??= failure;
    this.#arrive();
  }

  report(): ProbeReport {
    const failed = this.#failure;
    return {
      enode: formatEnode(this.#enode),
      nodeId: this.#enode.id,
      ok: failed === undefined,
      stages: this.#stages,
      failedAt: failed ? this.#nextStage() : null,
      fault: failed?.fault ?? null,
      reason: failed?.reason ?? null,
      disconnect: failed?.disconnect ?? null,
      hello: this.#hello,
      shared: this.#shared,
      status: this.#status,
      address: this.#address,
    };
  }

  #observe(event: NodeEvent): void {
    if (event.type !== "frame" || this.#options.trace) this.#options.observe?.(event);
    if (this.#isOver) return;
    switch (event.type) {
      case "opened":
        this.#address = event.address;
        this.#done("tcp", event.at);
        break;
      case "stage":
        this.#done(LINK_STAGES[event.stage], event.at);
        break;
      case "ready":
        this.#shared = event.shared;
        if (!event.shared.some(({ name }) => name === SHH.name)) this.#arrive();
        break;
      case "whisper":
        this.#hearWhisper(event.event, event.at);
        break;
      case "unreachable":
        this.#end({ fault: faultOf(event.error), reason: event.error.message, disconnect: null });
        break;
      case "closed":
        this.#end({ ...failureOf(event.cause), ...(this.#offence === undefined ? {} : { reason: this.#offence }) });
        break;
      case "failed":
        this.#end({ fault: "us", reason: String(event.error), disconnect: null });
        break;
      case "frame":
        this.#hearFrame(event);
        break;
      case "dialling":
      case "messenger":
        break;
      default:
        event satisfies never;
    }
  }

  /** What a node without Whisper says of itself is worth knowing too, though the link is over with it. */
  #hearFrame({ direction, capability, code, data }: TracedFrame): void {
    if (direction !== "in" || capability !== "p2p" || code !== HELLO || this.#hello) return;
    try {
      this.#hello = decodeHello(data);
    } catch {
      // The link says what is wrong with it.
    }
  }

  #hearWhisper(news: WhisperNews, at: number): void {
    if (news.type === "ready") {
      this.#status = news.status;
      this.#done("whisper", at);
      this.#arrive();
    }
    // The goodbye that follows knows only that Whisper was broken.
    if (news.type === "drop") this.#offence = news.error.message;
  }

  #done(stage: ProbeStage, at: number): void {
    this.#stages[stage] = at - this.#mark;
    this.#mark = at;
    this.#options.onStage?.(stage, this.#stages[stage]);
  }

  #nextStage(): ProbeStage {
    const open = PROBE_STAGES.filter((stage) => this.#stages[stage] === undefined);
    return open.find((stage) => stage !== "resolve" || this.#needsLookup) ?? "hold";
  }
}

/** Failures to open a stream that say something about this machine rather than the other. */
const OURS = ["ENETUNREACH", "EADDRNOTAVAIL", "EACCES", "EPERM", "EMFILE", "ENFILE", "EAI_AGAIN"];

const faultOf = (error: Error): "them" | "us" =>
  "code" in error && typeof error.code === "string" && OURS.includes(error.code) ? "us" : "them";

function failureOf(cause: CloseCause): Failure {
  if (cause.type === "broken") return { fault: "them", reason: cause.error.message, disconnect: null };
  const by = cause.type === "theirs" ? "them" : "us";
  const text = describeDisconnect(cause.reason, by === "them" ? "peer" : "us");
  const reason = cause.type === "ours" && cause.error ? cause.error.message : text;
  return { fault: "them", reason, disconnect: { code: cause.reason, by, text } };
}
