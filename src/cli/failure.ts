/** Any thrown value as what the user is told: one code, one exit code, one message, one hint. */
import { stripVTControlCharacters } from "node:util";
import { EnvironmentError, type ErrorDetails, RemoteError, UsageError } from "../core/platform/errors.ts";
import { type ExitCode, INTERNAL, INTERRUPTED, VERDICTS, type Verdict } from "./exit-codes.ts";
import { nearest } from "./nearest.ts";

export interface Failure {
  readonly code: string;
  readonly exit: ExitCode;
  readonly message: string;
  readonly hint: string;
  readonly details: ErrorDetails;
  /** The stack of an error nobody foresaw; for `-vv`, never for a script. */
  readonly stack?: string;
}

/** What a parse error of oclif carries, as far as it is needed. */
interface ParseError extends Error {
  readonly oclif: object;
  /** Flags that do not exist. */
  readonly flags?: readonly string[];
}

/** `flagNames`: the long flags of the command, to say which one was meant. */
export function failureOf(error: unknown, flagNames: readonly string[] = []): Failure {
  if (error instanceof RemoteError || error instanceof UsageError || error instanceof EnvironmentError) {
    return failure(VERDICTS[error.code], tidy(error.message), error.details);
  }
  if (isParseError(error)) return usageFailure(error, flagNames);
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {};
  return { ...failure(INTERNAL, message, {}), ...stack };
}

/** What a run says that a signal ended before it had a result: `cause` is what it was left with. */
export function interruptedFailure({ code, message }: Failure, exit: ExitCode): Failure {
  const text = code === INTERNAL.code ? "stopped by a signal" : `stopped by a signal: ${message}`;
  return failure({ ...INTERRUPTED, exit }, text, {});
}

function failure(verdict: Verdict, message: string, details: ErrorDetails): Failure {
  const { code, exit, advice } = verdict;
  const { hint, ...rest } = details;
  return { code, exit, message, hint: typeof hint === "string" ? hint : advice, details: rest };
}

function isParseError(error: unknown): error is ParseError {
  return error instanceof Error && "oclif" in error;
}

function usageFailure(error: ParseError, flagNames: readonly string[]): Failure {
  const unknown = error.flags?.[0]?.replace(/=.*/s, ""); // the value may be a secret
  if (unknown === undefined) return failure(VERDICTS.USAGE, tidy(error.message), {});
  const meant = nearest(unknown.replace(/^-+/, ""), flagNames);
  const suggestion = meant === undefined ? {} : { suggestion: `--${meant}`, hint: `Did you mean --${meant}?` };
  return failure(VERDICTS.USAGE, `unknown flag ${unknown}`, { flag: unknown, ...suggestion });
}

/** oclif wraps what a flag's parser throws in three lines, and colours some; one plain line reads better. */
function tidy(message: string): string {
  return stripVTControlCharacters(message)
    .replace(/^Parsing (--\S+) \n\t/, "$1: ")
    .replace(/\nSee more help with --help$/, "")
    .replace(/\n\s*/g, " ")
    .trim();
}
