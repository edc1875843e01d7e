import { Flags } from "@oclif/core";
import type { Lines } from "../cli/base-command.ts";
import { envelopeRecord } from "../cli/envelope-record.ts";
import { guestPresence } from "../cli/guest.ts";
import { runHook } from "../cli/message-hook.ts";
import { messageLines } from "../cli/message-view.ts";
import { type Network, openNetwork, peersOf } from "../cli/network.ts";
import type { StreamRecord } from "../cli/output.ts";
import { knownPeers } from "../cli/profile-access.ts";
import { EnvelopeFolder } from "../cli/recordings.ts";
import { openSession } from "../cli/session.ts";
import { type EndReason, StreamCommand } from "../cli/stream-command.ts";
import { StreamClock } from "../cli/stream-limits.ts";
import { Traffic, type TrafficReport, trafficLines } from "../cli/traffic.ts";
import { parseDuration, parseTopic } from "../cli/values.ts";
import { formatPublicKey, parsePublicKey } from "../core/accounts/keys.ts";
import type { MessageRecord } from "../core/messenger/messenger-io.ts";
import type { Hub } from "../core/node/hub.ts";
import type { LocalSession } from "../core/node/local-session.ts";
import type { NodeEvent } from "../core/node/node-io.ts";
import { parsePublicChatName } from "../core/payloads/chat-id.ts";
import type { NodeId } from "../core/platform/node-id.ts";
import type { Envelope, Topic } from "../core/whisper/envelope.ts";
import { publicChatTopic } from "../core/whisper/topic.ts";

interface Watched {
  readonly records: readonly object[];
  readonly reason: EndReason;
  readonly counts: Readonly<Record<string, number>>;
  readonly stats: TrafficReport | null;
}

interface WatchFlags {
  readonly chat?: string[] | undefined;
  readonly topic?: string[] | undefined;
  readonly from?: string | undefined;
  readonly exec?: string | undefined;
  readonly dump?: string | undefined;
  readonly stats: boolean;
}

export default class WatchCommand extends StreamCommand<Watched> {
  static override summary = "show messages as they come, decoded, or the raw envelopes";
  static override description = [
    "Messages of the chats that the profile has joined; --chat joins more. They are kept in the profile before they are",
    "shown. With --raw, envelopes as they pass, which needs no profile: all of them, or those of the topics named.",
    "The command goes on until it is stopped, its reader goes away, or one of its limits is reached.",
  ].join("\n");
  static override examples = [
    { description: "A chat", command: "<%= config.bin %> <%= command.id %> --chat test" },
    {
      description: "One message, at most a minute, for a script",
      command: "<%= config.bin %> <%= command.id %> --chat test --count 1 --timeout 1m --json",
    },
    {
      description: "Every envelope of the network, taken apart live",
      command:
        "<%= config.bin %> <%= command.id %> --raw --ndjson | <%= config.bin %> envelope open - --chat test --ndjson",
    },
    {
      description: "A command per message",
      command: "<%= config.bin %> <%= command.id %> --chat test --exec 'jq -r .text'",
    },
  ];
  static override flags = {
    chat: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "NAME",
      summary: "this public chat, repeatable; it is joined",
    }),
    from: Flags.string({ helpValue: "KEY", exclusive: ["raw"], summary: "messages of this author only" }),
    raw: Flags.boolean({ summary: "envelopes instead of messages" }),
    topic: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      dependsOn: ["raw"],
      helpValue: "0x…",
      summary: "envelopes of this topic only, repeatable",
    }),
    count: Flags.integer({ min: 1, helpValue: "N", summary: "end after so many" }),
    idle: Flags.string({ helpValue: "5s", summary: "end when nothing came for so long" }),
    for: Flags.string({ helpValue: "10m", summary: "end after this time" }),
    follow: Flags.boolean({ summary: "go on until stopped; the default" }),
    exec: Flags.string({
      helpValue: "CMD",
      summary: "run this for every record, with the record as JSON on its stdin",
    }),
    dump: Flags.string({ helpValue: "DIR", summary: "keep every envelope there, one file each" }),
    stats: Flags.boolean({ summary: "figures of the traffic at the end" }),
  };
  static override schema = "watch/1";

  #traffic: Traffic | undefined;
  #dump: EnvelopeFolder | undefined;
  #joined: LocalSession | undefined;
  #received = 0;
  #failedHooks = 0;

  protected override async work(): Promise<Watched> {
    const { flags } = await this.parse(WatchCommand);
    const clock = new StreamClock(
      {
        count: flags.count,
        timeoutMs: this.settings.timeoutMs.value ?? undefined,
        idleMs: flags.idle === undefined ? undefined : parseDuration(flags.idle),
        forMs: flags.for === undefined ? undefined : parseDuration(flags.for),
      },
      this.stopped,
    );
    const network = await openNetwork(this.settings, this.config.version);
    if (flags.dump !== undefined) this.#dump = this.#openDump(flags.dump);
    if (flags.raw) await this.#watchRaw(network, flags, clock);
    else await this.#watchMessages(network, flags, clock);
    clock.release();
    this.leaveWith(clock.exitCode);
    return this.#finish(clock.reason, flags.stats);
  }

  protected override render({ stats }: Watched): Lines {
    return stats ? trafficLines(stats) : [];
  }

  async #watchRaw(network: Network, flags: WatchFlags, clock: StreamClock): Promise<void> {
    const { crypto } = network;
    const chats = (flags.chat ?? [])
      .map(parsePublicChatName)
      .map((chat): [Topic, string] => [publicChatTopic(crypto, chat), chat]);
    const topics = [...chats.map(([topic]) => topic), ...(flags.topic ?? []).map(parseTopic)];
    const peers = peersOf(crypto, this.settings, await knownPeers(crypto, this.settings, this.passphrase));
    const narrow = topics.length > 0 && this.settings.light.value !== false;
    const presence = guestPresence(network, { peers, topics: narrow ? topics : undefined });
    this.#traffic = new Traffic(this.now(), new Map(chats));
    this.#announce(presence.hub);
    const wanted = (event: NodeEvent) => {
      if (event.type === "failed") throw event.error;
      return rawEnvelope(event, topics);
    };
    const stream = presence.hub.stream(wanted, clock.signal);
    presence.start();
    try {
      for await (const { envelope, via, direct } of stream) {
        this.#traffic.add(envelope);
        this.#dump?.add(envelope);
        const record = { type: "envelope", ...envelopeRecord(envelope), via, direct };
        await this.#show(record, { hook: flags.exec, signal: clock.signal }, () => [rawLine(envelope)]);
        clock.tick();
        if (clock.signal.aborted) break;
      }
    } finally {
      presence.stop();
    }
    this.#tellDropped(presence.hub.dropped, "envelopes");
  }

  async #watchMessages(network: Network, flags: WatchFlags, clock: StreamClock): Promise<void> {
    const chats = (flags.chat ?? []).map(parsePublicChatName);
    const from = flags.from === undefined ? undefined : formatPublicKey(parsePublicKey(network.crypto, flags.from));
    const where = { network, settings: this.settings, passphrase: this.passphrase, command: "watch" };
    const session = await openSession(where);
    try {
      this.#traffic = new Traffic(
        this.now(),
        new Map(chats.map((chat) => [publicChatTopic(network.crypto, chat), chat])),
      );
      for (const chat of chats) await session.join(chat);
      const isGuest = !this.#join(session.own);
      if (isGuest) this.note("another process holds the profile; its messages are shown");
      if (isGuest && (flags.stats || flags.dump !== undefined)) {
        this.caution("W_HELD", "another process holds the profile and its traffic: --stats and --dump see none of it");
      }
      session.start();
      for await (const message of session.messages(clock.signal)) {
        this.#join(session.own);
        if (!isWanted(message, chats, from)) continue;
        const show = { hook: flags.exec, signal: clock.signal };
        await this.#show({ type: "message", ...message }, show, () => messageLines(message, this.colours));
        clock.tick();
        if (clock.signal.aborted) break;
      }
      this.#tellDropped(session.own?.hub.dropped ?? 0, "messages");
    } finally {
      await session.close();
    }
  }

  /** Hears of the traffic of our own session; false when the profile is not ours. It may become ours while we watch. */
  #join(own: LocalSession | undefined): boolean {
    if (own === undefined || own === this.#joined) return own !== undefined;
    this.#joined = own;
    this.#announce(own.hub);
    own.hub.listen((event) => this.#meter(event));
    return true;
  }

  #tellDropped(count: number, what: string): void {
    if (count > 0) this.caution("W_DROPPED", `${count} ${what} came faster than they were read`);
  }

  #announce(hub: Hub): void {
    hub.listen((event) => {
      if (event.type === "whisper" && event.event.type === "ready")
        this.note(`connected with ${event.event.peer.slice(0, 10)}`);
      if (event.type === "unreachable") this.note(`${event.node.host}:${event.node.tcpPort}: ${event.error.message}`);
    });
  }

  #meter(event: NodeEvent): void {
    const raw = rawEnvelope(event, []);
    if (!raw) return;
    this.#traffic?.add(raw.envelope);
    this.#dump?.add(raw.envelope);
  }

  async #show(record: StreamRecord, { hook, signal }: Show, lines: () => readonly string[]): Promise<void> {
    this.#received++;
    const isText = this.mode === "text";
    if (hook === undefined || !isText) await this.emit(record, lines);
    if (hook === undefined) return;
    const trouble = await runHook(hook, record, { prints: isText ? "stdout" : "stderr", signal });
    if (trouble !== undefined && this.#failedHooks++ === 0) {
      this.caution("W_EXEC", `the command of --exec failed (${trouble})`);
    }
  }

  #openDump(path: string): EnvelopeFolder {
    return new EnvelopeFolder(path, (message) => this.caution("W_DUMP", message));
  }

  async #finish(reason: EndReason, withStats: boolean): Promise<Watched> {
    const stats = withStats && this.#traffic ? this.#traffic.report(this.now()) : null;
    if (stats && this.mode === "ndjson") await this.emit({ type: "stats", ...stats }, () => []);
    const counts = { records: this.#received };
    await this.end(reason, counts);
    return { records: this.collected, reason, counts, stats };
  }
}

interface Show {
  /** The command of `--exec`. */
  readonly hook: string | undefined;
  /** Aborts when the stream is over. */
  readonly signal: AbortSignal;
}

interface RawEnvelope {
  readonly envelope: Envelope;
  readonly via: NodeId | null;
  readonly direct: boolean;
}

function rawEnvelope(event: NodeEvent, topics: readonly Topic[]): RawEnvelope | undefined {
  if (event.type !== "whisper" || event.event.type !== "envelope") return undefined;
  const { envelope, via = null, direct } = event.event;
  return topics.length === 0 || topics.includes(envelope.topic) ? { envelope, via, direct } : undefined;
}

const rawLine = ({ hash, topic, ttl, pow, data }: Envelope): string =>
  `${hash} ${topic} ${String(data.length).padStart(6)} bytes  ttl ${ttl}  work ${pow.toPrecision(3)}`;

function isWanted(message: MessageRecord, chats: readonly string[], from: string | undefined): boolean {
  if (chats.length > 0 && !chats.includes(message.chat.id)) return false;
  return from === undefined || message.from.key === from;
}
