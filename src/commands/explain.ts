import { Args } from "@oclif/core";
import { BaseCommand, type Lines } from "../cli/base-command.ts";
import { allExplanations, type Explanation, explain } from "../cli/explanations.ts";
import { nearest } from "../cli/nearest.ts";
import { tableLines } from "../cli/table.ts";
import { UsageError } from "../core/platform/errors.ts";

interface Explained {
  readonly explanations: readonly Explanation[];
}

export default class ExplainCommand extends BaseCommand<Explained> {
  static override summary = "explain an exit code, error, disconnect reason or packet code";
  static override description =
    "Takes a number or a name; `exit`, `error`, `disconnect` or `packet` before it narrows, and alone lists all of its kind.";
  static override examples = [
    { description: "An error", command: "<%= config.bin %> <%= command.id %> E_LOCKED" },
    { description: "Why a peer hung up", command: "<%= config.bin %> <%= command.id %> disconnect 4" },
    { description: "A packet of Whisper", command: "<%= config.bin %> <%= command.id %> packet 126" },
    { description: "All exit codes", command: "<%= config.bin %> <%= command.id %> exit" },
  ];
  static override args = {
    code: Args.string({
      required: true,
      multiple: true,
      ignoreStdin: true,
      description: "a number or a name, with its kind before it or without",
    }),
  };
  static override schema = "explain/1";

  protected override async work(): Promise<Explained> {
    const { args } = await this.parse(ExplainCommand);
    const explanations = explain(args.code);
    if (explanations.length === 0) throw nothingKnown(args.code);
    return { explanations };
  }

  protected override render({ explanations }: Explained): Promise<Lines> {
    return tableLines(
      [
        { title: "KIND", cell: ({ subject }) => subject },
        {
          title: "CODE",
          align: "right",
          cell: ({ subject, number }) => (subject === "error" ? `exit ${number}` : String(number)),
        },
        { title: "NAME", cell: ({ name }) => name },
        { title: "MEANING", cell: ({ meaning }) => meaning },
      ],
      explanations,
    );
  }
}

function nothingKnown(words: readonly string[]): UsageError {
  const names = allExplanations().map(({ name }) => name);
  const meant = nearest(words.at(-1) ?? "", names);
  const hint = meant === undefined ? "Try `statusctl explain error` for all errors." : `Did you mean ${meant}?`;
  return new UsageError("NOT_FOUND", `nothing is known as "${words.join(" ")}"`, { details: { hint } });
}
