/** Values that exist on this machine, for completion: never slow, never loud, nothing when in doubt. */
import { readdirSync } from "node:fs";
import { FLEETS } from "../core/devp2p/fleets.ts";
import type { Candidate, ValueSource } from "./complete.ts";
import { allExplanations } from "./explanations.ts";
import { pathsOf } from "./paths.ts";
import { schemaNames } from "./schemas.ts";

export type ValueKind = "profiles" | "fleets" | "schemas" | "codes" | "peers" | "chats" | "contacts";

/** Answers for the installation at `root`. */
export function completionValues(root: string): ValueSource {
  return (kind) => quietly(() => SOURCES[kind](root));
}

const SOURCES: Readonly<Record<ValueKind, (root: string) => readonly Candidate[]>> = {
  profiles: () => named(readdirSync(pathsOf(process.env).profiles), "profile"),
  fleets: () => named(Object.keys(FLEETS), "fleet"),
  schemas: (root) => named(schemaNames(root), "schema"),
  codes: () => allExplanations().map(({ name, meaning }) => ({ word: name, about: meaning })),
  peers: () => [],
  chats: () => [],
  contacts: () => [],
};

const named = (words: readonly string[], about: string): Candidate[] => words.map((word) => ({ word, about }));

function quietly(list: () => readonly Candidate[]): readonly Candidate[] {
  try {
    return list();
  } catch {
    return [];
  }
}
