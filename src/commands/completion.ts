import { Args } from "@oclif/core";
import { BaseCommand, type Lines } from "../cli/base-command.ts";
import { completionScript, INSTALLATION, SHELLS, type Shell } from "../cli/completion-scripts.ts";

interface Completion {
  readonly shell: Shell;
  readonly script: string;
  /** The command that makes it permanent. */
  readonly install: string;
}

export default class CompletionCommand extends BaseCommand<Completion> {
  static override summary = "the script that completes words in your shell";
  static override description =
    "Completes commands, flags and values: profiles, fleets, schemas, codes. The script asks statusctl itself, so it stays current.";
  static override examples = [
    { description: "For this session of bash", command: 'eval "$(<%= config.bin %> <%= command.id %> bash)"' },
    { description: "For good in fish", command: INSTALLATION.fish.replace("statusctl", "<%= config.bin %>") },
    { description: "For good in zsh", command: INSTALLATION.zsh.replace("statusctl", "<%= config.bin %>") },
  ];
  static override args = {
    shell: Args.option({ options: SHELLS })({ required: true, ignoreStdin: true, description: "which shell" }),
  };
  static override schema = "completion/1";

  protected override async work(): Promise<Completion> {
    const { args } = await this.parse(CompletionCommand);
    return { shell: args.shell, script: completionScript(args.shell), install: INSTALLATION[args.shell] };
  }

  protected override render({ script, install }: Completion): Lines {
    this.note(`to keep it: ${install}`);
    return [script.trimEnd()];
  }
}
