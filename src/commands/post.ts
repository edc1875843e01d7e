import { Args, Flags } from "@oclif/core";
import { BaseCommand, type Lines } from "../cli/base-command.ts";
import {
  type EnvelopeRecord,
  envelopeOfBytes,
  envelopeOfLine,
  envelopeRecord,
  holdsEnvelope,
} from "../cli/envelope-record.ts";
import { EXIT, type ExitCode } from "../cli/exit-codes.ts";
import { guestPresence, nobodyReached } from "../cli/guest.ts";
import { mined } from "../cli/mined.ts";
import { type Network, openNetwork, peersOf } from "../cli/network.ts";
import { knownPeers, profileKeyring } from "../cli/profile-access.ts";
import { inputLines, readInput, STDIN } from "../cli/stdin.ts";
import { plainLine } from "../cli/terminal-text.ts";
import { parseAmount, parseDuration } from "../cli/values.ts";
import { targetOf } from "../cli/whisper-target.ts";
import { utf8 } from "../core/bytes/bytes.ts";
import { fromHex } from "../core/bytes/hex.ts";
import type { PostOutcome, PostState, Presence } from "../core/node/presence.ts";
import { EnvironmentError, UsageError } from "../core/platform/errors.ts";
import type { NodeId } from "../core/platform/node-id.ts";
import { toSeconds } from "../core/platform/time.ts";
import type { Envelope } from "../core/whisper/envelope.ts";
import { seal } from "../core/whisper/message.ts";

interface Posted {
  readonly envelope: EnvelopeRecord;
  /** null for a dry run. */
  readonly state: PostState | null;
  readonly peer: NodeId | null;
  readonly written: number;
  readonly reason: string | null;
}

interface PostResult {
  readonly posts: readonly Posted[];
  readonly sent: number;
  readonly total: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;

export default class PostCommand extends BaseCommand<PostResult> {
  static override summary = "post a raw Whisper envelope";
  static override description = [
    "Seals a payload for a chat, a symmetric key or a public key, finds the proof of work and hands it to the peers; ends",
    "when one of them has confirmed it. Ready-made envelopes are posted as they are: `watch --raw --ndjson` can be piped in.",
  ].join("\n");
  static override examples = [
    {
      description: "To everybody who knows the word",
      command: "<%= config.bin %> <%= command.id %> hello --chat test",
    },
    {
      description: "Bytes to a topic and a key of one's own",
      command: "<%= config.bin %> <%= command.id %> 0xc0ffee --hex --topic 0x01020304 --sym-key-file key.txt",
    },
    {
      description: "See what would be posted",
      command: "<%= config.bin %> <%= command.id %> hello --chat test --dry-run --json",
    },
    { description: "Again what was recorded", command: "<%= config.bin %> <%= command.id %> - < envelopes.ndjson" },
  ];
  static override args = {
    data: Args.string({
      ignoreStdin: true,
      description: "the payload; - reads it from stdin, or envelopes when no recipient is named",
    }),
  };
  static override flags = {
    chat: Flags.string({ helpValue: "NAME", summary: "topic and key of a public chat" }),
    topic: Flags.string({ helpValue: "0x…", summary: "topic, four bytes" }),
    "password-file": Flags.string({ helpValue: "FILE|-", summary: "password that the symmetric key is made of" }),
    "sym-key-file": Flags.string({ helpValue: "FILE|-", summary: "symmetric key, 32 bytes as hex" }),
    to: Flags.string({ helpValue: "KEY", summary: "public key of the one reader; the topic is theirs by default" }),
    sign: Flags.boolean({ summary: "sign with the profile's chat key" }),
    ttl: Flags.integer({ min: 1, max: 86_400, default: 10, helpValue: "SECONDS", summary: "time to live" }),
    pow: Flags.string({ default: "0.002", helpValue: "POW", summary: "proof of work" }),
    "pow-time": Flags.string({ default: "5s", helpValue: "5s", summary: "the longest to search for it" }),
    "payload-file": Flags.string({ helpValue: "FILE|-", summary: "file with the payload" }),
    hex: Flags.boolean({ summary: "the payload is written in hex" }),
    padding: Flags.string({ helpValue: "0x…", summary: "padding instead of a random one" }),
    envelope: Flags.string({ helpValue: "FILE|-", summary: "post this envelope as it is" }),
    "dry-run": Flags.boolean({ summary: "make it, but do not post it" }),
  };
  static override schema = "post/1";

  protected override async work(): Promise<PostResult> {
    const { args, flags } = await this.parse(PostCommand);
    const network = await openNetwork(this.settings, this.config.version);
    const ready = await this.#readyMade(network, args.data, flags);
    const envelopes = ready ?? [await this.#compose(network, args.data, flags)];
    if (envelopes.length === 0) throw new UsageError("USAGE", "there is no envelope in the input");
    const posts = flags["dry-run"] ? envelopes.map(unposted) : await this.#post(network, envelopes);
    const sent = posts.filter(({ state }) => state === "sent").length;
    if (!flags["dry-run"]) this.leaveWith(exitCodeOf(posts));
    return { posts, sent, total: posts.length };
  }

  protected override render({ posts }: PostResult): Lines {
    return posts.map(({ envelope, state, peer, reason }) => {
      const { hash, topic, size, pow, ttl, rlp } = envelope;
      const facts = `${hash} on ${topic}, ${size} bytes, work ${pow.toPrecision(3)}, ttl ${ttl} s`;
      if (state === null) return `${facts}\n${rlp}`;
      return `${state} ${facts}${peer ? `, by ${peer.slice(0, 10)}` : ""}${reason ? `: ${plainLine(reason)}` : ""}`;
    });
  }

  /** Envelopes that are posted as they are; undefined when one is to be made. */
  async #readyMade(network: Network, data: string | undefined, flags: PostFlags): Promise<Envelope[] | undefined> {
    if (flags.envelope !== undefined && flags.envelope !== STDIN) {
      return [envelopeOfBytes(network.crypto, await readInput(flags.envelope, "envelope", this.input))];
    }
    const addressed = flags.chat ?? flags.to ?? flags["password-file"] ?? flags["sym-key-file"];
    if (flags.envelope === undefined && (data !== STDIN || addressed !== undefined)) return undefined;
    const envelopes: Envelope[] = [];
    const input = { ...this.input, signal: this.stopped };
    for await (const line of inputLines(STDIN, "envelopes", input)) {
      if (envelopes.length === ENVELOPES_MAX) throw new UsageError("USAGE", `more than ${ENVELOPES_MAX} envelopes`);
      if (holdsEnvelope(line)) envelopes.push(envelopeOfLine(network.crypto, line));
    }
    return envelopes;
  }

  async #compose(network: Network, data: string | undefined, flags: PostFlags): Promise<Envelope> {
    const { crypto, random, clock } = network;
    const target = await targetOf(crypto, flags, this.input);
    const payload = await this.#payload(data, flags);
    const signer = flags.sign ? await profileKeyring(crypto, this.settings, this.passphrase) : undefined;
    const padding = flags.padding === undefined ? undefined : fromHex(flags.padding, "padding");
    const content = { payload, ...(signer ? { signer } : {}), ...(padding ? { padding } : {}) };
    const sealed = seal(crypto, { ...content, to: target.to, random });
    const draft = { expiry: toSeconds(clock.now()) + flags.ttl, ttl: flags.ttl, topic: target.topic, data: sealed };
    const request = { draft, target: parseAmount(flags.pow), budgetMs: parseDuration(flags["pow-time"]) };
    const envelope = await mined(network.miner, request, this.stopped);
    if (!envelope)
      throw new EnvironmentError("DEADLINE", `no proof of work of ${flags.pow} within ${flags["pow-time"]}`);
    return envelope;
  }

  async #payload(data: string | undefined, flags: PostFlags): Promise<Uint8Array> {
    const file = flags["payload-file"] ?? (data === STDIN ? STDIN : undefined);
    if (file !== undefined && data !== undefined && data !== STDIN) {
      throw new UsageError("USAGE", "the payload is given twice: as an argument and with --payload-file");
    }
    if (file === undefined && data === undefined) throw new UsageError("USAGE", "there is nothing to post: give DATA");
    const content =
      file === undefined ? utf8(data ?? "") : await readInput(file, "payload", { ...this.input, signal: this.stopped });
    return flags.hex ? fromHex(new TextDecoder().decode(content).trim(), "payload") : content;
  }

  /** Connects, posts all, and follows them to their fate. */
  async #post(network: Network, envelopes: readonly Envelope[]): Promise<Posted[]> {
    const peers = peersOf(
      network.crypto,
      this.settings,
      await knownPeers(network.crypto, this.settings, this.passphrase),
    );
    const topics = this.settings.light.value === false ? undefined : envelopes.map(({ topic }) => topic);
    const presence: Presence = guestPresence(network, { peers, topics });
    const deadline = AbortSignal.timeout(this.settings.timeoutMs.value ?? DEFAULT_TIMEOUT_MS);
    const over = AbortSignal.any([this.stopped, deadline]);
    presence.start();
    try {
      const outcomes = await Promise.all(envelopes.map((envelope) => presence.post(envelope, over)));
      if (outcomes.every(({ state }) => state === "pooled") && !this.stopped.aborted) throw nobodyReached(presence);
      return envelopes.map((envelope, index) => posted(envelope, outcomes[index]));
    } finally {
      presence.stop();
    }
  }
}

/** Most that one run posts: they are held in memory, and in the pool of a relay they would displace others. */
const ENVELOPES_MAX = 10_000;

interface PostFlags {
  readonly chat?: string | undefined;
  readonly topic?: string | undefined;
  readonly "password-file"?: string | undefined;
  readonly "sym-key-file"?: string | undefined;
  readonly to?: string | undefined;
  readonly sign: boolean;
  readonly ttl: number;
  readonly pow: string;
  readonly "pow-time": string;
  readonly "payload-file"?: string | undefined;
  readonly hex: boolean;
  readonly padding?: string | undefined;
  readonly envelope?: string | undefined;
}

const unposted = (envelope: Envelope): Posted => posted(envelope, undefined);

function posted(envelope: Envelope, outcome: PostOutcome | undefined): Posted {
  const { state = null, peer = null, written = 0, reason = null } = outcome ?? {};
  return { envelope: envelopeRecord(envelope), state, peer, written, reason };
}

/** All sent 0, some 8; none: refused 5, else 4. */
function exitCodeOf(posts: readonly Posted[]): ExitCode {
  const sent = posts.filter(({ state }) => state === "sent").length;
  if (sent === posts.length) return EXIT.ok;
  if (sent > 0) return EXIT.partial;
  return posts.some(({ state }) => state === "refused" || state === "rejected") ? EXIT.rejected : EXIT.timeout;
}
