import { Args, Flags } from "@oclif/core";
import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { EXIT } from "../../cli/exit-codes.ts";
import { doorOf } from "../../cli/primitives.ts";
import { inputLines } from "../../cli/stdin.ts";
import { tableLines } from "../../cli/table.ts";
import { plainLine } from "../../cli/terminal-text.ts";
import { parseTopic } from "../../cli/values.ts";
import { parsePublicKey } from "../../core/accounts/keys.ts";
import { type Hex, toHex } from "../../core/bytes/hex.ts";
import { openCurve, openHashes } from "../../core/crypto/open.ts";
import type { Topic } from "../../core/whisper/envelope.ts";
import { guessTopic, publicChatTopic, type TopicGuess } from "../../core/whisper/topic.ts";

interface Guess {
  readonly kind: TopicGuess["kind"];
  readonly name: string | null;
  readonly partition: number | null;
  /** Those of the keys given to which the topic leads. */
  readonly keys: readonly Hex[];
}

interface TopicGuessed {
  readonly topic: Topic;
  readonly guesses: readonly Guess[];
  /** Names tried. */
  readonly tried: number;
}

export default class TopicGuessCommand extends BaseCommand<TopicGuessed> {
  static override summary = "which names a topic may come from";
  static override description =
    "Tries the topics everybody knows, all partitions, and what you give: chat names and keys. Two names can share a topic, so a guess is no proof. Exit code 9 when nothing fits.";
  static override examples = [
    {
      description: "Is it a partition, or a chat of this list?",
      command: "<%= config.bin %> <%= command.id %> 0xcd423760 --wordlist names.txt",
    },
    {
      description: "Names from a pipe",
      command: "printf 'status\\nnimbus\\n' | <%= config.bin %> <%= command.id %> 0xcd423760 --wordlist -",
    },
  ];
  static override args = {
    topic: Args.string({ required: true, ignoreStdin: true, description: "four bytes as 0x-hex" }),
  };
  static override flags = {
    wordlist: Flags.string({ helpValue: "FILE|-", summary: "names of public chats to try, one per line" }),
    chat: Flags.string({
      helpValue: "NAME",
      multiple: true,
      multipleNonGreedy: true,
      summary: "a name to try, repeatable",
    }),
    key: Flags.string({
      helpValue: "KEY",
      multiple: true,
      multipleNonGreedy: true,
      summary: "a public key to try, repeatable",
    }),
  };
  static override schema = "topic-guess/1";

  protected override async work(): Promise<TopicGuessed> {
    const { args, flags } = await this.parse(TopicGuessCommand);
    const topic = parseTopic(args.topic);
    const [hashes, curve] = [await openHashes(doorOf("pure")), await openCurve(doorOf("pure"))];
    const keys = (flags.key ?? []).map((key) => parsePublicKey(curve, key));
    const guesses = guessTopic(hashes, topic, { names: flags.chat ?? [], keys }).map(describe);
    let tried = flags.chat?.length ?? 0;
    if (flags.wordlist !== undefined) {
      for await (const line of inputLines(flags.wordlist, "names", this.input)) {
        tried++;
        const name = line.trim().replace(/^#/, "");
        if (publicChatTopic(hashes, name) === topic) guesses.push(describe({ kind: "public", name }));
      }
    }
    if (guesses.length === 0) this.leaveWith(EXIT.negative);
    return { topic, guesses, tried };
  }

  protected override render({ topic, guesses }: TopicGuessed): Lines | Promise<Lines> {
    if (guesses.length === 0) return [`${topic}: nothing known leads there`];
    return tableLines(
      [
        { title: "KIND", cell: ({ kind }) => kind },
        { title: "NAME", cell: ({ name }) => plainLine(name ?? "-") },
        { title: "KEYS", cell: ({ keys }) => keys.join(" ") },
      ],
      guesses,
    );
  }
}

function describe(guess: TopicGuess): Guess {
  const keys = guess.kind === "partitioned" ? guess.keys : "key" in guess ? [guess.key] : [];
  return {
    kind: guess.kind,
    name: "name" in guess ? guess.name : null,
    partition: guess.kind === "partitioned" ? guess.partition : null,
    keys: keys.map(toHex),
  };
}
