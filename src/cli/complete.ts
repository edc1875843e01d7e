/**
 * What could stand at the cursor: `statusctl __complete WORD... CURRENT`, asked by shells at every tab, so it reads the
 * manifest and loads no command. One candidate per line, a tab, what it is; `:files` leaves it to the shell.
 */
import { readFileSync } from "node:fs";
import { completionValues, type ValueKind } from "./completion-values.ts";

export interface Candidate {
  readonly word: string;
  readonly about: string;
}

/** The part of oclif.manifest.json that is needed. */
export interface Manifest {
  readonly commands: Readonly<Record<string, ManifestCommand>>;
}

interface ManifestCommand {
  readonly summary?: string;
  readonly flags: Readonly<Record<string, ManifestFlag>>;
  readonly args: Readonly<Record<string, { readonly options?: readonly string[]; readonly multiple?: boolean }>>;
}

interface ManifestFlag {
  readonly type: "boolean" | "option";
  readonly char?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly options?: readonly string[];
  readonly multiple?: boolean;
}

/** Values that are known only on this machine. */
export type ValueSource = (kind: ValueKind) => Promise<readonly Candidate[]>;

/** The candidate that hands over to the shell. */
const FILES: Candidate = { word: ":files", about: "" };

/** Prints the candidates for the last of `words`. */
export async function complete(words: readonly string[], root: string): Promise<void> {
  const manifest: Manifest = JSON.parse(readFileSync(`${root}/oclif.manifest.json`, "utf8"));
  const candidates = await candidatesFor(words, manifest, completionValues(root, words));
  process.stdout.write(
    candidates.map(({ word, about }) => `${word}\t${about}\n`.replace(/^:files\t/, ":files")).join(""),
  );
}

export async function candidatesFor(
  words: readonly string[],
  manifest: Manifest,
  values: ValueSource,
): Promise<readonly Candidate[]> {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? "";
  const position = positionOf(before, manifest);
  const all = await candidatesAt(position, current, { manifest, values });
  return all.filter(({ word }) => word === FILES.word || word.startsWith(current));
}

interface Position {
  /** Words that are neither flags nor their values. */
  readonly words: readonly string[];
  readonly id: string | undefined;
  readonly command: ManifestCommand | undefined;
  /** The flag whose value stands at the cursor. */
  readonly flag: string | undefined;
  readonly given: ReadonlySet<string>;
}

function positionOf(before: readonly string[], manifest: Manifest): Position {
  const words: string[] = [];
  const given = new Set<string>();
  let flag: string | undefined;
  for (const word of before) {
    if (flag !== undefined) flag = undefined;
    else if (word.startsWith("-") && word !== "-") {
      given.add(word);
      flag = takesValue(word, manifest) ? word.replace(/^-+/, "") : undefined;
    } else words.push(word);
  }
  const id = idOf(words, manifest);
  return { words, id, command: id === undefined ? undefined : manifest.commands[id], flag, given };
}

interface Knowledge {
  readonly manifest: Manifest;
  readonly values: ValueSource;
}

async function candidatesAt(
  position: Position,
  current: string,
  { manifest, values }: Knowledge,
): Promise<readonly Candidate[]> {
  const { command, flag, words, id } = position;
  if (flag !== undefined) return flagValues(flag, flagsOf(command, manifest)[flag], values);
  if (current.startsWith("-")) return flagNames(position, flagsOf(command, manifest));
  if (command === undefined) return nextWords(words, manifest);
  const taken = words.length - (id ?? "").split(":").length;
  return argumentValues(command, taken, { id: id ?? "", values });
}

/** Before there is a command, the global flags: those that any command has. */
const flagsOf = (
  command: ManifestCommand | undefined,
  { commands }: Manifest,
): Readonly<Record<string, ManifestFlag>> => (command ?? Object.values(commands)[0])?.flags ?? {};

function takesValue(word: string, { commands }: Manifest): boolean {
  if (word.includes("=")) return false;
  const name = word.replace(/^-+/, "");
  const flags = Object.values(commands).map(({ flags }) => flags[name]);
  return word.startsWith("--") && flags.some((flag) => flag?.type === "option");
}

function idOf(words: readonly string[], { commands }: Manifest): string | undefined {
  const ids = words.map((_, index) => words.slice(0, index + 1).join(":")).reverse();
  return ids.find((id) => commands[id] !== undefined);
}

function nextWords(words: readonly string[], { commands }: Manifest): readonly Candidate[] {
  const prefix = words.map((word) => `${word}:`).join("");
  const found = new Map<string, string>();
  for (const [id, { summary = "" }] of Object.entries(commands)) {
    if (!id.startsWith(prefix)) continue;
    const [word = "", ...deeper] = id.slice(prefix.length).split(":");
    if (!found.has(word)) found.set(word, deeper.length === 0 ? summary : `${word} ...`);
  }
  return [...found].map(([word, about]) => ({ word, about }));
}

function flagNames({ given }: Position, flags: Readonly<Record<string, ManifestFlag>>): readonly Candidate[] {
  return Object.entries(flags)
    .filter(([name, flag]) => flag.multiple === true || !given.has(`--${name}`))
    .map(([name, flag]) => ({ word: `--${name}`, about: flag.summary ?? flag.description ?? "" }));
}

/** What stands behind a flag, by its name: names mean the same in all commands. */
const FLAG_KINDS: Readonly<Record<string, ValueKind>> = {
  profile: "profiles",
  fleet: "fleets",
  peer: "peers",
  mailserver: "peers",
  compare: "peers",
  chat: "chats",
  to: "contacts",
  contact: "contacts",
  from: "contacts",
};

async function flagValues(
  name: string,
  flag: ManifestFlag | undefined,
  values: ValueSource,
): Promise<readonly Candidate[]> {
  if (flag?.options !== undefined) return flag.options.map((word) => ({ word, about: "" }));
  const kind = FLAG_KINDS[name];
  if (kind !== undefined) return values(kind);
  return /(^|-)(file|files|dir|nodes|archive|trace|map|output|wordlist|identicon)$/.test(name) ? [FILES] : [];
}

/** What an argument names, by the command; others name nothing that could be listed, or a file. */
const ARGUMENT_KINDS: Readonly<Record<string, ValueKind>> = {
  "schema:show": "schemas",
  "fleet:show": "fleets",
  explain: "codes",
  connect: "peers",
  "peer:remove": "peers",
  "ratchet-inspect": "contacts",
  "contact:show": "contacts",
  "contact:block": "contacts",
  "contact:remove": "contacts",
  "chat:leave": "chats",
};

async function argumentValues(
  { args }: ManifestCommand,
  taken: number,
  { id, values }: { readonly id: string; readonly values: ValueSource },
): Promise<readonly Candidate[]> {
  const entries = Object.values(args);
  const arg = entries[taken] ?? entries.findLast(({ multiple }) => multiple === true);
  if (arg === undefined) return [];
  if (arg.options !== undefined) return arg.options.map((word) => ({ word, about: "" }));
  const kind = ARGUMENT_KINDS[id];
  return kind === undefined ? [FILES] : values(kind);
}
