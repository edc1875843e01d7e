import { Args } from "@oclif/core";
import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { nearest } from "../../cli/nearest.ts";
import { DEFAULT_FLEET, FLEETS, type Fleet } from "../../core/devp2p/fleets.ts";
import { UsageError } from "../../core/platform/errors.ts";

interface FleetShown extends Fleet {
  readonly name: string;
}

export default class FleetShowCommand extends BaseCommand<FleetShown> {
  static override summary = "show the nodes of a fleet";
  static override description = "Boot nodes, static relays, mailservers and rendezvous points, as released.";
  static override examples = [
    { description: "The fleet that is used unless told otherwise", command: "<%= config.bin %> <%= command.id %>" },
    {
      description: "The mailservers of the test fleet",
      command: "<%= config.bin %> <%= command.id %> eth.test --fields mailservers",
    },
  ];
  static override args = {
    fleet: Args.string({ ignoreStdin: true, description: "name of the fleet; by default the one in use" }),
  };
  static override schema = "fleet-show/1";

  protected override async work(): Promise<FleetShown> {
    const { args } = await this.parse(FleetShowCommand);
    const name = args.fleet ?? this.settings.fleet.value;
    return { name, ...fleetNamed(name) };
  }

  protected override render(fleet: FleetShown): Lines {
    const section = (title: string, nodes: readonly string[]) => [
      `${title} (${nodes.length})`,
      ...nodes.map((node) => `  ${node}`),
    ];
    return [
      this.colours.bold(fleet.name === DEFAULT_FLEET ? `${fleet.name} (default)` : fleet.name),
      ...section("boot nodes", fleet.bootNodes),
      ...section("static nodes", fleet.staticNodes),
      ...section("mailservers", fleet.mailservers),
      ...section("rendezvous nodes", fleet.rendezvousNodes),
    ];
  }
}

function fleetNamed(name: string): Fleet {
  const fleet = FLEETS[name];
  if (fleet !== undefined) return fleet;
  const names = Object.keys(FLEETS);
  const hint = `Did you mean ${nearest(name, names) ?? names.join(", ")}?`;
  throw new UsageError("NOT_FOUND", `there is no fleet "${name}"`, { details: { hint } });
}
