/** Reading documents against their schemas: what does not fit is damage, named by document and field. */
import * as v from "valibot";
import { fromHex, type Hex } from "../bytes/hex.ts";
import { EnvironmentError } from "../platform/errors.ts";
import type { Json } from "./store.ts";

/** Canonical hex of exactly `length` bytes, or of any number; `Branded` when the text names something. */
export const hex = <Branded extends Hex = Hex>(length?: number) =>
  v.custom<Branded>(
    (input) =>
      typeof input === "string" &&
      /^0x([0-9a-f]{2})*$/.test(input) &&
      (length === undefined || input.length === 2 + 2 * length),
    "expected hex",
  );

/** Bytes, which documents hold as hex. */
export const bytes = (length?: number) =>
  v.pipe(
    hex(length),
    v.transform((text) => fromHex(text)),
  );

/** Milliseconds since the epoch. */
export const millis = v.pipe(v.number(), v.finite(), v.minValue(0));

/**
 * `json` as `schema` describes it. Throws `EnvironmentError` DAMAGED with the document and the field; values are never
 * quoted, for they may be secret.
 */
export function parseDocument<const Schema extends v.GenericSchema>(
  schema: Schema,
  document: string,
  json: Json,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  const field = v.getDotPath(result.issues[0]) ?? "the whole";
  throw new EnvironmentError("DAMAGED", `the profile's document ${document} does not read: ${field}`, {
    details: { document, field },
  });
}
