/** Which stream gets colours: decided once per stream, so `2> file` stays plain while stdout is a terminal. */
import { Chalk, type ChalkInstance, type ColorSupportLevel } from "chalk";

export type ColourMode = "auto" | "always" | "never";

export interface ColourQuestion {
  /** From `--color` or the configuration; "auto" when nobody said anything. */
  readonly mode: ColourMode;
  readonly isTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The colour levels of chalk: 0 none, 1 basic, 2 256 colours, 3 true colour. The flag beats the environment. */
export function colourLevel({ mode, isTerminal, env }: ColourQuestion): ColorSupportLevel {
  if (mode === "never") return 0;
  const forced = forcedLevel(env);
  if (mode === "always") return forced === undefined || forced === 0 ? atLeastBasic(env) : forced;
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return 0;
  if (forced !== undefined) return forced;
  return isTerminal ? terminalLevel(env) : 0;
}

/** Colours for a stream. */
export const colours = (question: ColourQuestion): ChalkInstance => new Chalk({ level: colourLevel(question) });

function forcedLevel(env: ColourQuestion["env"]): ColorSupportLevel | undefined {
  const force = env.FORCE_COLOR;
  if (force === undefined) return isSet(env.CLICOLOR_FORCE) ? atLeastBasic(env) : undefined;
  if (force === "0" || force === "false") return 0;
  if (force === "2") return 2;
  if (force === "3") return 3;
  return atLeastBasic(env);
}

function terminalLevel(env: ColourQuestion["env"]): ColorSupportLevel {
  if (env.TERM === "dumb" || env.CLICOLOR === "0") return 0;
  if (env.COLORTERM === "truecolor" || env.COLORTERM === "24bit") return 3;
  return /256/.test(env.TERM ?? "") ? 2 : 1;
}

function atLeastBasic(env: ColourQuestion["env"]): ColorSupportLevel {
  const level = terminalLevel(env);
  return level === 0 ? 1 : level;
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== "" && value !== "0";
