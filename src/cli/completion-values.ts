/** Values that exist on this machine, for completion: never slow, never loud, nothing when in doubt. */
import { readdirSync } from "node:fs";
import { FLEETS } from "../core/devp2p/fleets.ts";
import type { Json } from "../core/profile/store.ts";
import type { Candidate, ValueSource } from "./complete.ts";
import { allExplanations } from "./explanations.ts";
import { pathsOf, profileFolder } from "./paths.ts";
import { schemaNames } from "./schemas.ts";

export type ValueKind = "profiles" | "fleets" | "schemas" | "codes" | "peers" | "chats" | "contacts";

type Lookup = (place: { readonly root: string; readonly profile: string }) => Promise<readonly Candidate[]>;

/** Answers for the installation at `root`; `words` may name a profile. */
export function completionValues(root: string, words: readonly string[]): ValueSource {
  const profile = words[words.indexOf("--profile") + 1];
  const isNamed = words.includes("--profile") && profile !== undefined && profile !== "";
  const place = { root, profile: isNamed ? profile : (process.env.STATUSCTL_PROFILE ?? "default") };
  return async (kind) => {
    try {
      return await SOURCES[kind](place);
    } catch {
      return [];
    }
  };
}

const SOURCES: Readonly<Record<ValueKind, Lookup>> = {
  profiles: async () => named(readdirSync(pathsOf(process.env).profiles), "profile"),
  fleets: async () => named(Object.keys(FLEETS), "fleet"),
  schemas: async ({ root }) => named(schemaNames(root), "schema"),
  codes: async () => allExplanations().map(({ name, meaning }) => ({ word: name, about: meaning })),
  peers: ({ profile }) => aliases(profile, "peers", (document) => membersOf(document, "peers")),
  chats: ({ profile }) => aliases(profile, "chats", (document) => [document], "name"),
  contacts: ({ profile }) => aliases(profile, "contacts", (document) => [document]),
};

/** Names in the documents of a profile that is not encrypted; read without its lock, and without checking their shape. */
async function aliases(
  profile: string,
  prefix: string,
  entries: (document: Json) => readonly Json[],
  key = "alias",
): Promise<readonly Candidate[]> {
  const [{ FileStoreReader }, { systemDisk }, { isSealed }] = await Promise.all([
    import("../core/node/store/file-store-reader.ts"),
    import("../core/node/store/system-disk.ts"),
    import("../core/profile/sealed-store.ts"),
  ]);
  const store = new FileStoreReader({ disk: systemDisk, directory: profileFolder(profile, process.env) });
  if (isSealed(store)) return [];
  const names = store.read(prefix) === undefined ? store.list(prefix) : [prefix];
  const found = names.flatMap((name) => entries(store.read(name) ?? null)).map((entry) => memberOf(entry, key));
  return named(
    found.filter((name) => typeof name === "string"),
    prefix.slice(0, -1),
  );
}

const memberOf = (value: Json, key: string): Json | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;

function membersOf(value: Json, key: string): readonly Json[] {
  const members = memberOf(value, key);
  return Array.isArray(members) ? members : [];
}

const named = (words: readonly string[], about: string): Candidate[] => words.map((word) => ({ word, about }));
