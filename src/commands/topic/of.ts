import { Args, Flags } from "@oclif/core";
import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { doorOf } from "../../cli/primitives.ts";
import { tableLines } from "../../cli/table.ts";
import { plainLine } from "../../cli/terminal-text.ts";
import { looksLikePublicKey } from "../../cli/values.ts";
import { parsePublicKey } from "../../core/accounts/keys.ts";
import { type Hex, toHex } from "../../core/bytes/hex.ts";
import { openCurve, openHashes } from "../../core/crypto/open.ts";
import { UsageError } from "../../core/platform/errors.ts";
import { bloomOf } from "../../core/whisper/bloom.ts";
import type { Topic } from "../../core/whisper/envelope.ts";
import {
  contactCodeTopicName,
  partitionedTopicName,
  partitionOf,
  personalTopicName,
  topicOf,
} from "../../core/whisper/topic.ts";

const KINDS = ["public", "contact-code", "partitioned", "personal"] as const;
type Kind = (typeof KINDS)[number];

interface TopicFound {
  readonly kind: Kind;
  /** What the topic is the hash of. */
  readonly name: string;
  readonly topic: Topic;
  readonly bloom: Hex;
}

interface TopicsOf {
  readonly subject: string;
  readonly topics: readonly TopicFound[];
}

export default class TopicOfCommand extends BaseCommand<TopicsOf> {
  static override summary = "the topics of a chat name or a public key";
  static override description =
    "A public chat has one topic; a key has several: where its bundles are published, where first messages to it are sent, and its personal one.";
  static override examples = [
    { description: "The topic of a public chat", command: "<%= config.bin %> <%= command.id %> status" },
    {
      description: "Where first messages to a key are sent",
      command: `<%= config.bin %> <%= command.id %> 0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798 --kind partitioned`,
    },
  ];
  static override args = {
    subject: Args.string({ required: true, ignoreStdin: true, description: "name of a public chat, or a public key" }),
  };
  static override flags = {
    kind: Flags.option({ options: KINDS, summary: "only topics of this kind" })(),
  };
  static override schema = "topic-of/1";

  protected override async work(): Promise<TopicsOf> {
    const { args, flags } = await this.parse(TopicOfCommand);
    const door = doorOf("pure");
    const hashes = await openHashes(door);
    const names = looksLikePublicKey(args.subject)
      ? await keyNames(args.subject)
      : new Map<Kind, string>([["public", args.subject.replace(/^#/, "")]]);
    const topics = [...names].map(([kind, name]) => {
      const topic = topicOf(hashes, name);
      return { kind, name, topic, bloom: toHex(bloomOf(topic)) };
    });
    const wanted = topics.filter(({ kind }) => flags.kind === undefined || kind === flags.kind);
    if (wanted.length === 0)
      throw new UsageError("USAGE", `--kind: ${args.subject} has no topic of kind ${flags.kind}`);
    return { subject: args.subject, topics: wanted };
  }

  protected override render({ topics }: TopicsOf): Promise<Lines> {
    return tableLines(
      [
        { title: "TOPIC", cell: ({ topic }) => topic },
        { title: "KIND", cell: ({ kind }) => kind },
        { title: "NAME", cell: ({ name }) => plainLine(name) },
      ],
      topics,
    );
  }
}

async function keyNames(text: string): Promise<Map<Kind, string>> {
  const key = parsePublicKey(await openCurve(doorOf("pure")), text);
  return new Map([
    ["contact-code", contactCodeTopicName(key)],
    ["partitioned", partitionedTopicName(partitionOf(key))],
    ["personal", personalTopicName(key)],
  ]);
}
