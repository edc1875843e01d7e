/** What `statusctl help TOPIC` tells beside the commands. */
import { EXIT_MEANINGS } from "./exit-codes.ts";
import { GLOBAL_FLAGS, STREAM_FLAGS } from "./global-flags.ts";

export interface HelpTopic {
  readonly summary: string;
  readonly lines: () => readonly string[];
}

export const HELP_TOPICS: Readonly<Record<string, HelpTopic>> = {
  flags: { summary: "flags that every command takes, in any position", lines: flagLines },
  "exit-codes": { summary: "what the exit code says", lines: exitLines },
  environment: {
    summary: "variables that are read",
    lines: () => [
      "STATUSCTL_PROFILE          profile to use, as --profile",
      "STATUSCTL_FLEET            fleet to use, as --fleet",
      "STATUSCTL_PEERS            nodes to connect with, commas or blanks between, as --peer",
      "STATUSCTL_MAILSERVERS      mailservers to ask, as --mailserver",
      "STATUSCTL_PASSPHRASE_FILE  file with the passphrase; the passphrase itself is read from no variable",
      "STATUSCTL_ETH_RPC          Ethereum JSON-RPC endpoint, as --eth-rpc",
      "STATUSCTL_CRYPTO           pure or fast: which implementation of the primitives",
      "STATUSCTL_CONTENT_TYPE     json: as if --json were given",
      "CREDENTIALS_DIRECTORY      of systemd: its file `passphrase` is the passphrase",
      "ALL_PROXY                  proxy to connect through, as --proxy",
      "NO_COLOR, FORCE_COLOR      colours, beaten by --color",
      "XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_CACHE_HOME, XDG_RUNTIME_DIR: where files lie",
      "",
      "A flag beats a variable, a variable beats the profile's config.json, that beats the user's",
      "config.json. `statusctl config show` tells where each value comes from.",
    ],
  },
  json: {
    summary: "what programs read",
    lines: () => [
      "--json    exactly one JSON value on stdout, also when it fails:",
      '          {"ok":true,"command":"whoami","schema":"whoami/1","result":{},"warnings":[],"elapsedMs":12}',
      '          {"ok":false,"command":"send","error":{"code":"E_LOCKED","exit":7,"message":"","hint":"","details":{}}}',
      "--ndjson  for streams: one object per line, `type` first, then `ts` (milliseconds) and `time`",
      '          (RFC 3339 UTC); the last line is {"type":"end","reason":"count","counts":{}}',
      "--fields  parts of the result only; without --json as lines with tabs between",
      "",
      "Bytes are 0x-hex; integers beyond 2^53 are strings. Keys are added, never renamed. The shapes are",
      "JSON Schemas: `statusctl schema list`. Exit codes are the same with and without --json.",
    ],
  },
  profiles: {
    summary: "identities and their state",
    lines: () => [
      "A profile is a folder with one identity and all that belongs to it: keys, contacts, chats, history.",
      "--profile NAME means a folder below $XDG_DATA_HOME/statusctl/profiles (~/.local/share/...);",
      "--profile ./DIR or /DIR means that folder. Folders have mode 0700, files 0600.",
      "",
      "One process at a time owns a profile's network identity; others hand their work to it, or wait as",
      "long as --wait-lock says and then end with exit code 7, naming the holder.",
    ],
  },
  privacy: {
    summary: "what leaves this machine",
    lines: () => [
      "Nothing but what the command names: no telemetry, no update check.",
      "Relays see envelopes, not who can open them; a light client's bloom filter tells a relay which",
      "topics may interest it. A mailserver learns which topics and times are asked for, and from where.",
      "Secrets are read from files, descriptors or the terminal, never from arguments or variables.",
      "Text of other people is stripped of control characters before a terminal sees it.",
    ],
  },
  fleets: {
    summary: "nodes that belong together",
    lines: () => [
      "A fleet is a set of nodes: boot nodes, static relays, mailservers, rendezvous points.",
      "`statusctl fleet list` names those of the release; --fleet chooses one. Their machines belonged to",
      "Status and may no longer answer: name your own nodes with --peer and --mailserver, or run",
      "`statusctl devnet` for a network on this machine.",
    ],
  },
};

function exitLines(): readonly string[] {
  return Object.entries(EXIT_MEANINGS).map(
    ([code, { name, meaning }]) => `${code.padStart(3)}  ${name.padEnd(9)} ${meaning}`,
  );
}

function flagLines(): readonly string[] {
  const flags = Object.entries({ json: { summary: "one JSON value on stdout" }, ...GLOBAL_FLAGS, ...STREAM_FLAGS });
  const labels = flags.map(([name, flag]) => labelOf(name, flag));
  const width = Math.max(...labels.map((label) => label.length));
  return flags.map(([, { summary = "" }], index) => `${(labels[index] ?? "").padEnd(width)}  ${summary}`);
}

function labelOf(name: string, flag: object): string {
  const char = "char" in flag ? `-${String(flag.char)}, ` : "";
  const options = "options" in flag && Array.isArray(flag.options) ? flag.options.join("|") : undefined;
  const value = "helpValue" in flag && flag.helpValue !== undefined ? String(flag.helpValue) : options;
  return `${char}--${name}${value === undefined ? "" : ` ${value}`}`;
}
