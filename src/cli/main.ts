/** From the process to a command and back: the one place that ends the process, and only when all output is out. */
import { UsageError } from "../core/platform/errors.ts";
import { colours } from "./colour.ts";
import { failureOf } from "./failure.ts";
import { VALUE_FLAGS } from "./global-flags.ts";
import { endWithReader, Output } from "./output.ts";
import { installedProgram, type Program } from "./program.ts";

import { modeOf, reportFailure } from "./report.ts";
import { type Route, routeOf } from "./route.ts";

/** The program installed at `root`. */
export const start = (argv: readonly string[], root: string): Promise<void> => main(argv, () => installedProgram(root));

/** Runs `argv` and ends the process. */
export async function main(argv: readonly string[], loadProgram: () => Program | Promise<Program>): Promise<void> {
  endWithReader(process, (code) => process.exit(code));
  const output = new Output(process);
  try {
    const program = await loadProgram();
    await follow(routeOf(argv, { ...program, valueFlags: VALUE_FLAGS }), program, { argv, output });
  } catch (error) {
    const failure = failureOf(error);
    const mode = modeOf(argv, process.env);
    const shades = colours({ mode: "auto", isTerminal: output.stderrIsTerminal, env: process.env });
    await reportFailure(output, { command: "", failure, mode, colours: shades }, Date.now());
    process.exitCode = failure.exit;
  }
  await output.flush();
  process.exit();
}

interface Invocation {
  readonly argv: readonly string[];
  readonly output: Output;
}

async function follow(route: Route, program: Program, invocation: Invocation): Promise<void> {
  switch (route.type) {
    case "run":
      return runCommand(route.id, route.argv, program);
    case "help":
      return showHelp(route.words, program, invocation);
    case "incomplete":
      throw await incomplete(route.words, program);
    case "unknown":
      throw unknownCommand(route.words, route.suggestion);
  }
}

async function runCommand(id: string, argv: readonly string[], program: Program): Promise<void> {
  const Class = await program.load(id);
  await new Class([...argv], program.config).execute();
}

async function showHelp(words: readonly string[], program: Program, { argv, output }: Invocation): Promise<void> {
  const { helpOf, helpText } = await import("./help.ts");
  const config = await program.describe();
  if (modeOf(argv, process.env) === "text") return output.line(await helpText(config, words));
  const result = helpOf(config, words);
  const elapsedMs = Math.round(performance.now());
  return output.json({ ok: true, command: "help", schema: "help/1", result, warnings: [], elapsedMs });
}

async function incomplete(words: readonly string[], program: Program): Promise<UsageError> {
  const { helpOf } = await import("./help.ts");
  const names = helpOf(await program.describe(), words).commands.map(({ command }) => command);
  const next = words.length === 0 ? "no command given" : `${words.join(" ")} needs one more word: ${names.join(", ")}`;
  return new UsageError("USAGE", next, { details: { hint: `See \`${["statusctl", ...words].join(" ")} --help\`.` } });
}

function unknownCommand(words: readonly string[], suggestion: string | undefined): UsageError {
  const hint =
    suggestion === undefined ? "See `statusctl --help` for all commands." : `Did you mean \`statusctl ${suggestion}\`?`;
  const details = { hint, ...(suggestion === undefined ? {} : { suggestion }) };
  return new UsageError("USAGE", `there is no command "${words.slice(0, 2).join(" ")}"`, { details });
}
