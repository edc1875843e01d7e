import { Args } from "@oclif/core";
import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { bundleSchema, type JsonSchema, loadSchema } from "../../cli/schemas.ts";

interface SchemaShown {
  readonly name: string;
  /** With everything it refers to. */
  readonly definition: JsonSchema;
}

export default class SchemaShowCommand extends BaseCommand<SchemaShown> {
  static override summary = "print the JSON Schema of a result";
  static override description = "What it refers to stands in its $defs, so that a validator needs nothing else.";
  static override examples = [
    { description: "The shape of the answer of whoami", command: "<%= config.bin %> <%= command.id %> whoami/1" },
    { description: "The envelope around every error", command: "<%= config.bin %> <%= command.id %> failure" },
  ];
  static override args = {
    name: Args.string({
      required: true,
      ignoreStdin: true,
      description: "name, such as send/1; without version the newest",
    }),
  };
  static override schema = "schema-show/1";

  protected override async work(): Promise<SchemaShown> {
    const { args } = await this.parse(SchemaShowCommand);
    const { root } = this.config;
    const schema = loadSchema(root, args.name);
    const [, name = "", version = ""] = /^urn:statusctl:(.+):(\d+)$/.exec(schema.$id) ?? [];
    return { name: `${name}/${version}`, definition: bundleSchema(root, schema) };
  }

  protected override render({ definition }: SchemaShown): Lines {
    return [JSON.stringify(definition, null, 2)];
  }
}
