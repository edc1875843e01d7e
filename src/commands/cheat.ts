import { BaseCommand, type Lines } from "../cli/base-command.ts";
import { CHEAT_SHEET, type CheatSection } from "../cli/cheat-sheet.ts";

interface CheatSheet {
  readonly sections: readonly CheatSection[];
}

export default class CheatCommand extends BaseCommand<CheatSheet> {
  static override summary = "a page of commands to copy";
  static override description = "The commands people look up most. `statusctl help COMMAND` tells the rest.";
  static override examples = [
    { description: "All of it", command: "<%= config.bin %> <%= command.id %>" },
    { description: "What there is about messages", command: "<%= config.bin %> <%= command.id %> | grep send" },
  ];
  static override schema = "cheat/1";

  protected override async work(): Promise<CheatSheet> {
    await this.parse(CheatCommand);
    return { sections: CHEAT_SHEET };
  }

  protected override render({ sections }: CheatSheet): Lines {
    const width = Math.max(...sections.flatMap(({ lines }) => lines.map(({ command }) => command.length)));
    return sections.flatMap(({ title, lines }, index) => [
      ...(index === 0 ? [] : [""]),
      this.colours.bold(title),
      ...lines.map(({ command, does }) => `  ${command.padEnd(width)}  ${this.colours.dim(does)}`),
    ]);
  }
}
