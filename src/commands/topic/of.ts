import { Args, Flags } from "@oclif/core";
import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { doorOf } from "../../cli/primitives.ts";
import { profileKeyring } from "../../cli/profile-access.ts";
import { type Redacted, redact } from "../../cli/redacted.ts";
import { tableLines } from "../../cli/table.ts";
import { plainLine } from "../../cli/terminal-text.ts";
import { looksLikePublicKey } from "../../cli/values.ts";
import { parsePublicKey } from "../../core/accounts/keys.ts";
import { utf8 } from "../../core/bytes/bytes.ts";
import { type Hex, toHex } from "../../core/bytes/hex.ts";
import { openCrypto, openCurve, openHashes } from "../../core/crypto/open.ts";
import { UsageError } from "../../core/platform/errors.ts";
import { bloomOf } from "../../core/whisper/bloom.ts";
import type { Topic } from "../../core/whisper/envelope.ts";
import {
  contactCodeTopicName,
  negotiatedTopicName,
  partitionedTopicName,
  partitionOf,
  personalTopicName,
  topicOf,
} from "../../core/whisper/topic.ts";

const KINDS = ["public", "contact-code", "partitioned", "personal", "negotiated"] as const;
type Kind = (typeof KINDS)[number];

interface TopicFound {
  readonly kind: Kind;
  /** What the topic is the hash of. That of a negotiated one is the secret it is sealed with. */
  readonly name: string | Redacted;
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
    "A public chat has one topic; a key has several: where its bundles are published, where first messages to it are sent, and its personal one. With --kind negotiated, the one that the profile and the key agree on.";
  static override examples = [
    { description: "The topic of a public chat", command: "<%= config.bin %> <%= command.id %> status" },
    {
      description: "Where first messages to a key are sent",
      command: `<%= config.bin %> <%= command.id %> 0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798 --kind partitioned`,
    },
    {
      description: "Where this profile and a contact talk",
      command: `<%= config.bin %> <%= command.id %> 0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798 --kind negotiated`,
    },
  ];
  static override args = {
    subject: Args.string({ required: true, ignoreStdin: true, description: "name of a public chat, or a public key" }),
  };
  static override flags = {
    kind: Flags.option({ options: KINDS, summary: "only topics of this kind" })(),
    reveal: Flags.boolean({ summary: "show the name of a negotiated topic, which is its key" }),
  };
  static override schema = "topic-of/1";

  protected override async work(): Promise<TopicsOf> {
    const { args, flags } = await this.parse(TopicOfCommand);
    const hashes = await openHashes(doorOf("pure"));
    const names = await this.#names(args.subject, flags.kind);
    const topics = [...names].map(([kind, name]): TopicFound => {
      const topic = topicOf(hashes, name);
      const isSecret = kind === "negotiated" && !flags.reveal;
      return { kind, name: isSecret ? redact(hashes, utf8(name)) : name, topic, bloom: toHex(bloomOf(topic)) };
    });
    const wanted = topics.filter(({ kind }) => flags.kind === undefined || kind === flags.kind);
    if (wanted.length > 0) return { subject: args.subject, topics: wanted };
    throw new UsageError("USAGE", `--kind: ${args.subject} has no topic of kind ${flags.kind}`);
  }

  protected override render({ topics }: TopicsOf): Promise<Lines> {
    return tableLines(
      [
        { title: "TOPIC", cell: ({ topic }) => topic },
        { title: "KIND", cell: ({ kind }) => kind },
        {
          title: "NAME",
          cell: ({ name }) => (typeof name === "string" ? plainLine(name) : "(secret; --reveal shows it)"),
        },
      ],
      topics,
    );
  }

  async #names(subject: string, wanted: Kind | undefined): Promise<ReadonlyMap<Kind, string>> {
    if (!looksLikePublicKey(subject)) return new Map([["public", subject.replace(/^#/, "")]]);
    if (wanted === "negotiated") return new Map([["negotiated", await this.#negotiatedName(subject)]]);
    const key = parsePublicKey(await openCurve(doorOf("pure")), subject);
    return new Map([
      ["contact-code", contactCodeTopicName(key)],
      ["partitioned", partitionedTopicName(partitionOf(key))],
      ["personal", personalTopicName(key)],
    ]);
  }

  async #negotiatedName(subject: string): Promise<string> {
    const crypto = await openCrypto(doorOf("fast"));
    const key = parsePublicKey(crypto, subject);
    return negotiatedTopicName((await profileKeyring(crypto, this.settings, this.passphrase)).agree(key));
  }
}
