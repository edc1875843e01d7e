import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { tableLines } from "../../cli/table.ts";
import { DEFAULT_FLEET, FLEETS } from "../../core/devp2p/fleets.ts";

interface FleetSummary {
  readonly name: string;
  readonly isDefault: boolean;
  readonly bootNodes: number;
  readonly staticNodes: number;
  readonly mailservers: number;
  readonly rendezvousNodes: number;
}

interface FleetList {
  readonly fleets: readonly FleetSummary[];
}

export default class FleetListCommand extends BaseCommand<FleetList> {
  static override summary = "list the fleets known by name";
  static override description =
    "The fleets of the release whose protocol this is. Their machines belonged to Status and may no longer answer.";
  static override examples = [
    { description: "All fleets", command: "<%= config.bin %> <%= command.id %>" },
    { description: "Their names, for a script", command: "<%= config.bin %> <%= command.id %> --fields fleets.name" },
  ];
  static override schema = "fleet-list/1";

  protected override async work(): Promise<FleetList> {
    await this.parse(FleetListCommand);
    const fleets = Object.entries(FLEETS).map(([name, fleet]) => ({
      name,
      isDefault: name === DEFAULT_FLEET,
      bootNodes: fleet.bootNodes.length,
      staticNodes: fleet.staticNodes.length,
      mailservers: fleet.mailservers.length,
      rendezvousNodes: fleet.rendezvousNodes.length,
    }));
    return { fleets };
  }

  protected override render({ fleets }: FleetList): Promise<Lines> {
    const count = (title: string, key: "bootNodes" | "staticNodes" | "mailservers" | "rendezvousNodes") => ({
      title,
      align: "right" as const,
      cell: (fleet: FleetSummary) => String(fleet[key]),
    });
    return tableLines<FleetSummary>(
      [
        { title: "FLEET", cell: ({ name, isDefault }) => (isDefault ? `${name} *` : name) },
        count("BOOT", "bootNodes"),
        count("STATIC", "staticNodes"),
        count("MAIL", "mailservers"),
        count("RENDEZVOUS", "rendezvousNodes"),
      ],
      fleets,
    );
  }
}
