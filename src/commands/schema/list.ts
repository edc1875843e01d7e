import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { loadSchema, schemaNames } from "../../cli/schemas.ts";
import { tableLines } from "../../cli/table.ts";

interface SchemaList {
  readonly schemas: readonly { readonly name: string; readonly title: string }[];
}

export default class SchemaListCommand extends BaseCommand<SchemaList> {
  static override summary = "list the shapes of all results";
  static override description =
    "Each is a JSON Schema (2020-12). The field `schema` of an answer to --json names its shape.";
  static override examples = [
    { description: "All shapes", command: "<%= config.bin %> <%= command.id %>" },
    { description: "Their names alone", command: "<%= config.bin %> <%= command.id %> --fields schemas.name" },
  ];
  static override schema = "schema-list/1";

  protected override async work(): Promise<SchemaList> {
    await this.parse(SchemaListCommand);
    const { root } = this.config;
    return { schemas: schemaNames(root).map((name) => ({ name, title: loadSchema(root, name).title })) };
  }

  protected override render({ schemas }: SchemaList): Promise<Lines> {
    return tableLines(
      [
        { title: "SCHEMA", cell: ({ name }) => name },
        { title: "OF", cell: ({ title }) => title },
      ],
      schemas,
    );
  }
}
