/**
 * The generation of a profile's documents, and how an older one becomes the present one. Records of segments are never
 * rewritten: their readers know every generation.
 */
import * as v from "valibot";
import { assert, EnvironmentError } from "../platform/errors.ts";
import { parseDocument } from "./schema.ts";
import type { DocumentName, Store } from "./store.ts";

/** The document that names the generation. */
export const META: DocumentName = "meta";
/** The generation that this program reads and writes. */
export const SCHEMA = 1;
/** Where the documents of the generation before the last migration are kept. */
const PREVIOUS = "previous";

const metaSchema = v.strictObject({ schema: v.pipe(v.number(), v.integer(), v.minValue(1)) });

/** Turns the documents of generation `from` into those of `from + 1`. */
export interface Migration {
  readonly from: number;
  apply(store: Store): void;
}

/** One for each generation before the present one. */
const MIGRATIONS: readonly Migration[] = [];

export interface Generations {
  readonly present: number;
  readonly migrations: readonly Migration[];
}

/**
 * Brings `store` to the present generation and says from which one; a store without documents is marked as present. The
 * documents as they were lie in `previous/` until the next migration. Nothing is committed: that is for the caller, who
 * may only be reading.
 *
 * Throws `EnvironmentError` SCHEMA when a newer program made it, DAMAGED when the mark is missing.
 */
export function migrate(
  store: Store,
  { present, migrations }: Generations = { present: SCHEMA, migrations: MIGRATIONS },
): number {
  const found = generationOf(store);
  if (found === present) return found;
  if (found !== undefined && found > present) throw tooNew(found, present);
  try {
    if (found !== undefined) keepPrevious(store);
    for (let from = found ?? present; from < present; from++) stepFrom(migrations, from).apply(store);
  } catch (error) {
    store.rollback();
    throw error;
  }
  store.put(META, { schema: present });
  return found ?? present;
}

/** The generation of the documents; undefined when there are none. */
function generationOf(store: Store): number | undefined {
  const meta = store.read(META);
  if (meta !== undefined) return parseDocument(metaSchema, META, meta).schema;
  if (store.list("").length === 0) return undefined;
  throw new EnvironmentError("DAMAGED", "the profile has documents, but not the one that names their generation", {
    details: { document: META },
  });
}

function tooNew(found: number, present: number): EnvironmentError {
  const message = `the profile is of generation ${found}, this program reads up to ${present}: use a newer statusctl`;
  return new EnvironmentError("SCHEMA", message, { details: { found, present } });
}

function stepFrom(migrations: readonly Migration[], from: number): Migration {
  const step = migrations.find((migration) => migration.from === from);
  assert(step !== undefined, `there is no migration from generation ${from}`);
  return step;
}

function keepPrevious(store: Store): void {
  for (const name of store.list(PREVIOUS)) store.remove(name);
  for (const name of store.list("").filter((name) => !name.startsWith(`${PREVIOUS}/`))) {
    const value = store.read(name);
    if (value !== undefined) store.put(`${PREVIOUS}/${name}`, value);
  }
}
