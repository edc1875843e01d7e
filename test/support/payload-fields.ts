/** Payload values as recordings write them: names of the .proto tables, integers as text, bytes as hex, defaults left out. */
import { fromHex, toHex } from "../../src/core/bytes/hex.ts";

export type VectorFields = { readonly [name: string]: unknown };

const UINT64 = new Set(["clock", "timestamp", "last_updated"]);
const BYTES = new Set(["events", "payload", "signature"]);

/** A value of ours from recorded fields; what is left out stays undefined. */
export function valuesOf(fields: VectorFields): object {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [camelCase(name), fieldValue(name, value)]));
}

/** Recorded fields from a value of ours. */
export function fieldsOf(value: object): VectorFields {
  const entries = Object.entries(value).map(([name, part]) => [snakeCase(name), fieldOf(part)] as const);
  return Object.fromEntries(entries.filter(([, part]) => !isDefault(part)));
}

export const camelCase = (name: string): string =>
  name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function fieldValue(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => fieldValue(name, item));
  if (UINT64.has(name)) return BigInt(String(value));
  if (BYTES.has(name)) return fromHex(String(value));
  return typeof value === "object" && value !== null ? valuesOf(value as VectorFields) : value;
}

function fieldOf(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(fieldOf);
  if (part instanceof Uint8Array) return toHex(part);
  if (typeof part === "bigint") return String(part);
  return typeof part === "object" && part !== null ? fieldsOf(part) : part;
}

const isDefault = (part: unknown): boolean =>
  part === "" || part === 0 || part === "0" || (Array.isArray(part) && part.length === 0);
