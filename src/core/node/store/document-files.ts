/**
 * Documents as lowdb databases, one file for each, in one directory.
 *
 * file := checked line of {document: NAME, value}, named NAME with `/` written `~`, and `.json`
 */
import { LowSync, type SyncAdapter } from "lowdb";
import type { Changes } from "../../profile/changes.ts";
import type { DocumentName, Json } from "../../profile/store.ts";
import { decodeLine, encodeLine } from "./checked-line.ts";
import { type Disk, replaceFile } from "./disk.ts";
import { readPrivate } from "./permissions.ts";
import { damagedFile } from "./profile-errors.ts";

const ENDING = ".json";

interface StoredDocument {
  readonly document: DocumentName;
  /** Undefined = there is no such document. */
  readonly value: Json | undefined;
}

export class DocumentFiles {
  readonly #disk: Disk;
  readonly #directory: string;
  /** Texts of the documents that were read or written. BOUNDED BY the documents of the profile. */
  readonly #texts = new Map<DocumentName, string>();

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  /** Throws `EnvironmentError` DAMAGED. */
  read(document: DocumentName): string | undefined {
    const known = this.#texts.get(document);
    if (known !== undefined) return known;
    const database = this.#database(document);
    database.read();
    if (database.data.value === undefined) return undefined;
    const text = JSON.stringify(database.data.value);
    this.#texts.set(document, text);
    return text;
  }

  *names(): Generator<readonly [DocumentName, true]> {
    for (const file of this.#disk.list(this.#directory)) {
      if (file.endsWith(ENDING)) yield [file.slice(0, -ENDING.length).replaceAll("~", "/"), true];
    }
  }

  /** Makes the changed documents durable as files. Doing it again does no harm. */
  write(changes: Changes): void {
    if (changes.documents.size === 0) return;
    for (const [document, text] of changes.documents) {
      if (text === undefined) this.#remove(document);
      else this.#put(document, text);
    }
    this.#disk.syncDirectory(this.#directory);
  }

  #put(document: DocumentName, text: string): void {
    const database = this.#database(document);
    database.data = { document, value: JSON.parse(text) };
    database.write();
    this.#texts.set(document, text);
  }

  #remove(document: DocumentName): void {
    const path = this.#path(document);
    if (this.#disk.stat(path)) this.#disk.remove(path);
    this.#texts.delete(document);
  }

  #database(document: DocumentName): LowSync<StoredDocument> {
    const adapter = new DocumentAdapter(this.#disk, this.#path(document), document);
    return new LowSync(adapter, { document, value: undefined });
  }

  #path(document: DocumentName): string {
    return `${this.#directory}/${document.replaceAll("/", "~")}${ENDING}`;
  }
}

/** What lowdb's own file adapters lack: private modes, unique temporary files, syncing, and checking what is read. */
class DocumentAdapter implements SyncAdapter<StoredDocument> {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #document: DocumentName;

  constructor(disk: Disk, path: string, document: DocumentName) {
    this.#disk = disk;
    this.#path = path;
    this.#document = document;
  }

  read(): StoredDocument | null {
    const bytes = readPrivate(this.#disk, this.#path);
    if (!bytes) return null;
    const text = decodeLine(bytes);
    const stored: StoredDocument | undefined = text === undefined ? undefined : JSON.parse(text);
    if (stored?.document === this.#document) return stored;
    const why = stored ? `it holds ${stored.document}` : "its checksum differs";
    throw damagedFile(this.#path, why, `the document ${this.#document}`);
  }

  write(stored: StoredDocument): void {
    replaceFile(this.#disk, this.#path, encodeLine(JSON.stringify(stored)));
  }
}
