/** A profile is for its owner alone, from the first byte on, whatever the umask says. */
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFileStore, FileStore } from "../../../src/core/node/store/file-store.ts";
import { FileStoreReader } from "../../../src/core/node/store/file-store-reader.ts";
import { systemDisk } from "../../../src/core/node/store/system-disk.ts";
import { EnvironmentError } from "../../../src/core/platform/errors.ts";
import { SimulatedDisk } from "../../support/simulated-disk.ts";

let root: string;
let directory: string;

beforeEach(() => {
  root = mkdtempSync(`${tmpdir()}/statusctl-modes-`);
  directory = `${root}/data/statusctl/profiles/alice`;
  fill();
});

afterEach(() => rmSync(root, { recursive: true }));

function fill(): void {
  createFileStore({ disk: systemDisk, directory });
  const store = new FileStore({ disk: systemDisk, directory });
  store.put("identity", "secret");
  store.append("messages", { key: "m1", group: "a", order: 1, value: "secret" });
  store.commit();
  store.checkpoint();
  store.put("identity", "new secret");
  store.commit();
  store.checkpoint();
  store.close();
}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

function everyPath(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const inside = `${path}/${entry.name}`;
    return entry.isDirectory() ? [inside, ...everyPath(inside)] : [inside];
  });
}

/** Everything that reads: opening, and each kind of read. */
function use(path: string): void {
  const store = new FileStore({ disk: systemDisk, directory: path });
  try {
    store.read("identity");
    store.load("messages", "m1");
  } finally {
    store.close();
  }
}

function refusalOf(task: () => void): EnvironmentError {
  try {
    task();
  } catch (error) {
    if (error instanceof EnvironmentError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("what is made", () => {
  test("directories have mode 0700 and files 0600, under any umask", () => {
    for (const umask of [0o000, 0o022, 0o077]) {
      rmSync(`${root}/data`, { recursive: true });
      const before = process.umask(umask);
      try {
        fill();
      } finally {
        process.umask(before);
      }
      const paths = everyPath(root);
      expect(paths.length).toBeGreaterThan(8);
      for (const path of paths) expect(modeOf(path), path).toBe(statSync(path).isDirectory() ? "700" : "600");
    }
  });

  test("no temporary file is left", () => {
    expect(everyPath(root).filter((path) => path.includes(".tmp"))).toEqual([]);
  });
});

describe("what others may read or write is refused, with the command that mends it", () => {
  const places = [
    "",
    "/documents",
    "/segments",
    "/journal",
    "/documents/identity.json",
    "/segments/messages.000001.ndjson",
  ];

  test.each([...places, "/segments/messages.000001.index"])("DIR%s", (place) => {
    const path = `${directory}${place}`;
    const mode = statSync(path).mode;
    for (const bit of [0o040, 0o020, 0o010, 0o004, 0o002, 0o001]) {
      chmodSync(path, mode | bit);
      const error = refusalOf(() => use(directory));
      expect(error.code).toBe("PERMISSIONS");
      expect(error.details.remedy).toBe(`chmod go= ${path}`);
      chmodSync(path, mode);
    }
    use(directory);
  });

  test("for a reader as well", () => {
    chmodSync(`${directory}/journal`, 0o644);
    expect(refusalOf(() => new FileStoreReader({ disk: systemDisk, directory })).code).toBe("PERMISSIONS");
  });

  test("and the file of another user", () => {
    const disk = new SimulatedDisk();
    createFileStore({ disk, directory: "/profile" });
    disk.setState("/profile/journal", { owner: 0 });
    const error = refusalOf(() => new FileStore({ disk, directory: "/profile" }));
    expect(error).toMatchObject({ code: "PERMISSIONS", details: { remedy: "chown 1000 /profile/journal" } });
  });

  test("and what is no file", () => {
    const disk = new SimulatedDisk();
    createFileStore({ disk, directory: "/profile" });
    disk.setState("/profile/journal", { kind: "other" });
    expect(refusalOf(() => new FileStore({ disk, directory: "/profile" })).code).toBe("PERMISSIONS");
  });
});

describe("the disk of this machine", () => {
  test("says what failed, and where", () => {
    const error = refusalOf(() => systemDisk.open(`${root}/missing`));
    expect(error).toMatchObject({ code: "DISK", details: { file: `${root}/missing`, errno: "ENOENT" } });
    expect(refusalOf(() => systemDisk.create(`${directory}/journal`)).details.errno).toBe("EEXIST");
    expect(systemDisk.read(`${root}/missing`)).toBeUndefined();
    expect(systemDisk.stat(`${root}/missing`)).toBeUndefined();
    expect(systemDisk.list(`${root}/missing`)).toEqual([]);
  });
});
