import { join } from "node:path";
import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { nodeSettings } from "../../cli/fleet-settings.ts";
import { pathsOf, profileFolder } from "../../cli/paths.ts";
import type { Origin, Setting } from "../../cli/settings.ts";
import { tableLines } from "../../cli/table.ts";

interface SettingShown {
  readonly key: string;
  readonly value: string | number | boolean | readonly string[] | null;
  readonly origin: Origin;
  /** The flag, variable, file or fleet that said it. */
  readonly from: string | null;
}

interface ConfigShown {
  readonly settings: readonly SettingShown[];
  readonly paths: {
    readonly userConfig: string;
    readonly profileConfig: string;
    readonly profile: string;
    readonly cache: string;
  };
}

export default class ConfigShowCommand extends BaseCommand<ConfigShown> {
  static override summary = "what holds for this run, and who said so";
  static override description =
    "A flag beats a variable, a variable the profile's config.json, that the user's config.json, that the fleet, that the default. null leaves the choice to the command.";
  static override examples = [
    { description: "Everything", command: "<%= config.bin %> <%= command.id %>" },
    { description: "What a flag would change", command: "<%= config.bin %> <%= command.id %> --fleet eth.test" },
    { description: "Where files lie", command: "<%= config.bin %> <%= command.id %> --fields paths --json" },
  ];
  static override schema = "config-show/1";

  protected override async work(): Promise<ConfigShown> {
    await this.parse(ConfigShowCommand);
    const all: Readonly<Record<string, Setting<SettingShown["value"]>>> = {
      ...this.settings,
      ...nodeSettings(this.settings),
    };
    const settings = Object.entries(all).map(([key, { value, origin, from }]) => ({ key, value, origin, from }));
    const { config, cache } = pathsOf(process.env);
    const profile = profileFolder(this.settings.profile.value, process.env);
    const userConfig = join(config, "config.json");
    return { settings, paths: { userConfig, profileConfig: join(profile, "config.json"), profile, cache } };
  }

  protected override async render({ settings, paths }: ConfigShown): Promise<Lines> {
    const table = await tableLines<SettingShown>(
      [
        { title: "SETTING", cell: ({ key }) => key },
        { title: "ORIGIN", cell: ({ origin }) => origin },
        { title: "FROM", cell: ({ from }) => from ?? "-" },
        { title: "VALUE", cell: ({ value }) => shown(value) },
      ],
      settings,
    );
    return [...table, "", ...Object.entries(paths).map(([name, path]) => `${name.padEnd(13)}  ${path}`)];
  }
}

function shown(value: SettingShown["value"]): string {
  if (value === null) return "-";
  return Array.isArray(value) ? `${value.length} nodes` : String(value);
}
