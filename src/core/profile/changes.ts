/**
 * What a transaction may hold: documents put or removed, and records appended. Values are kept as their JSON text, so that
 * what is read is never shared with what was written, and a keeper writes the text as it is.
 *
 * A `Changes` is also a layer of the store: the open transaction, the journal that is not yet in files, or, in memory,
 * everything.
 */
import { assert } from "../platform/errors.ts";
import type { Layer } from "./layered-store.ts";
import type { SortedRecords } from "./sorted-records.ts";
import type { DocumentName, Json, SegmentName, SegmentRecord } from "./store.ts";

/** A record whose value is JSON text. */
export interface TextRecord extends Omit<SegmentRecord, "value"> {
  readonly text: string;
}

/** Longest name: with `/` written as one character and an ending, it is a file name everywhere (255 bytes). */
const NAME_MAX = 200;
const DOCUMENT = /^[a-z0-9._-]+(\/[a-z0-9._-]+)*$/;
const SEGMENT = /^[a-z0-9-]+$/;

export class Changes implements Layer {
  /** Text by name; undefined = removed. BOUNDED BY the transaction, or by the journal's size. */
  readonly #documents = new Map<DocumentName, string | undefined>();
  /** Records by segment, then key, in order of arrival. BOUNDED BY the same. */
  readonly #segments = new Map<SegmentName, Map<string, TextRecord>>();

  get isEmpty(): boolean {
    return this.#documents.size === 0 && this.#segments.size === 0;
  }

  /** Names and texts of the changed documents; undefined = removed. */
  get documents(): ReadonlyMap<DocumentName, string | undefined> {
    return this.#documents;
  }

  put(document: DocumentName, value: Json): void {
    checkDocumentName(document);
    this.#documents.set(document, JSON.stringify(value));
  }

  remove(document: DocumentName): void {
    checkDocumentName(document);
    this.#documents.set(document, undefined);
  }

  append(segment: SegmentName, { key, group, order, value }: SegmentRecord): void {
    assert(SEGMENT.test(segment) && segment.length <= NAME_MAX, `segment name "${segment}"`);
    assert(Number.isFinite(order), `${segment}: the order of a record is a finite number`);
    this.appendText(segment, { key, group, order, text: JSON.stringify(value) });
  }

  /** `append` for a keeper, who has the text or knows how to make it. */
  appendText(segment: SegmentName, record: TextRecord): void {
    const records = this.#segments.get(segment) ?? new Map<string, TextRecord>();
    assert(!records.has(record.key), `${segment}: the key of a record is used twice`);
    this.#segments.set(segment, records.set(record.key, record));
  }

  /** Names of the segments that grew. */
  segments(): Iterable<SegmentName> {
    return this.#segments.keys();
  }

  /** What was appended, in order of arrival. */
  records(segment: SegmentName): readonly TextRecord[] {
    return [...(this.#segments.get(segment)?.values() ?? [])];
  }

  /** Those of the documents that `choose` picks, and no records. */
  documentsWhere(choose: (document: DocumentName, text: string | undefined) => boolean): Changes {
    const chosen = new Changes();
    for (const [name, text] of this.#documents) if (choose(name, text)) chosen.#documents.set(name, text);
    return chosen;
  }

  /** Takes over the changes of a later transaction. */
  absorb(later: Changes): void {
    for (const [name, text] of later.documents) this.#documents.set(name, text);
    for (const segment of later.segments()) {
      for (const record of later.records(segment)) this.appendText(segment, record);
    }
  }

  read(document: DocumentName): string | null | undefined {
    return this.#documents.has(document) ? (this.#documents.get(document) ?? null) : undefined;
  }

  *names(): Iterable<readonly [DocumentName, boolean]> {
    for (const [name, text] of this.#documents) yield [name, text !== undefined];
  }

  find(segment: SegmentName, key: string): string | undefined {
    return this.#segments.get(segment)?.get(key)?.text;
  }

  sorted(segment: SegmentName, group: string | undefined): readonly SortedRecords[] {
    const records = this.records(segment).filter((record) => group === undefined || record.group === group);
    if (records.length === 0) return [];
    records.sort((a, b) => a.order - b.order); // stable: arrival decides between equals
    return [
      {
        length: records.length,
        orderAt: (index) => records[index]?.order ?? 0,
        textAt: (index) => records[index]?.text ?? "null",
      },
    ];
  }

  count(segment: SegmentName): number {
    return this.#segments.get(segment)?.size ?? 0;
  }
}

/** A bug of ours when it throws: names are made by `documents.ts`, from whatever text, so that they fit. */
export function checkDocumentName(name: DocumentName): void {
  const segments = name.split("/");
  const plain = DOCUMENT.test(name) && name.length <= NAME_MAX && segments.every((part) => !/^\.+$/.test(part));
  assert(plain, `document name "${name}"`);
}
