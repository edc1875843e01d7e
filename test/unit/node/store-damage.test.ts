/** Damage is named, with the file and what is lost, and never taken for an empty profile; what reads can be salvaged. */
import { beforeEach, describe, expect, test } from "vitest";
import { encodeLine } from "../../../src/core/node/store/checked-line.ts";
import { createFileStore, FileStore } from "../../../src/core/node/store/file-store.ts";
import { salvageFileStore } from "../../../src/core/node/store/salvage.ts";
import { EnvironmentError, UsageError } from "../../../src/core/platform/errors.ts";
import { SimulatedDisk } from "../../support/simulated-disk.ts";

const DIRECTORY = "/home/alice/profile";
const JOURNAL = `${DIRECTORY}/journal`;
const IDENTITY = `${DIRECTORY}/documents/identity.json`;
const CHAT = `${DIRECTORY}/documents/chats~61.json`;
const CHUNK = `${DIRECTORY}/segments/messages.000001.ndjson`;
const INDEX = `${DIRECTORY}/segments/messages.000001.index`;

let disk: SimulatedDisk;

/** Ten messages in files, five more in the journal, chunks of four. */
beforeEach(() => {
  disk = new SimulatedDisk();
  createFileStore({ disk, directory: DIRECTORY, chunkRecords: 4 });
  const store = open();
  store.put("identity", { name: "alice" });
  store.put("chats/61", { clock: 1 });
  for (let n = 0; n < 10; n++) append(store, n);
  store.checkpoint();
  for (let n = 10; n < 15; n++) append(store, n);
  store.close();
});

const open = (directory = DIRECTORY): FileStore => new FileStore({ disk, directory });

function append(store: FileStore, n: number): void {
  store.append("messages", { key: `m${n}`, group: "a", order: n, value: `text ${n}` });
  store.commit();
}

function errorOf(task: () => unknown): EnvironmentError {
  try {
    task();
  } catch (error) {
    if (error instanceof EnvironmentError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

function flip(path: string, at: number): void {
  disk.tamper(path, (content) => content.map((byte, index) => (index === at ? byte ^ 1 : byte)));
}

const linesOf = (path: string): string[] => new TextDecoder().decode(disk.read(path)).split(/(?<=\n)/);

/** The lines but for those at these places. */
function dropLines(path: string, ...places: number[]): void {
  const kept = linesOf(path).filter((_, index) => !places.includes(index));
  disk.tamper(path, () => new TextEncoder().encode(kept.join("")));
}

const lengthOf = (path: string): number => disk.read(path)?.length ?? 0;

const everything = (store: FileStore): unknown => [...store.query("messages", {})];
const FIFTEEN = Array.from({ length: 15 }, (_, n) => `text ${n}`);

describe("the journal", () => {
  test("an unfinished end is normal: it is cut off, and what was before it stands", () => {
    disk.tamper(JOURNAL, (content) => content.subarray(0, -7));
    const store = open();
    expect(everything(store)).toEqual(FIFTEEN.slice(0, 14));
    expect(store.tornBytes).toBeGreaterThan(50);
    store.close();
    expect(open().tornBytes).toBe(0);
  });

  test("cut anywhere in its last transaction, it has all the others", () => {
    const whole = lengthOf(JOURNAL);
    const last = linesOf(JOURNAL).at(-1)?.length ?? 0;
    for (let cut = 1; cut <= last; cut++) {
      const copy = disk.afterPowerFailure("kept", () => 0);
      copy.tamper(JOURNAL, (content) => content.subarray(0, whole - cut));
      const store = new FileStore({ disk: copy, directory: DIRECTORY });
      expect(store.count("messages"), `cut ${cut}`).toBe(14);
    }
  });

  test("zeros after it are an unfinished end too", () => {
    disk.tamper(JOURNAL, (content) => Uint8Array.from([...content, ...new Uint8Array(5000)]));
    expect(everything(open())).toEqual(FIFTEEN);
  });

  test("a changed byte in any earlier transaction is damage, named with what is lost", () => {
    const [header = "", first = ""] = linesOf(JOURNAL);
    for (let at = header.length; at < header.length + first.length; at += 3) {
      const copy = disk.afterPowerFailure("kept", () => 0);
      copy.tamper(JOURNAL, (content) => content.map((byte, index) => (index === at ? byte ^ 1 : byte)));
      const error = errorOf(() => new FileStore({ disk: copy, directory: DIRECTORY }));
      expect(error.code, `byte ${at}`).toBe("DAMAGED");
      expect(error.details.file).toBe(JOURNAL);
      expect(error.details.lost).toContain("recent transactions");
      expect(error.details.remedy).toContain("backup");
    }
  });

  test("a missing, repeated or displaced transaction is damage", () => {
    dropLines(JOURNAL, 2);
    expect(errorOf(() => open()).code).toBe("DAMAGED");
  });

  test("an unreadable header is damage, not an empty profile", () => {
    flip(JOURNAL, 30);
    expect(errorOf(() => open()).code).toBe("DAMAGED");
    disk.tamper(JOURNAL, () => new Uint8Array());
    expect(errorOf(() => open()).code).toBe("DAMAGED");
  });

  test("a missing journal is damage when there are files, and no profile when there are none", () => {
    disk.tamper(JOURNAL, () => undefined);
    expect(errorOf(() => open())).toMatchObject({ code: "DAMAGED", details: { file: JOURNAL } });
    expect(errorOf(() => open("/elsewhere")).code).toBe("NO_PROFILE");
  });

  test("a journal of a later form is refused as such", () => {
    createFileStore({ disk, directory: "/later" });
    disk.tamper("/later/journal", () => encodeLine('{"journal":2}'));
    expect(errorOf(() => open("/later")).code).toBe("SCHEMA");
  });
});

describe("documents", () => {
  test("a changed byte anywhere is damage, found when the document is read", () => {
    for (let at = 0; at < lengthOf(IDENTITY); at++) {
      flip(IDENTITY, at);
      const store = open();
      const error = errorOf(() => store.read("identity"));
      expect(error).toMatchObject({ code: "DAMAGED", details: { file: IDENTITY, lost: "the document identity" } });
      expect(store.read("chats/61")).toEqual({ clock: 1 });
      store.close();
      flip(IDENTITY, at);
    }
    expect(open().read("identity")).toEqual({ name: "alice" });
  });

  test("one document in the place of another is damage", () => {
    const other = disk.read(CHAT);
    disk.tamper(IDENTITY, () => other);
    expect(errorOf(() => open().read("identity")).message).toContain("chats/61");
  });
});

describe("segments", () => {
  test("a changed byte of a record is damage, found when the record is read, and no other is touched", () => {
    flip(CHUNK, 60);
    const store = open();
    expect(errorOf(() => store.load("messages", "m0"))).toMatchObject({ code: "DAMAGED", details: { file: CHUNK } });
    expect(store.load("messages", "m1")).toBe("text 1");
    expect(errorOf(() => everything(store)).details.file).toBe(CHUNK);
  });

  test("a missing or shortened chunk is damage", () => {
    disk.tamper(CHUNK, (content) => content.subarray(0, -1));
    expect(errorOf(() => open().load("messages", "m1")).code).toBe("DAMAGED");
    disk.tamper(CHUNK, () => undefined);
    expect(errorOf(() => open().load("messages", "m1"))).toMatchObject({ code: "DAMAGED", details: { file: CHUNK } });
    expect(errorOf(() => open().has("messages", "new")).code).toBe("DAMAGED");
  });

  test("a chunk shortened by whole records is damage, with its index or without", () => {
    dropLines(CHUNK, 3);
    expect(errorOf(() => open().load("messages", "m1")).code).toBe("DAMAGED");
    disk.tamper(INDEX, () => undefined);
    expect(errorOf(() => open().load("messages", "m1")).message).toContain("3 records instead of 4");
  });

  test("an index with any byte changed, or cut anywhere, or missing, is made anew", () => {
    const index = disk.read(INDEX) ?? new Uint8Array();
    expect(index.length).toBeGreaterThan(4 * 28);
    for (let at = 0; at < index.length; at++) {
      disk.tamper(INDEX, () => index.map((byte, place) => (place === at ? byte ^ 0x40 : byte)));
      expect(everything(open()), `byte ${at}`).toEqual(FIFTEEN);
      expect(disk.read(INDEX)).toEqual(index);
      disk.tamper(INDEX, () => index.subarray(0, at));
      expect(everything(open()), `cut ${at}`).toEqual(FIFTEEN);
    }
    disk.tamper(INDEX, () => undefined);
    expect(open().load("messages", "m3")).toBe("text 3");
  });

  test("what a checkpoint that was cut short left behind a chunk is neither seen nor kept", () => {
    const last = `${DIRECTORY}/segments/messages.000003.ndjson`;
    const counted = disk.read(last);
    disk.tamper(last, (content) =>
      Uint8Array.from([...content, ...new TextEncoder().encode("left behind\n".repeat(99))]),
    );
    disk.tamper(`${DIRECTORY}/segments/messages.000003.index`, () => undefined);
    const store = open();
    expect(everything(store)).toEqual(FIFTEEN);
    store.checkpoint();
    const now = new TextDecoder().decode(disk.read(last));
    expect(now.startsWith(new TextDecoder().decode(counted))).toBe(true);
    expect(now).not.toContain("left behind");
    disk.tamper(`${DIRECTORY}/segments/messages.000003.index`, () => undefined);
    expect(everything(open())).toEqual(FIFTEEN);
  });
});

describe("salvage", () => {
  test("takes what reads into a new profile, names what does not, and leaves the old as it is", () => {
    flip(IDENTITY, 40);
    flip(CHUNK, 60);
    flip(JOURNAL, (linesOf(JOURNAL)[0]?.length ?? 0) + 40);
    const before = disk.paths().map((path) => [path, disk.read(path)]);
    const losses = salvageFileStore(disk, DIRECTORY, "/salvaged");
    expect(losses).toEqual([
      { file: IDENTITY, lost: "the document identity" },
      { file: CHUNK, lost: "1 records" },
      { file: JOURNAL, lost: "1 of the recent transactions" },
    ]);
    const store = open("/salvaged");
    expect(store.read("identity")).toBeUndefined();
    expect(store.read("chats/61")).toEqual({ clock: 1 });
    expect(everything(store)).toEqual(FIFTEEN.filter((_, n) => n !== 0 && n !== 10));
    expect(
      disk
        .paths()
        .filter((path) => path.startsWith(DIRECTORY))
        .map((path) => [path, disk.read(path)]),
    ).toEqual(before);
  });

  test("of an undamaged profile nothing is lost, and it may have stopped in the middle of a checkpoint", () => {
    const chunk = disk.read(`${DIRECTORY}/segments/messages.000003.ndjson`) ?? new Uint8Array();
    const [, first = ""] = linesOf(JOURNAL);
    const again = /\["(m10)","a",10,"text 10"\]/.exec(first);
    expect(again).not.toBeNull();
    open().checkpoint();
    const written = disk.read(`${DIRECTORY}/segments/messages.000003.ndjson`) ?? new Uint8Array();
    expect(written.length).toBeGreaterThan(chunk.length);
    expect(salvageFileStore(disk, DIRECTORY, "/salvaged")).toEqual([]);
    expect(everything(open("/salvaged"))).toEqual(FIFTEEN);
  });

  test("without a journal, the files are what is left", () => {
    disk.tamper(JOURNAL, () => undefined);
    expect(salvageFileStore(disk, DIRECTORY, "/salvaged")).toEqual([{ file: JOURNAL, lost: "what changed recently" }]);
    expect(everything(open("/salvaged"))).toEqual(FIFTEEN.slice(0, 10));
  });

  test("never into a profile that is there", () => {
    expect(() => salvageFileStore(disk, DIRECTORY, DIRECTORY)).toThrow(UsageError);
  });
});

describe("making a profile", () => {
  test("is refused where there is one", () => {
    expect(() => createFileStore({ disk, directory: DIRECTORY })).toThrow(UsageError);
    expect(everything(open())).toEqual(FIFTEEN);
  });

  test("goes on where it was cut short", () => {
    createFileStore({ disk, directory: "/new" });
    createFileStore({ disk, directory: "/new" });
    const store = open("/new");
    store.put("identity", 1);
    store.commit();
    store.close();
    expect(() => createFileStore({ disk, directory: "/new" })).toThrow(UsageError);
  });
});

describe("a disk that fails", () => {
  test("a commit that fails is not seen, the store takes no other, and opening again shows what was durable", () => {
    const store = open();
    store.append("messages", { key: "m15", group: "a", order: 15, value: "text 15" });
    disk.beforeOperation = () => {
      throw new EnvironmentError("DISK", "no space left on device");
    };
    expect(errorOf(() => store.commit()).message).toContain("no space");
    disk.beforeOperation = () => undefined;
    expect(errorOf(() => store.commit()).message).toContain("open the profile again");
    store.rollback();
    expect(everything(store)).toEqual(FIFTEEN);
    expect(everything(open())).toEqual(FIFTEEN);
  });

  test("a failing checkpoint loses nothing", () => {
    for (let failing = 0; failing < 12; failing++) {
      const store = open();
      let operations = 0;
      disk.beforeOperation = () => {
        if (operations++ >= failing) throw new EnvironmentError("DISK", "input/output error");
      };
      expect(errorOf(() => store.checkpoint()).code).toBe("DISK");
      disk.beforeOperation = () => undefined;
      expect(everything(open())).toEqual(FIFTEEN);
    }
  });
});
