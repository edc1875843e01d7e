/** Where files of ours lie: the XDG base directories, or the folders of the platform. Nothing is created here. */
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

const NAME = "statusctl";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Paths {
  /** `config.json`, by the user. */
  readonly config: string;
  /** One folder per profile below `profiles`. */
  readonly profiles: string;
  /** What can be had again. */
  readonly cache: string;
}

export function pathsOf(env: Environment): Paths {
  const base = (variable: string, fallback: string): string => {
    const own = env[variable];
    return join(own !== undefined && isAbsolute(own) ? own : join(homeOf(env), fallback), NAME);
  };
  return {
    config: base("XDG_CONFIG_HOME", ".config"),
    profiles: join(base("XDG_DATA_HOME", ".local/share"), "profiles"),
    cache: base("XDG_CACHE_HOME", ".cache"),
  };
}

/** The folder of a profile given as a name or as a path. */
export function profileFolder(profile: string, env: Environment): string {
  const isPath = /[/\\]/.test(profile) || profile.startsWith(".");
  return isPath ? resolve(profile) : join(pathsOf(env).profiles, profile);
}

const homeOf = (env: Environment): string => env.HOME ?? homedir();
