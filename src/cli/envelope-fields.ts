/** The fields of an envelope as JSON: of their own, as a record of a stream, or in the answer of `envelope decode --json`. */
import { UsageError } from "../core/platform/errors.ts";

export interface GivenFields {
  readonly topic?: string;
  readonly data?: string;
  readonly ttl?: number;
  readonly expiry?: number;
  readonly nonce?: string;
}

/** Throws `UsageError` for what is no such object; fields that are missing are left out. */
export function parseEnvelopeFields(text: string): GivenFields {
  const value = fieldsIn(parseJson(text));
  return {
    ...stringField(value, "topic"),
    ...stringField(value, "data"),
    ...numberField(value, "ttl"),
    ...numberField(value, "expiry"),
    ...(typeof value.nonce === "number" || typeof value.nonce === "string" ? { nonce: String(value.nonce) } : {}),
  };
}

type JsonObject = Readonly<Record<string, unknown>>;

function parseJson(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // told below
  }
  throw new UsageError("USAGE", "fields: expected a JSON object");
}

function fieldsIn(value: JsonObject): JsonObject {
  if (!isObject(value.result)) return value;
  const { envelopes } = value.result;
  const [first, second] = Array.isArray(envelopes) ? envelopes : [];
  if (!isObject(first) || second !== undefined) throw new UsageError("USAGE", "fields: expected those of one envelope");
  return first;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const stringField = <Name extends "topic" | "data">(value: JsonObject, name: Name): Partial<Record<Name, string>> => {
  const member = value[name];
  const found: Partial<Record<Name, string>> = {};
  if (typeof member === "string") found[name] = member;
  return found;
};

function numberField<Name extends "ttl" | "expiry">(value: JsonObject, name: Name): Partial<Record<Name, number>> {
  const member = value[name];
  if (member === undefined) return {};
  if (typeof member !== "number" || !Number.isInteger(member) || member < 0 || member > 0xffff_ffff) {
    throw new UsageError("USAGE", `fields: ${name}: expected a whole number of 32 bits`);
  }
  const found: Partial<Record<Name, number>> = {};
  found[name] = member;
  return found;
}
