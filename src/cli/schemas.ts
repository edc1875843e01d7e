/** The JSON Schemas of all results, as shipped in `schemas/`: `whoami/1` lies in `whoami-1.json`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../core/platform/errors.ts";
import { nearest } from "./nearest.ts";

export interface JsonSchema {
  readonly $id: string;
  readonly title: string;
  readonly [keyword: string]: unknown;
}

const folderOf = (root: string): string => join(root, "schemas");

/** Names such as `whoami/1`, sorted. */
export function schemaNames(root: string): string[] {
  const files = readdirSync(folderOf(root)).filter((file) => file.endsWith(".json"));
  return files.map((file) => file.replace(/-(\d+)\.json$/, "/$1")).sort();
}

/** The schema `name`; a name without version means the newest. Throws `UsageError` NOT_FOUND. */
export function loadSchema(root: string, name: string): JsonSchema {
  const names = schemaNames(root);
  const found = names.includes(name) ? name : names.findLast((known) => known.startsWith(`${name}/`));
  if (found !== undefined) return read(root, found);
  const meant = nearest(name, names);
  const hint = meant === undefined ? "See `statusctl schema list`." : `Did you mean ${meant}?`;
  throw new UsageError("NOT_FOUND", `there is no schema "${name}"`, { details: { hint } });
}

/** The schema with all it refers to in `$defs`, so that it stands alone. */
export function bundleSchema(root: string, schema: JsonSchema): JsonSchema {
  const others = referredBy(root, schema, new Map([[schema.$id, schema]]));
  others.delete(schema.$id);
  if (others.size === 0) return schema;
  const own = typeof schema.$defs === "object" ? schema.$defs : {};
  return { ...schema, $defs: { ...own, ...Object.fromEntries(others) } };
}

function referredBy(root: string, schema: JsonSchema, known: Map<string, JsonSchema>): Map<string, JsonSchema> {
  for (const [, id = "", name = ""] of JSON.stringify(schema).matchAll(/"\$ref":"(urn:statusctl:([a-z-]+:\d+))/g)) {
    if (known.has(id)) continue;
    const other = read(root, name.replace(":", "/"));
    known.set(id, other);
    referredBy(root, other, known);
  }
  return known;
}

const read = (root: string, name: string): JsonSchema =>
  JSON.parse(readFileSync(join(folderOf(root), `${name.replace("/", "-")}.json`), "utf8"));
