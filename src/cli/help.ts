/** Help as text for people and as JSON for programs; both made from the manifest. */
import type { Command } from "@oclif/core";
import { Config } from "@oclif/core/config";
import { CommandHelp, Help } from "@oclif/core/help";
import { UsageError } from "../core/platform/errors.ts";
import { HELP_TOPICS } from "./help-topics.ts";
import { suggestion } from "./route.ts";

export interface HelpResult {
  /** Words asked about; empty for the whole program. */
  readonly subject: string;
  readonly summary: string;
  readonly description: string | null;
  readonly usage: string | null;
  readonly arguments: readonly ArgumentHelp[];
  readonly flags: readonly FlagHelp[];
  readonly examples: readonly { readonly description: string; readonly command: string }[];
  /** Commands below the subject. */
  readonly commands: readonly { readonly command: string; readonly summary: string }[];
}

interface ArgumentHelp {
  readonly name: string;
  readonly summary: string;
  readonly required: boolean;
  readonly options: readonly string[] | null;
}

interface FlagHelp {
  readonly name: string;
  readonly char: string | null;
  readonly value: string | null;
  readonly summary: string;
  readonly global: boolean;
  readonly required: boolean;
  readonly multiple: boolean;
  readonly options: readonly string[] | null;
  readonly env: string | null;
}

/** All that oclif knows of the program installed at `root`. */
export const describeProgram = (root: string): Promise<Config> => Config.load({ root });

/** Help about `words`: a command, a group of commands, a topic of its own, or everything. */
export function helpOf(config: Config, words: readonly string[]): HelpResult {
  const id = words.join(":");
  const command = config.findCommand(id);
  if (command !== undefined) return commandHelp(config, command);
  const below = config.commands.filter((known) => words.length === 0 || known.id.startsWith(`${id}:`));
  const topic = HELP_TOPICS[id];
  if (below.length === 0 && topic === undefined) throw unknownSubject(words, config.commandIDs);
  return {
    subject: words.join(" "),
    summary:
      topic?.summary ?? (words.length === 0 ? (config.pjson.description ?? "") : `Commands of ${words.join(" ")}`),
    description: topic?.lines().join("\n") ?? null,
    usage: null,
    arguments: [],
    flags: [],
    examples: [],
    commands: topic === undefined ? below.map(summaryOf).sort(byCommand) : [],
  };
}

/** The same for a terminal. */
export async function helpText(config: Config, words: readonly string[]): Promise<string> {
  const topic = config.findCommand(words.join(":")) === undefined ? HELP_TOPICS[words.join(":")] : undefined;
  if (topic !== undefined) return [topic.summary, "", ...topic.lines()].join("\n");
  helpOf(config, words); // says so when there is no such thing
  const help = new CollectedHelp(config, { ...config.pjson.oclif.helpOptions, stripAnsi: true });
  await help.showHelp([...words]);
  const topics = words.length === 0 ? ["", "TOPICS OF help", ...topicLines()] : [];
  return [help.text.trimEnd(), ...topics].join("\n");
}

/** oclif's help with one line in place of the flags that every command has. */
class ShortCommandHelp extends CommandHelp {
  protected override groupFlags(flags: Command.Flag.Any[]): ReturnType<CommandHelp["groupFlags"]> {
    return super.groupFlags(flags.filter((flag) => flag.helpGroup !== "GLOBAL"));
  }

  protected override defaultUsage(): string {
    return `${this.command.id} ${[...Object.values(this.command.args).map(argumentUsage), "[FLAGS]"].join(" ")}`;
  }

  protected override description(): string | undefined {
    return this.command.description === undefined ? undefined : this.wrap(this.command.description);
  }

  override generate(): string {
    return `${super.generate()}\n\nGLOBAL FLAGS\n  --json, --profile, --fields, --timeout and others: statusctl help flags`;
  }
}

class CollectedHelp extends Help {
  override CommandHelpClass = ShortCommandHelp;
  text = "";

  protected override log(...parts: string[]): void {
    this.text += `${parts.join(" ")}\n`;
  }
}

function commandHelp(config: Config, command: Command.Loadable): HelpResult {
  const render = (text: string) =>
    text.replaceAll("<%= config.bin %>", config.bin).replaceAll("<%= command.id %>", command.id.replaceAll(":", " "));
  return {
    subject: command.id.replaceAll(":", " "),
    summary: command.summary ?? "",
    description: command.description ?? null,
    usage: [config.bin, command.id.replaceAll(":", " "), ...Object.values(command.args).map(argumentUsage)].join(" "),
    arguments: Object.values(command.args).map(argumentOf),
    flags: Object.values(command.flags).map(flagOf),
    examples: (command.examples ?? []).flatMap((example) =>
      typeof example === "string" ? [] : [{ ...example, command: render(example.command) }],
    ),
    commands: [],
  };
}

function argumentUsage({ name, required, multiple }: Command.Arg.Cached): string {
  const shown = `${name.toUpperCase()}${multiple === true ? "..." : ""}`;
  return required === true ? shown : `[${shown}]`;
}

function argumentOf({ name, description, required, options }: Command.Arg.Cached): ArgumentHelp {
  return { name, summary: description ?? "", required: required === true, options: options ?? null };
}

function flagOf(flag: Command.Flag.Cached): FlagHelp {
  const option = flag.type === "option" ? flag : undefined;
  const value = Array.isArray(option?.helpValue) ? option.helpValue.join(" ") : option?.helpValue;
  return {
    name: flag.name,
    char: flag.char ?? null,
    value: option === undefined ? null : (value ?? option.options?.join("|") ?? "VALUE"),
    summary: flag.summary ?? flag.description ?? "",
    global: flag.helpGroup === "GLOBAL",
    required: flag.required === true,
    multiple: option?.multiple === true,
    options: option?.options ?? null,
    env: flag.env ?? null,
  };
}

const summaryOf = ({ id, summary }: Command.Loadable) => ({ command: id.replaceAll(":", " "), summary: summary ?? "" });

const byCommand = (a: { command: string }, b: { command: string }): number => (a.command < b.command ? -1 : 1);

function topicLines(): string[] {
  return Object.entries(HELP_TOPICS).map(([name, { summary }]) => `  ${name.padEnd(12)}  ${summary}`);
}

function unknownSubject(words: readonly string[], ids: readonly string[]): UsageError {
  const meant = suggestion(words, ids);
  const hint =
    meant === undefined ? "Run `statusctl help` for all commands." : `Did you mean \`statusctl help ${meant}\`?`;
  return new UsageError("NOT_FOUND", `there is no command "${words.join(" ")}"`, { details: { hint } });
}
