/** The command reference from the manifest and the help topics of the program; written by the build. */

/** The text of docs/commands.md. */
export function referenceText({ commands }, topics) {
  const entries = Object.entries(commands).filter(([, { hidden }]) => !hidden);
  return [
    "# Commands",
    "Made from the program by the build; not edited by hand. Flags that every command takes stand at the end.",
    entries.map(([id, { summary }]) => `- [${wordsOf(id)}](#${anchorOf(id)}): ${summary}`).join("\n"),
    ...entries.map(([id, command]) => commandText(id, command)),
    ...Object.entries(topics).map(topicText),
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

const topicText = ([name, { summary, lines }]) =>
  [`## help ${name}`, `${capitalized(summary)}.`, `\`\`\`\n${lines().join("\n")}\n\`\`\``].join("\n\n");

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
