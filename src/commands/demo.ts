import { Flags } from "@oclif/core";
import { BaseCommand, type Lines } from "../cli/base-command.ts";
import { DemoStory, type Person, type Spoken } from "../cli/demo-story.ts";
import { openNetwork } from "../cli/network.ts";
import { plainLine } from "../cli/terminal-text.ts";

interface Demo {
  readonly relays: readonly string[];
  readonly people: readonly Person[];
  readonly messages: readonly Spoken[];
}

const LINES = [
  ["alice", "hello bob, can you hear me?"],
  ["bob", "loud and clear, alice"],
] as const;

export default class DemoCommand extends BaseCommand<Demo> {
  static override summary = "see it work: two profiles talk through a relay of their own";
  static override description = [
    "Starts a Whisper relay on loopback, makes two profiles in a temporary folder, and lets them talk in a public chat: real",
    "keys, real proofs of work, real TCP. Everything is gone afterwards, and nothing leaves this machine.",
  ].join("\n");
  static override examples = [
    { description: "The whole story", command: "<%= config.bin %> <%= command.id %>" },
    {
      description: "With three relays in a row, as data",
      command: "<%= config.bin %> <%= command.id %> --relays 3 --json",
    },
  ];
  static override flags = {
    relays: Flags.integer({ min: 1, max: 16, default: 1, helpValue: "N", summary: "relays in a row between the two" }),
  };
  static override schema = "demo/1";

  protected override async work(): Promise<Demo> {
    const { flags } = await this.parse(DemoCommand);
    const network = await openNetwork(this.settings, this.config.version);
    const story = new DemoStory(network, this.stopped);
    const relays: string[] = [];
    const people: Person[] = [];
    const messages: Spoken[] = [];
    const enter = async (name: Person["name"]): Promise<string> => {
      const person = await story.enter(name);
      people.push(person);
      return `${name} is ${person.alias}, connected`;
    };
    try {
      await this.steps([
        {
          title: "start the network",
          run: async () => {
            relays.push(...(await story.build(flags.relays)));
            return relays.length === 1 ? "a relay listens on loopback" : `${relays.length} relays in a row on loopback`;
          },
        },
        { title: "alice enters", run: () => enter("alice") },
        { title: "bob enters", run: () => enter("bob") },
        ...LINES.map(([from, text]) => ({
          title: `${from} speaks`,
          run: async () => {
            const spoken = await story.say(from, text);
            messages.push(spoken);
            return `${from} was heard by ${spoken.to} after ${spoken.ms} ms`;
          },
        })),
      ]);
    } finally {
      await story.end();
    }
    return { relays, people, messages };
  }

  protected override render({ relays, people, messages }: Demo): Lines {
    const { bold, dim, cyan } = this.colours;
    return [
      ...relays.map((enode, index) => `${dim(`relay ${index}`)}  ${enode}`),
      ...people.map(
        ({ name, alias, publicKey }) => `${bold(name.padEnd(7))}  ${alias}  ${dim(`${publicKey.slice(0, 20)}…`)}`,
      ),
      "",
      ...messages.flatMap(({ from, to, chat, heard, envelope, confirmedBy }) => [
        `${bold(from)} to ${cyan(`#${chat}`)}: ${plainLine(heard.text)}`,
        dim(`  envelope ${envelope.hash}, confirmed by relay ${confirmedBy.slice(0, 10)}…`),
        dim(
          `  ${to} opened it: topic ${heard.envelope.topic}, work ${heard.envelope.pow.toPrecision(3)}, signed by ${heard.from.name}`,
        ),
      ]),
      "",
      "Now with your own: statusctl devnet, statusctl init, statusctl send, statusctl watch.",
    ];
  }
}
