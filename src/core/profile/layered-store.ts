/**
 * A store as layers of changes, the newest on top: the open transaction over what is committed. Keepers say what their
 * committed layers are and how a transaction is made durable.
 */
import { assert } from "../platform/errors.ts";
import { Changes } from "./changes.ts";
import { mergeSorted, type SortedRecords } from "./sorted-records.ts";
import type { DocumentName, Json, SegmentName, SegmentQuery, SegmentRecord, Store } from "./store.ts";

export interface Layer {
  /** The document's text; null = removed by this layer; undefined = look below. */
  read(document: DocumentName): string | null | undefined;
  /** Documents this layer knows, and whether they exist in it. */
  names(): Iterable<readonly [DocumentName, boolean]>;
  /** The text of a record's value. */
  find(segment: SegmentName, key: string): string | undefined;
  /** Runs of the segment's records, from old to new; of one group when it is given. */
  sorted(segment: SegmentName, group: string | undefined): readonly SortedRecords[];
  count(segment: SegmentName): number;
}

export abstract class LayeredStore implements Store {
  #open = new Changes();

  /** From old to new. */
  protected abstract committed(): readonly Layer[];
  /** Makes the changes durable and part of `committed`; when it throws, nothing has changed. */
  protected abstract persist(changes: Changes): void;

  read(document: DocumentName): Json | undefined {
    for (const layer of this.#layers().reverse()) {
      const text = layer.read(document);
      if (text !== undefined) return text === null ? undefined : parse(text);
    }
    return undefined;
  }

  list(prefix: string): readonly DocumentName[] {
    const names = new Set<DocumentName>();
    for (const layer of this.#layers()) {
      for (const [name, exists] of layer.names()) {
        if (exists) names.add(name);
        else names.delete(name);
      }
    }
    return [...names].filter((name) => prefix === "" || name.startsWith(`${prefix}/`)).sort();
  }

  has(segment: SegmentName, key: string): boolean {
    return this.#find(segment, key) !== undefined;
  }

  load(segment: SegmentName, key: string): Json | undefined {
    const text = this.#find(segment, key);
    return text === undefined ? undefined : parse(text);
  }

  query(segment: SegmentName, query: SegmentQuery): Iterable<Json> {
    const runs = this.#layers().flatMap((layer) => layer.sorted(segment, query.group));
    return {
      *[Symbol.iterator]() {
        for (const text of mergeSorted(runs, query)) yield parse(text);
      },
    };
  }

  count(segment: SegmentName): number {
    return this.#layers().reduce((total, layer) => total + layer.count(segment), 0);
  }

  put(document: DocumentName, value: Json): void {
    this.#open.put(document, value);
  }

  remove(document: DocumentName): void {
    this.#open.remove(document);
  }

  append(segment: SegmentName, record: SegmentRecord): void {
    assert(!this.has(segment, record.key), `${segment}: the key of a record is used twice`);
    this.#open.append(segment, record);
  }

  commit(): void {
    if (this.#open.isEmpty) return;
    this.persist(this.#open);
    this.#open = new Changes();
  }

  rollback(): void {
    this.#open = new Changes();
  }

  #layers(): Layer[] {
    return [...this.committed(), this.#open];
  }

  #find(segment: SegmentName, key: string): string | undefined {
    for (const layer of this.#layers().reverse()) {
      const text = layer.find(segment, key);
      if (text !== undefined) return text;
    }
    return undefined;
  }
}

const parse = (text: string): Json => JSON.parse(text);
