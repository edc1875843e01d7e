/** The flags every command takes, in any position. What they come to is decided in `settings.ts`. */
import { Flags } from "@oclif/core";

const helpGroup = "GLOBAL";

export const GLOBAL_FLAGS = {
  profile: Flags.string({
    helpGroup,
    helpValue: "NAME|DIR",
    env: "STATUSCTL_PROFILE",
    summary: "the profile to use, by name or folder",
  }),
  fields: Flags.string({
    helpGroup,
    helpValue: "A,B",
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ",",
    summary: "only these fields of the result; dots go deeper",
  }),
  quiet: Flags.boolean({ helpGroup, char: "q", summary: "results and errors only; twice: not even errors" }),
  verbose: Flags.boolean({ helpGroup, char: "v", summary: "say more; -vv debugging, -vvv frames" }),
  color: Flags.string({
    helpGroup,
    options: ["auto", "always", "never"],
    summary: "colours; also NO_COLOR, FORCE_COLOR",
  }),
  "no-input": Flags.boolean({ helpGroup, summary: "never ask; fail where a question would be needed" }),
  timeout: Flags.string({ helpGroup, helpValue: "30s", summary: "the longest to wait" }),
  fleet: Flags.string({
    helpGroup,
    helpValue: "NAME",
    env: "STATUSCTL_FLEET",
    summary: "the fleet whose nodes are used",
  }),
  peer: Flags.string({
    helpGroup,
    helpValue: "ENODE",
    multiple: true,
    multipleNonGreedy: true,
    summary: "a node to connect with, repeatable; also STATUSCTL_PEERS",
  }),
  "no-discovery": Flags.boolean({ helpGroup, summary: "connect with the named nodes only" }),
  light: Flags.boolean({ helpGroup, exclusive: ["full"], summary: "receive one's own topics only" }),
  full: Flags.boolean({ helpGroup, exclusive: ["light"], summary: "receive and relay everything" }),
  proxy: Flags.string({ helpGroup, helpValue: "socks5://HOST:PORT", summary: "connect through it; also ALL_PROXY" }),
  "passphrase-file": Flags.string({
    helpGroup,
    helpValue: "FILE|-",
    env: "STATUSCTL_PASSPHRASE_FILE",
    summary: "file with the passphrase of the profile",
  }),
  "passphrase-fd": Flags.integer({
    helpGroup,
    helpValue: "N",
    min: 0,
    exclusive: ["passphrase-file"],
    summary: "open file descriptor to read the passphrase from",
  }),
  "log-file": Flags.string({ helpGroup, helpValue: "FILE", summary: "write the log there instead of stderr" }),
  "log-format": Flags.string({ helpGroup, options: ["pretty", "json"], summary: "form of the log" }),
  "wait-lock": Flags.string({ helpGroup, helpValue: "10s", summary: "how long to wait for a profile in use" }),
};

/** `--ndjson` belongs to commands whose result is a stream. */
export const STREAM_FLAGS = {
  ndjson: Flags.boolean({
    helpGroup,
    exclusive: ["json"],
    summary: "one JSON object per line, as it happens; the last has type end",
  }),
};

/** Names (`--peer`, `-v`) of the global flags that stand before a value. */
export const VALUE_FLAGS: ReadonlySet<string> = new Set(
  Object.entries(GLOBAL_FLAGS).flatMap(([name, flag]) => (flag.type === "option" ? [`--${name}`] : [])),
);
