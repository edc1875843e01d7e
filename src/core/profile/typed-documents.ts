/** Reading and writing documents by their shapes, over any store. */
import type * as v from "valibot";
import type { Hashes } from "../crypto/crypto.ts";
import { documentNameOf, type Folder } from "./documents.ts";
import { parseDocument } from "./schema.ts";
import type { DocumentName, Json, Store } from "./store.ts";

export class TypedDocuments {
  readonly #hashes: Pick<Hashes, "sha256">;
  readonly #store: Store;

  constructor(hashes: Pick<Hashes, "sha256">, store: Store) {
    this.#hashes = hashes;
    this.#store = store;
  }

  /** Throws `EnvironmentError` DAMAGED, as all reading does. */
  read<Output>(schema: v.GenericSchema<unknown, Output>, document: DocumentName): Output | undefined {
    const json = this.#store.read(document);
    return json === undefined ? undefined : parseDocument(schema, document, json);
  }

  /** One of many. */
  get<Output>(schema: v.GenericSchema<unknown, Output>, folder: Folder, id: string): Output | undefined {
    return this.read(schema, documentNameOf(this.#hashes, folder, id));
  }

  all<Output>(schema: v.GenericSchema<unknown, Output>, folder: Folder): Output[] {
    return this.#store.list(folder).map((name) => parseDocument(schema, name, this.#store.read(name) ?? null));
  }

  put(folder: Folder, id: string, value: Json): void {
    this.#store.put(documentNameOf(this.#hashes, folder, id), value);
  }

  remove(folder: Folder, id: string): void {
    this.#store.remove(documentNameOf(this.#hashes, folder, id));
  }
}
