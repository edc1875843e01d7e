/**
 * What holds for this run, and who said so: flag, then environment, then the profile's `config.json`, then the user's
 * `config.json`, then the default. Both files hold flag names without dashes: `{"fleet": "eth.test", "timeout": "20s"}`.
 *
 * What a fleet adds (its nodes) is joined in `fleet-settings.ts`, for the commands that need it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EnvironmentError, UsageError } from "../core/platform/errors.ts";
import type { Millis } from "../core/platform/time.ts";
import type { ColourMode } from "./colour.ts";
import { nearest } from "./nearest.ts";
import { type Environment, pathsOf, profileFolder } from "./paths.ts";
import { parseDuration } from "./values.ts";

export type Origin = "flag" | "environment" | "profile" | "user" | "fleet" | "default";

export interface Setting<T> {
  readonly value: T;
  readonly origin: Origin;
  /** The flag, variable or file that said it; null for defaults. */
  readonly from: string | null;
}

export interface Settings {
  readonly profile: Setting<string>;
  readonly fleet: Setting<string>;
  /** Nodes to connect with, as named by the user; empty leaves it to the fleet. */
  readonly peers: Setting<readonly string[]>;
  readonly mailservers: Setting<readonly string[]>;
  readonly discovery: Setting<boolean>;
  /** null leaves it to the command. */
  readonly light: Setting<boolean | null>;
  readonly proxy: Setting<string | null>;
  /** null leaves it to the command. */
  readonly timeoutMs: Setting<Millis | null>;
  readonly waitLockMs: Setting<Millis>;
  readonly color: Setting<ColourMode>;
  readonly logFile: Setting<string | null>;
  readonly logFormat: Setting<"pretty" | "json">;
  readonly passphraseFile: Setting<string | null>;
  readonly ethRpc: Setting<string | null>;
}

/** A value as a flag, a variable or a file gives it. */
type Raw = string | boolean | readonly string[];

/** One place that may say something; `get` answers by flag name. */
interface Layer {
  readonly origin: Origin;
  readonly from: (name: string) => string;
  readonly get: (name: string) => Raw | undefined;
}

export interface SettingSources {
  readonly flags: Readonly<Record<string, unknown>>;
  /** Which of the flags stood on the command line; the others come from elsewhere. */
  readonly given: ReadonlySet<string>;
  readonly env: Environment;
  /** Told about what a file holds that means nothing. */
  readonly warn: (message: string) => void;
}

const VARIABLES: Readonly<Record<string, readonly string[]>> = {
  profile: ["STATUSCTL_PROFILE"],
  fleet: ["STATUSCTL_FLEET"],
  peer: ["STATUSCTL_PEERS"],
  mailserver: ["STATUSCTL_MAILSERVERS"],
  proxy: ["ALL_PROXY", "all_proxy"],
  "passphrase-file": ["STATUSCTL_PASSPHRASE_FILE"],
  "eth-rpc": ["STATUSCTL_ETH_RPC"],
};

/** Every variable of ours, those included that are read elsewhere. */
export const KNOWN_VARIABLES: readonly string[] = [
  ...Object.values(VARIABLES).flat(),
  ...[
    "STATUSCTL_CRYPTO",
    "STATUSCTL_CONTENT_TYPE",
    "STATUSCTL_CONFIG_DIR",
    "STATUSCTL_DATA_DIR",
    "STATUSCTL_CACHE_DIR",
  ],
];

const FILE_KEYS = [
  ...["profile", "fleet", "peer", "mailserver", "discovery", "light", "proxy", "timeout", "wait-lock", "color"],
  ...["log-file", "log-format", "passphrase-file", "eth-rpc"],
];

export function resolveSettings(sources: SettingSources): Settings {
  const { env, warn } = sources;
  const outer = [flagLayer(sources), variableLayer(env)];
  const user = fileLayer("user", join(pathsOf(env).config, "config.json"), warn);
  const profile = settle([...outer, user], "profile", asText, "default");
  const own = fileLayer("profile", join(profileFolder(profile.value, env), "config.json"), warn);
  const layers = [...outer, own, user];
  return {
    profile,
    fleet: settle(layers, "fleet", asText, "eth.prod"),
    peers: settle(layers, "peer", asList, []),
    mailservers: settle(layers, "mailserver", asList, []),
    discovery: settle(layers, "discovery", asSwitch, true),
    light: settle<boolean | null>(layers, "light", asSwitch, null),
    proxy: settle<string | null>(layers, "proxy", asText, null),
    timeoutMs: settle<Millis | null>(layers, "timeout", asDuration, null),
    waitLockMs: settle(layers, "wait-lock", asDuration, 10_000),
    color: settle<ColourMode>(layers, "color", asOneOf("auto", "always", "never"), "auto"),
    logFile: settle<string | null>(layers, "log-file", asText, null),
    logFormat: settle<"pretty" | "json">(layers, "log-format", asOneOf("pretty", "json"), "pretty"),
    passphraseFile: settle<string | null>(layers, "passphrase-file", asText, null),
    ethRpc: settle<string | null>(layers, "eth-rpc", asText, null),
  };
}

/** The first layer that says something wins; its word must make sense. */
function settle<T>(layers: readonly Layer[], name: string, read: (raw: Raw) => T, fallback: T): Setting<T> {
  for (const { origin, from, get } of layers) {
    const raw = get(name);
    if (raw !== undefined) return { value: attempt(read, raw, from(name)), origin, from: from(name) };
  }
  return { value: fallback, origin: "default", from: null };
}

function attempt<T>(read: (raw: Raw) => T, raw: Raw, from: string): T {
  try {
    return read(raw);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError("USAGE", `${from}: ${why}`, { cause });
  }
}

function flagLayer({ flags, given }: SettingSources): Layer {
  return {
    origin: "flag",
    from: (name) => (given.has(name) ? `--${name}` : name === "light" ? "--full" : `--no-${name}`),
    get: (name) => {
      if (name === "discovery") return given.has("no-discovery") ? false : undefined;
      if (name === "light" && given.has("full")) return false;
      return given.has(name) ? (flags[name] as Raw) : undefined;
    },
  };
}

function variableLayer(env: Environment): Layer {
  const named = (name: string) => VARIABLES[name]?.find((variable) => (env[variable] ?? "") !== "");
  return {
    origin: "environment",
    from: (name) => named(name) ?? name,
    get: (name) => env[named(name) ?? ""],
  };
}

function fileLayer(origin: "profile" | "user", path: string, warn: (message: string) => void): Layer {
  const values = readConfig(path);
  for (const key of Object.keys(values)) {
    if (FILE_KEYS.includes(key)) continue;
    const meant = nearest(key, FILE_KEYS);
    warn(`${path}: "${key}" means nothing here${meant === undefined ? "" : `; "${meant}"?`}`);
  }
  return { origin, from: () => path, get: (name) => values[name] };
}

function readConfig(path: string): Readonly<Record<string, Raw>> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return {}; // no file, or none of ours to read: it says nothing
  }
  const values = parseObject(text);
  if (values === undefined) throw new EnvironmentError("DAMAGED", `${path}: not a JSON object of settings`);
  return values;
}

function parseObject(text: string): Readonly<Record<string, Raw>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function asText(raw: Raw): string {
  if (typeof raw !== "string" || raw === "") throw new UsageError("USAGE", "expected a text");
  return raw;
}

/** A list, or its members with commas or blanks between. */
function asList(raw: Raw): readonly string[] {
  if (typeof raw === "string") return raw.split(/[\s,]+/).filter((part) => part !== "");
  if (!Array.isArray(raw)) throw new UsageError("USAGE", "expected a list");
  return raw.map(asText);
}

function asSwitch(raw: Raw): boolean {
  if (typeof raw !== "boolean") throw new UsageError("USAGE", "expected true or false");
  return raw;
}

const asDuration = (raw: Raw): Millis => parseDuration(asText(raw));

const asOneOf =
  <T extends string>(...options: readonly T[]) =>
  (raw: Raw): T => {
    const found = options.find((option) => option === raw);
    if (found === undefined) throw new UsageError("USAGE", `expected one of ${options.join(", ")}`);
    return found;
  };
