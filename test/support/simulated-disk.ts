/**
 * A disk in memory that can lose power between any two operations, and then has what was synced, and of the rest what the
 * chosen fate leaves: nothing, everything, a torn beginning, or some sectors and some names in any order.
 */
import type { Disk, DiskFile, FileState } from "../../src/core/node/store/disk.ts";
import { EnvironmentError } from "../../src/core/platform/errors.ts";

/** What becomes of that which was not synced. */
export type Fate = "dropped" | "kept" | "torn" | "reordered";
export const FATES: readonly Fate[] = ["dropped", "kept", "torn", "reordered"];

/** Numbers in [0, 1). */
export type Chance = () => number;

type Change = { readonly offset: number; readonly bytes: Uint8Array } | { readonly length: number };

interface Inode {
  readonly id: number;
  content: Uint8Array;
  synced: Uint8Array;
  pending: Change[];
}

type NameChange =
  | { readonly path: string; readonly inode: Inode }
  | { readonly path: string; readonly from: string; readonly inode: Inode }
  | { readonly path: string; readonly inode: undefined };

const SECTOR = 512;

export class SimulatedDisk implements Disk {
  readonly user = 1000;
  /** Told before each operation that changes something: the moment to let the power fail, or to throw for a full disk. */
  beforeOperation: () => void = () => undefined;
  /** Syncs of files and directories. */
  syncs = 0;
  /** Bytes given to `write`, and bytes that reads gave. */
  bytesWritten = 0;
  bytesRead = 0;
  readonly #directories = new Set<string>(["/"]);
  #names = new Map<string, Inode>();
  #syncedNames = new Map<string, Inode>();
  #pendingNames: NameChange[] = [];
  #modes = new Map<string, Partial<Pick<FileState, "mode" | "owner" | "kind">>>();
  #inodes = 0;

  /** The disk as the next process finds it. */
  afterPowerFailure(fate: Fate, chance: Chance): SimulatedDisk {
    const next = new SimulatedDisk();
    for (const directory of this.#directories) next.#directories.add(directory);
    for (const [path, inode] of this.#survivingNames(fate, chance)) {
      const content = survivingContent(inode, fate, chance);
      next.#names.set(path, { id: next.#inodes++, content, synced: content, pending: [] });
    }
    next.#syncedNames = new Map(next.#names);
    return next;
  }

  /** Changes a file behind everybody's back. */
  tamper(path: string, change: (content: Uint8Array) => Uint8Array | undefined): void {
    const inode = this.#existing(path);
    const content = change(inode.content);
    if (content) inode.content = inode.synced = content;
    else this.#names.delete(path);
  }

  setState(path: string, state: Partial<Pick<FileState, "mode" | "owner" | "kind">>): void {
    this.#modes.set(path, state);
  }

  paths(): string[] {
    return [...this.#names.keys()].sort();
  }

  list(directory: string): readonly string[] {
    const below = `${directory}/`;
    const all = [...this.#names.keys(), ...this.#directories].filter((path) => path.startsWith(below));
    return all.map((path) => path.slice(below.length)).filter((name) => name !== "" && !name.includes("/"));
  }

  stat(path: string): FileState | undefined {
    const inode = this.#names.get(path);
    const kind = inode ? "file" : "directory";
    if (!inode && !this.#directories.has(path)) return undefined;
    const size = inode?.content.length ?? 0;
    const state = { kind, size, mode: inode ? 0o600 : 0o700, owner: 1000, stamp: `${inode?.id}:${size}` } as const;
    return { ...state, ...this.#modes.get(path) };
  }

  read(path: string): Uint8Array | undefined {
    const content = this.#names.get(path)?.content.slice();
    this.bytesRead += content?.length ?? 0;
    return content;
  }

  readRange(path: string, offset: number, length: number): Uint8Array {
    const content = this.#existing(path).content.slice(offset, offset + length);
    this.bytesRead += content.length;
    return content;
  }

  makeDirectory(path: string): void {
    this.beforeOperation();
    const parts = path.split("/");
    for (let end = 2; end <= parts.length; end++) this.#directories.add(parts.slice(0, end).join("/"));
  }

  create(path: string): DiskFile {
    this.beforeOperation();
    if (this.#names.has(path)) throw new EnvironmentError("DISK", `${path} exists`);
    const inode: Inode = { id: this.#inodes++, content: new Uint8Array(), synced: new Uint8Array(), pending: [] };
    this.#rename({ path, inode });
    return this.#fileOf(inode);
  }

  open(path: string): DiskFile {
    return this.#fileOf(this.#existing(path));
  }

  rename(from: string, to: string): void {
    this.beforeOperation();
    this.#rename({ path: to, from, inode: this.#existing(from) });
  }

  remove(path: string): void {
    this.beforeOperation();
    this.#existing(path);
    this.#rename({ path, inode: undefined });
  }

  syncDirectory(directory: string): void {
    this.beforeOperation();
    this.syncs++;
    const inside = ({ path }: NameChange) => path.slice(0, path.lastIndexOf("/")) === directory;
    for (const change of this.#pendingNames.filter(inside)) applyName(this.#syncedNames, change);
    this.#pendingNames = this.#pendingNames.filter((change) => !inside(change));
  }

  #fileOf(inode: Inode): DiskFile {
    return {
      write: (offset, bytes) => {
        this.beforeOperation();
        this.bytesWritten += bytes.length;
        this.#change(inode, { offset, bytes: bytes.slice() });
      },
      truncate: (length) => {
        this.beforeOperation();
        this.#change(inode, { length });
      },
      sync: () => {
        this.beforeOperation();
        this.syncs++;
        inode.synced = inode.content;
        inode.pending = [];
      },
      close: () => undefined,
    };
  }

  #change(inode: Inode, change: Change): void {
    inode.pending.push(change);
    inode.content = applyChange(inode.content, change);
  }

  #rename(change: NameChange): void {
    this.#pendingNames.push(change);
    applyName(this.#names, change);
  }

  #existing(path: string): Inode {
    const inode = this.#names.get(path);
    if (!inode) throw new EnvironmentError("DISK", `${path} does not exist`);
    return inode;
  }

  #survivingNames(fate: Fate, chance: Chance): Map<string, Inode> {
    const names = new Map(this.#syncedNames);
    const torn = Math.floor(chance() * (this.#pendingNames.length + 1));
    this.#pendingNames.forEach((change, index) => {
      if (fate === "kept" || (fate === "torn" && index < torn) || (fate === "reordered" && chance() < 0.5)) {
        applyName(names, change);
      }
    });
    return names;
  }
}

function applyName(names: Map<string, Inode>, change: NameChange): void {
  if ("from" in change) names.delete(change.from);
  if (change.inode) names.set(change.path, change.inode);
  else names.delete(change.path);
}

function applyChange(content: Uint8Array, change: Change): Uint8Array {
  const end = "length" in change ? change.length : Math.max(content.length, change.offset + change.bytes.length);
  const next = new Uint8Array(end);
  next.set(content.subarray(0, end));
  if ("bytes" in change) next.set(change.bytes, change.offset);
  return next;
}

function survivingContent({ content, synced, pending }: Inode, fate: Fate, chance: Chance): Uint8Array {
  if (fate === "kept") return content;
  if (fate === "dropped") return synced;
  const changes = fate === "torn" ? tornChanges(pending, chance) : reorderedChanges(pending, synced.length, chance);
  return changes.reduce(applyChange, synced);
}

/** The first changes, the last of them in part. */
function tornChanges(pending: readonly Change[], chance: Chance): Change[] {
  const whole = pending.slice(0, Math.floor(chance() * (pending.length + 1)));
  const last = whole.pop();
  if (!last) return [];
  if ("length" in last) return [...whole, last];
  return [
    ...whole,
    { offset: last.offset, bytes: last.bytes.slice(0, Math.floor(chance() * (last.bytes.length + 1))) },
  ];
}

/** Each sector of each change by itself: lost, there, or, past the old end, nothing but zeros. */
function reorderedChanges(pending: readonly Change[], syncedLength: number, chance: Chance): Change[] {
  return pending.flatMap((change): Change[] => {
    if ("length" in change) return chance() < 0.5 ? [change] : [];
    return sectorsOf(change).flatMap(({ offset, bytes }): Change[] => {
      const lot = chance();
      if (lot < 0.4) return [];
      const zeros = lot < 0.6 && offset >= syncedLength;
      return [{ offset, bytes: zeros ? new Uint8Array(bytes.length) : bytes }];
    });
  });
}

function sectorsOf({ offset, bytes }: { readonly offset: number; readonly bytes: Uint8Array }) {
  const sectors: { offset: number; bytes: Uint8Array }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + SECTOR - ((offset + at) % SECTOR));
    sectors.push({ offset: offset + at, bytes: bytes.slice(at, end) });
    at = end;
  }
  return sectors;
}
