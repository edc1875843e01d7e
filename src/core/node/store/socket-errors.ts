/** Errors on their way from the holder of a profile to who asked it. */
import * as v from "valibot";
import {
  type EnvironmentCode,
  EnvironmentError,
  type ErrorDetails,
  type RemoteCode,
  RemoteError,
  type UsageCode,
  UsageError,
} from "../../platform/errors.ts";

export const errorSchema = v.object({
  kind: v.picklist(["usage", "environment", "remote", "internal"]),
  code: v.string(),
  message: v.string(),
  details: v.record(v.string(), v.union([v.string(), v.number(), v.boolean(), v.null()])),
});
export type WireError = v.InferOutput<typeof errorSchema>;

/** The error as the other process may know it; of a bug of ours, the message. */
export function encodeError(error: unknown): WireError {
  if (error instanceof UsageError) return { kind: "usage", ...factsOf(error) };
  if (error instanceof EnvironmentError) return { kind: "environment", ...factsOf(error) };
  if (error instanceof RemoteError) return { kind: "remote", ...factsOf(error) };
  return { kind: "internal", code: "", message: error instanceof Error ? error.message : String(error), details: {} };
}

/** The error as it was thrown there. The other side is this program too, so its codes are ours. */
export function decodeError({ kind, code, message, details }: WireError): Error {
  switch (kind) {
    case "usage":
      return new UsageError(code as UsageCode, message, { details });
    case "environment":
      return new EnvironmentError(code as EnvironmentCode, message, { details });
    case "remote":
      return new RemoteError(code as RemoteCode, message, { details });
    case "internal":
      return new Error(message);
    default:
      return kind satisfies never;
  }
}

function factsOf({ code, message, details }: { code: string; message: string; details: ErrorDetails }) {
  return { code, message, details: { ...details } };
}
