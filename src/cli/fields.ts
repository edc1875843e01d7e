/** `--fields a,b.c`: parts of a result, by name, deeper with dots; lists are entered member by member. */

import { plainLine } from "./terminal-text.ts";

/** `value` with the named fields only, in its own shape. Names that lead nowhere add nothing. */
export function selectFields(value: unknown, fields: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((member) => selectFields(member, fields));
  if (!isRecord(value)) return value;
  const selected: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (fields.includes(key)) selected[key] = member;
    else {
      const deeper = fields.filter((field) => field.startsWith(`${key}.`)).map((field) => field.slice(key.length + 1));
      if (deeper.length > 0) selected[key] = selectFields(member, deeper);
    }
  }
  return selected;
}

/**
 * The fields for a shell: their values with tabs between, a line per member of the first list met. Values are plain text,
 * or a stranger's could move the cursor or begin a line.
 */
export function fieldLines(value: unknown, fields: readonly string[]): string[] {
  const rows = rowsOf(value, fields);
  return rows.map((row) => fields.map((field) => cellOf(follow(row, field.split(".")))).join("\t"));
}

/** The fields none of which the result has. */
export function unknownFields(value: unknown, fields: readonly string[]): string[] {
  const rows = rowsOf(value, fields);
  return fields.filter((field) => rows.length > 0 && rows.every((row) => follow(row, field.split(".")) === undefined));
}

/** When all fields begin with the name of one list, its members are the rows. */
function rowsOf(value: unknown, fields: readonly string[]): unknown[] {
  const [head] = fields[0]?.split(".") ?? [];
  const list = isRecord(value) && head !== undefined ? value[head] : undefined;
  const entered = Array.isArray(list) && fields.every((field) => field.startsWith(`${head}.`));
  return entered ? list.map((member) => ({ [head ?? ""]: member })) : [value];
}

function follow(value: unknown, path: readonly string[]): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return value;
  return isRecord(value) ? follow(value[head], rest) : undefined;
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return plainLine(typeof value === "object" ? JSON.stringify(value) : String(value));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
