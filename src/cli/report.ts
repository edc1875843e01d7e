/** How a run that failed says so: an envelope, a record, or three lines for a person. */
import type { ChalkInstance } from "chalk";
import type { Failure } from "./failure.ts";
import type { Output, OutputMode } from "./output.ts";
import { plainText } from "./terminal-text.ts";

export interface FailureReport {
  /** Words of the command, such as `key sign`; empty when none was found. */
  readonly command: string;
  readonly failure: Failure;
  readonly mode: OutputMode;
  readonly colours: ChalkInstance;
  /** Not a word on stderr. */
  readonly silent?: boolean;
  /** Show the stack of an error nobody foresaw. */
  readonly verbose?: boolean;
}

export async function reportFailure(output: Output, report: FailureReport, now: number): Promise<void> {
  const { command, failure, mode } = report;
  const { code, exit, message, hint, details } = failure;
  const error = { code, exit, message, hint, details };
  if (mode === "json") return output.json({ ok: false, command, error });
  if (mode === "ndjson") {
    await output.record({ type: "error", error }, now);
    return output.record({ type: "end", reason: "error", counts: {} }, now);
  }
  if (report.silent !== true) await output.note(failureLines(report).join("\n"));
}

function failureLines({ command, failure, colours, verbose }: FailureReport): string[] {
  const { code, exit, message, hint, stack } = failure;
  return [
    `${colours.red("error:")} ${plainText(message)}`,
    `  ${hint}`,
    colours.dim(`  ${["statusctl", command].join(" ").trim()}: ${code}, exit code ${exit}`),
    ...(verbose === true && stack !== undefined ? [colours.dim(stack)] : []),
  ];
}

/** Which form of output the arguments ask for; known before they are parsed, since parsing may be what fails. */
export function modeOf(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): OutputMode {
  const end = argv.indexOf("--");
  const flags = end === -1 ? argv : argv.slice(0, end);
  if (flags.includes("--ndjson")) return "ndjson";
  if (flags.includes("--json") || env.STATUSCTL_CONTENT_TYPE?.toLowerCase() === "json") return "json";
  return "text";
}
