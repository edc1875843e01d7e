import { Args, Flags } from "@oclif/core";
import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { EXIT } from "../../cli/exit-codes.ts";
import { doorOf } from "../../cli/primitives.ts";
import { factLines } from "../../cli/table.ts";
import { parseTopic } from "../../cli/values.ts";
import { fromHex, type Hex, toHex } from "../../core/bytes/hex.ts";
import type { Hashes } from "../../core/crypto/crypto.ts";
import { openHashes } from "../../core/crypto/open.ts";
import { UsageError } from "../../core/platform/errors.ts";
import { BLOOM_LENGTH, bloomOf, type Exposure, exposure, fill, joinBlooms, matches } from "../../core/whisper/bloom.ts";
import type { Topic } from "../../core/whisper/envelope.ts";
import { publicChatTopic } from "../../core/whisper/topic.ts";

interface TopicBloom {
  readonly topics: readonly { readonly topic: Topic; readonly name: string | null; readonly matches: boolean }[];
  readonly bloom: Hex;
  /** Share of the bits that are set. */
  readonly fill: number;
  /** What a node that announces the filter gives away: the more match, the better its true topics are hidden. */
  readonly exposure: Exposure;
}

export default class TopicBloomCommand extends BaseCommand<TopicBloom> {
  static override summary = "the bloom filter of topics, or which topics a filter matches";
  static override description =
    "Without --filter, makes the filter that wants all the topics. With it, says whether it wants each of them; exit code 9 when it wants one of them not. Tells how full the filter is and how many topics hide behind it.";
  static override examples = [
    { description: "The filter of two chats", command: "<%= config.bin %> <%= command.id %> status nimbus" },
    {
      description: "Does a peer with this filter want the chat?",
      command: `<%= config.bin %> <%= command.id %> status --filter 0x${"ff".repeat(BLOOM_LENGTH)}`,
    },
  ];
  static override args = {
    topic: Args.string({
      multiple: true,
      required: true,
      ignoreStdin: true,
      description: "topics as 0x-hex, or names of public chats",
    }),
  };
  static override flags = {
    filter: Flags.string({ helpValue: "HEX", summary: "a filter to look at: 64 bytes" }),
  };
  static override schema = "topic-bloom/1";

  protected override async work(): Promise<TopicBloom> {
    const { args, flags } = await this.parse(TopicBloomCommand);
    const hashes = await openHashes(doorOf("pure"));
    const named = args.topic.map((text) => namedTopic(hashes, text));
    const bloom =
      flags.filter === undefined ? joinBlooms(named.map(({ topic }) => bloomOf(topic))) : parseFilter(flags.filter);
    const topics = named.map((one) => ({ ...one, matches: matches(bloom, bloomOf(one.topic)) }));
    if (topics.some((one) => !one.matches)) this.leaveWith(EXIT.negative);
    return { topics, bloom: toHex(bloom), fill: fill(bloom), exposure: exposure(hashes, bloom) };
  }

  protected override render({ topics, bloom, fill, exposure }: TopicBloom): Lines {
    const percent = (share: number) => `${(100 * share).toPrecision(3)} %`;
    return [
      ...topics.map(
        ({ topic, name, matches }) =>
          `${topic}  ${matches ? "wanted" : "not wanted"}${name === null ? "" : `  ${name}`}`,
      ),
      ...factLines([
        ["filter", bloom],
        ["bits set", percent(fill)],
        ["topics that match", `${percent(exposure.topics)} of all`],
        ["partitions that match", `${exposure.partitions} of 5000`],
      ]),
    ];
  }
}

function namedTopic(hashes: Hashes, text: string): { topic: Topic; name: string | null } {
  if (/^0x[0-9a-f]{8}$/i.test(text)) return { topic: parseTopic(text), name: null };
  const name = text.replace(/^#/, "");
  return { topic: publicChatTopic(hashes, name), name };
}

function parseFilter(text: string): Uint8Array {
  const bloom = fromHex(text, "--filter");
  if (bloom.length === BLOOM_LENGTH) return bloom;
  throw new UsageError("USAGE", `--filter: expected ${BLOOM_LENGTH} bytes, got ${bloom.length}`);
}
