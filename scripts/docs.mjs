/**
 * The command reference, docs/commands.md, from the manifest and the help topics of the built program.
 *
 * `node scripts/docs.mjs` writes it; the check compares.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./manifest.mjs";

export const REFERENCE = join(root, "docs", "commands.md");

const TOPICS = ["flags", "exit-codes", "environment", "json", "profiles", "privacy", "fleets"];

/** The text that docs/commands.md should have. */
export function referenceText() {
  const { commands } = JSON.parse(readFileSync(join(root, "oclif.manifest.json"), "utf8"));
  const entries = Object.entries(commands).filter(([, { hidden }]) => !hidden);
  return [
    "# Commands",
    "Made from the program by `node scripts/docs.mjs`; not edited by hand. Flags that every command takes stand at the end.",
    entries.map(([id, { summary }]) => `- [${wordsOf(id)}](#${anchorOf(id)}): ${summary}`).join("\n"),
    ...entries.map(([id, command]) => commandText(id, command)),
    ...TOPICS.map(topicText),
  ]
    .join("\n\n")
    .concat("\n");
}

function commandText(id, { summary, description, args, flags, examples, schema }) {
  const own = Object.values(flags).filter(({ helpGroup, name }) => helpGroup !== "GLOBAL" && name !== "json");
  const usage = [wordsOf(id), ...Object.values(args).map(argumentUsage), ...(own.length > 0 ? ["[FLAGS]"] : [])].join(
    " ",
  );
  return [
    `## ${wordsOf(id)}`,
    `${capitalized(summary)}.`,
    `\`\`\`\nstatusctl ${usage}\n\`\`\``,
    description.replaceAll("\n", " "),
    ...list(Object.values(args), (arg) => `- \`${arg.name.toUpperCase()}\`: ${arg.description}${optionsOf(arg)}`),
    ...list(own, flagText),
    `\`\`\`sh\n${examples.map((example) => exampleText(id, example)).join("\n\n")}\n\`\`\``,
    `Result: \`statusctl schema show ${schema}\`.`,
  ].join("\n\n");
}

function flagText(flag) {
  const char = flag.char ? `-${flag.char}, ` : "";
  const value = flag.type === "option" ? ` ${flag.helpValue ?? (flag.options ? flag.options.join("|") : "VALUE")}` : "";
  const notes = [
    flag.required && "required",
    flag.multiple && "repeatable",
    flag.default !== undefined && `default ${flag.default}`,
  ];
  const shown = notes.filter(Boolean);
  return `- \`${char}--${flag.name}${value}\`: ${flag.summary ?? flag.description}${shown.length > 0 ? ` (${shown.join(", ")})` : ""}`;
}

function topicText(name) {
  const text = execFileSync(process.execPath, [join(root, "bin/run.js"), "help", name], { encoding: "utf8" });
  const [summary, ...lines] = text.trimEnd().split("\n");
  return [`## help ${name}`, `${capitalized(summary)}.`, `\`\`\`\n${lines.join("\n").trim()}\n\`\`\``].join("\n\n");
}

const wordsOf = (id) => id.replaceAll(":", " ");
const anchorOf = (id) => id.replaceAll(":", "-");
const capitalized = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const list = (items, line) => (items.length > 0 ? [items.map(line).join("\n")] : []);
const optionsOf = ({ options }) => (options ? ` (${options.join(", ")})` : "");

function argumentUsage({ name, required, multiple }) {
  const shown = `${name.toUpperCase()}${multiple ? "..." : ""}`;
  return required ? shown : `[${shown}]`;
}

function exampleText(id, { description, command }) {
  const line = command.replaceAll("<%= config.bin %>", "statusctl").replaceAll("<%= command.id %>", wordsOf(id));
  return `# ${description}\n${line}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(REFERENCE, referenceText());
