/**
 * From arguments to a command, before oclif sees them: global flags may stand before the command, a mistyped word gets
 * a suggestion instead of a question, and asking for help is told apart from forgetting a word.
 */
import { nearest } from "./nearest.ts";

export type Route =
  /** Run the command `id` (`key:sign`) with the arguments after its words. */
  | { readonly type: "run"; readonly id: string; readonly argv: readonly string[] }
  /** Show help of these words; none for the whole program. */
  | { readonly type: "help"; readonly words: readonly string[] }
  /** The words name a group of commands, or nothing was said but flags. */
  | { readonly type: "incomplete"; readonly words: readonly string[] }
  | { readonly type: "unknown"; readonly words: readonly string[]; readonly suggestion: string | undefined };

export interface RouteTable {
  /** Whether there is a command with this id, such as `key:sign`. */
  readonly has: (id: string) => boolean;
  /** All ids; asked for only when there is none of these words. */
  readonly ids: () => readonly string[];
  /** Global flags that stand before a value. */
  readonly valueFlags: ReadonlySet<string>;
}

const HELP = new Set(["--help", "-h"]);

export function routeOf(given: readonly string[], table: RouteTable): Route {
  const argv = moveLeadingFlags(given, table.valueFlags);
  const words = leadingWords(argv);
  if (words[0] === "help") return { type: "help", words: words.slice(1) };
  const id = longestId(words, table.has);
  const length = id === undefined ? 0 : id.split(":").length;
  if (asksForHelp(argv)) return { type: "help", words: id === undefined ? words : words.slice(0, length) };
  if (id !== undefined) return { type: "run", id, argv: argv.slice(length) };
  if (words.length === 0) return given.length === 0 ? { type: "help", words } : { type: "incomplete", words };
  const ids = table.ids();
  const isGroup = ids.some((known) => known.startsWith(`${words.join(":")}:`));
  return isGroup ? { type: "incomplete", words } : { type: "unknown", words, suggestion: suggestion(words, ids) };
}

/** `--json --profile bob send hi` becomes `send hi --json --profile bob`. */
export function moveLeadingFlags(argv: readonly string[], valueFlags: ReadonlySet<string>): readonly string[] {
  let start = 0;
  while (isFlag(argv[start])) start += valueFlags.has(argv[start] ?? "") ? 2 : 1;
  if (argv[start] === undefined || argv[start] === "--") return argv;
  const rest = argv.slice(start);
  const words = leadingWords(rest);
  return [...words, ...argv.slice(0, start), ...rest.slice(words.length)];
}

const isFlag = (word: string | undefined): boolean => word !== undefined && /^-./.test(word) && word !== "--";

function leadingWords(argv: readonly string[]): readonly string[] {
  const end = argv.findIndex((word) => word.startsWith("-"));
  return end === -1 ? argv : argv.slice(0, end);
}

function longestId(words: readonly string[], has: RouteTable["has"]): string | undefined {
  for (let length = words.length; length > 0; length--) {
    const id = words.slice(0, length).join(":");
    if (has(id)) return id;
  }
  return undefined;
}

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return (end === -1 ? argv : argv.slice(0, end)).some((word) => HELP.has(word));
}

/** The known command nearest to the words, trying as many of them as commands have. */
export function suggestion(words: readonly string[], ids: readonly string[]): string | undefined {
  const group = `${words[0]}:`;
  const members = ids.filter((id) => id.startsWith(group));
  const candidates = members.length > 0 ? members : ids;
  for (const length of [2, 1]) {
    const typed = words.slice(0, length).join(":");
    const found = nearest(
      typed,
      candidates.filter((id) => id.split(":").length === length),
    );
    if (found !== undefined) return found.replaceAll(":", " ");
  }
  return undefined;
}
