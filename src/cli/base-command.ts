/**
 * What all commands have in common. A command says what it does (`work`) and how its result looks to a person
 * (`render`); everything else is here: global flags, settings, the JSON envelope, warnings, errors and exit codes.
 *
 * Not concerned with protocols.
 */
import { Command, type Interfaces } from "@oclif/core";
import type { ChalkInstance } from "chalk";
import { UsageError } from "../core/platform/errors.ts";
import type { Millis } from "../core/platform/time.ts";
import { type ColourMode, colours } from "./colour.ts";
import type { ExitCode } from "./exit-codes.ts";
import { failureOf, interruptedFailure } from "./failure.ts";
import { fieldLines, selectFields, unknownFields } from "./fields.ts";
import { GLOBAL_FLAGS } from "./global-flags.ts";
import { Output, type OutputMode } from "./output.ts";
import { runSteps, type Step } from "./progress.ts";
import { modeOf, reportFailure } from "./report.ts";
import { resolveSettings, type Settings } from "./settings.ts";
import { Interruption } from "./signals.ts";
import type { InputSource } from "./stdin.ts";

/** Something the user should know that did not stop the command. */
export interface Warning {
  readonly code: `W_${string}`;
  readonly message: string;
}

export type Lines = readonly string[];
type AnyFlags = Interfaces.OutputFlags<Interfaces.FlagInput>;
type AnyArgs = Interfaces.OutputArgs<Interfaces.ArgInput>;

export abstract class BaseCommand<Result extends object = object> extends Command {
  static override enableJsonFlag = true;
  static override baseFlags: Interfaces.FlagInput = GLOBAL_FLAGS;
  /** Name of the result's JSON Schema, such as `whoami/1`; stands in the envelope and in the manifest. */
  static schema = "";

  protected readonly output = new Output(process);
  protected readonly mode: OutputMode = modeOf(this.argv, process.env);
  readonly #warnings: Warning[] = []; // BOUNDED BY what one run warns of
  #settings: Settings | undefined;
  #fields: readonly string[] = [];
  /** The flags that stood on the command line, as often as they did. */
  #given: readonly string[] = [];
  #passphraseFd: number | undefined;
  #passphrase: Promise<string | undefined> | undefined;
  #interruption: Interruption | undefined;
  #exitCode: ExitCode = 0;

  /** Does what the command is for. Parses its flags first: `await this.parse(TheCommand)`. */
  protected abstract work(): Promise<Result>;

  /** The result as lines for a person; none when the work has shown it already. */
  protected abstract render(result: Result): Lines | Promise<Lines>;

  /** Runs the command from its arguments to its exit code; never rejects. */
  async execute(): Promise<void> {
    try {
      await this.run();
    } catch (error) {
      await this.catch(error instanceof Error ? error : new Error(String(error)));
    }
    await this.finally();
  }

  override async run(): Promise<void> {
    const result = await this.work();
    await this.present(result);
    process.exitCode = this.#interruption?.exitCode ?? this.#exitCode;
  }

  override async catch(error: Error): Promise<void> {
    const { command, mode } = this;
    const interrupted = this.#interruption?.exitCode;
    const cause = failureOf(error, this.#flagNames());
    const failure = interrupted === undefined ? cause : interruptedFailure(cause, interrupted);
    const silent = this.quiet > 1;
    const report = { command, mode, failure, silent, verbose: this.verbose > 1, colours: this.errorColours };
    await reportFailure(this.output, report, this.now());
    process.exitCode = failure.exit;
  }

  override async finally(): Promise<void> {
    this.#interruption?.release();
    await this.output.flush();
  }

  /** Parses flags and arguments, and settles what holds for this run. */
  protected override async parse<F extends AnyFlags, B extends AnyFlags, A extends AnyArgs>(
    options?: Interfaces.Input<F, B, A>,
    argv?: string[],
  ): Promise<Interfaces.ParserOutput<F, B, A>> {
    const parsed = await super.parse<F, B, A>(options, argv);
    this.#given = parsed.raw.flatMap((token) => (token.type === "flag" ? [token.flag] : []));
    this.#fields = parsed.flags.fields ?? [];
    this.#passphraseFd = parsed.flags["passphrase-fd"];
    const warn = (message: string) => this.caution("W_CONFIG", message);
    this.#settings = resolveSettings({ flags: parsed.flags, given: new Set(this.#given), env: process.env, warn });
    return parsed;
  }

  /** The command's words, such as `key sign`. */
  protected get command(): string {
    return (this.id ?? "").replaceAll(":", " ");
  }

  /** What holds for this run; known once flags are parsed. */
  protected get settings(): Settings {
    if (this.#settings === undefined) throw new Error("the command has not parsed its flags");
    return this.#settings;
  }

  /** 0, 1 (`-v`), 2 (`-vv`), 3 (`-vvv`). */
  protected get verbose(): number {
    return this.#times("verbose");
  }

  /** 0, 1 (`-q`: results and errors), 2 (`-qq`: results). */
  protected get quiet(): number {
    return this.#times("quiet");
  }

  /** Whether a person is there to be asked. */
  protected get mayAsk(): boolean {
    const forbidden = this.mode !== "text" || this.#times("no-input") > 0;
    return !forbidden && process.stdin.isTTY === true && this.output.stderrIsTerminal;
  }

  /** Where named input is read from. */
  protected get input(): InputSource {
    return { stdin: process.stdin, hint: (text) => this.note(text) };
  }

  /** A secret from a file or descriptor, or asked for at the terminal; undefined when it cannot be had. */
  protected async secret(what: string, source: { file: string | null; fd?: number }): Promise<string | undefined> {
    const { askSecret, readSecret } = await import("./secrets.ts");
    const ask = this.mayAsk ? askSecret : undefined;
    const warn = (message: string) => this.caution("W_PERMISSIONS", message);
    return readSecret(what, { file: source.file, fd: source.fd, input: this.input, ask, warn });
  }

  /** The passphrase of the profile, from wherever the user said it is; asked for once, and only when it is needed. */
  protected readonly passphrase = (): Promise<string | undefined> => {
    this.#passphrase ??= this.#findPassphrase();
    return this.#passphrase;
  };

  /** Colours for what goes to stdout. */
  protected get colours(): ChalkInstance {
    return colours({ mode: this.#colourMode, isTerminal: this.output.stdoutIsTerminal, env: process.env });
  }

  /** Colours for what goes to stderr. */
  protected get errorColours(): ChalkInstance {
    return colours({ mode: this.#colourMode, isTerminal: this.output.stderrIsTerminal, env: process.env });
  }

  /** Aborted by the first SIGINT or SIGTERM. Asking for it makes the command one that ends in order. */
  protected get stopped(): AbortSignal {
    this.#interruption ??= new Interruption(process, {
      stopping: (signal) => this.note(`${signal}: stopping; once more to stop at once`),
      exit: (code) => process.exit(code),
    });
    return this.#interruption.signal;
  }

  protected now(): Millis {
    return Date.now();
  }

  /** A word to the person at the terminal; none with `-q` or for a script. */
  protected note(text: string): void {
    if (this.quiet === 0 && this.mode === "text") void this.output.note(text);
  }

  /** Something to beware of: on stderr, or in `warnings` of the envelope. */
  protected caution(code: Warning["code"], message: string): void {
    this.#warnings.push({ code, message });
    if (this.mode !== "json" && this.quiet < 2)
      void this.output.note(`${this.errorColours.yellow("warning:")} ${message}`);
  }

  /** oclif's own asks for the whole configuration, which is not loaded to run a command. */
  override jsonEnabled(): boolean {
    return this.mode === "json";
  }

  override warn(input: Error | string): Error | string {
    this.caution("W_COMMAND", typeof input === "string" ? input : input.message);
    return input;
  }

  /** The command has a result, but its exit code shall be this one. */
  protected leaveWith(code: ExitCode): void {
    this.#exitCode = code;
  }

  /** Runs the steps, showing them on stderr. */
  protected steps(steps: readonly Step[]): Promise<void> {
    const shown = this.mode === "text" && this.quiet === 0;
    const style = shown ? (this.output.stderrIsTerminal ? "live" : "lines") : "silent";
    return runSteps(steps, { style, stderr: process.stderr, colours: this.errorColours });
  }

  /** The fields asked for with `--fields`; all when empty. */
  protected get fields(): readonly string[] {
    return this.#fields;
  }

  /** The result in the form that was asked for; streams of NDJSON have written theirs already. */
  protected async present(result: Result): Promise<void> {
    if (this.mode === "ndjson") return;
    const [unknown] = unknownFields(result, this.#fields);
    if (unknown !== undefined) throw noSuchField(unknown, result);
    if (this.mode === "json") return this.output.json(this.#envelope(result));
    const lines = this.#fields.length > 0 ? fieldLines(result, this.#fields) : await this.render(result);
    for (const line of lines) await this.output.line(line);
  }

  #envelope(result: Result): object {
    const { schema } = this.constructor as typeof BaseCommand;
    return {
      ok: true,
      command: this.command,
      schema,
      result: this.#fields.length > 0 ? selectFields(result, this.#fields) : result,
      warnings: this.#warnings,
      elapsedMs: Math.round(performance.now()),
    };
  }

  async #findPassphrase(): Promise<string | undefined> {
    const { credentialFile } = await import("./secrets.ts");
    const file = this.settings.passphraseFile.value ?? credentialFile(process.env);
    return this.secret("passphrase", this.#passphraseFd === undefined ? { file } : { file, fd: this.#passphraseFd });
  }

  get #colourMode(): ColourMode {
    return this.#settings?.color.value ?? "auto";
  }

  #times(flag: string): number {
    return this.#given.filter((given) => given === flag).length;
  }

  #flagNames(): string[] {
    const { flags = {}, baseFlags = {} } = this.constructor as typeof BaseCommand;
    return ["json", ...Object.keys(flags), ...Object.keys(baseFlags)];
  }
}

function noSuchField(field: string, result: object): UsageError {
  return new UsageError("USAGE", `--fields: the result has no "${field}"; it has ${Object.keys(result).join(", ")}`);
}
