import { BaseCommand, type Lines } from "../cli/base-command.ts";
import { EXIT } from "../cli/exit-codes.ts";
import { type Check, examine } from "../cli/health.ts";
import { profileFolder } from "../cli/paths.ts";

interface Diagnosis {
  /** Whether no check failed. */
  readonly healthy: boolean;
  readonly checks: readonly Check[];
}

export default class DoctorCommand extends BaseCommand<Diagnosis> {
  static override summary = "look for what is wrong on this machine";
  static override description =
    "Checks Node.js, the primitives, the profile, its lock, the disk, variables and peers; changes nothing and calls nobody. Exit code 9 when a check fails.";
  static override examples = [
    { description: "The default profile", command: "<%= config.bin %> <%= command.id %>" },
    {
      description: "What is wrong with another",
      command: "<%= config.bin %> <%= command.id %> --profile alice --json",
    },
  ];
  static override schema = "doctor/1";

  protected override async work(): Promise<Diagnosis> {
    await this.parse(DoctorCommand);
    const directory = profileFolder(this.settings.profile.value, process.env);
    const checks = await examine({ settings: this.settings, env: process.env, directory });
    const healthy = checks.every(({ status }) => status !== "fail");
    if (!healthy) this.leaveWith(EXIT.negative);
    return { healthy, checks };
  }

  protected override render({ checks }: Diagnosis): Lines {
    const { green, yellow, red, dim } = this.colours;
    const mark = { ok: green("ok  "), warn: yellow("warn"), fail: red("fail") };
    return checks.flatMap(({ name, status, message, hint }) => [
      `${mark[status]}  ${name.padEnd(11)}  ${message}`,
      ...(hint === null ? [] : [dim(`                   ${hint}`)]),
    ]);
  }
}
