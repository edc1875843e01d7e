/** Peers that a profile keeps: by whoever holds it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Enode } from "../../../src/core/devp2p/enode.ts";
import { formatEnode } from "../../../src/core/devp2p/enode.ts";
import { applyEdit, type Edit, editedJson, editProfile } from "../../../src/core/node/edits.ts";
import { createProfile, type ProfilePlace, readProfile } from "../../../src/core/node/profiles.ts";
import { ProfileLock } from "../../../src/core/node/store/lock.ts";
import { takeWork } from "../../../src/core/node/store/socket.ts";
import { MemoryStore } from "../../../src/core/profile/memory-store.ts";
import { Profile } from "../../../src/core/profile/profile.ts";
import { SeededRandom } from "../../sim/random.ts";
import { fast } from "../../support/doors.ts";
import { idOf } from "../../support/rlpx.ts";

const secret = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const enode = (byte: number, host = "192.0.2.1"): string => {
  const node: Enode = { id: idOf(secret(byte)), host, tcpPort: 30303, udpPort: 30303 };
  return formatEnode(node);
};
const add = (node: string, alias: string | null = null): Edit => ({ edit: "add-peer", enode: node, alias, addedAt: 7 });
const remove = (name: string): Edit => ({ edit: "remove-peer", name });
const IDENTITY = { chatKey: secret(1), nodeKey: secret(2), installationId: "i", createdAt: 0 };

describe("a peer", () => {
  let profile: Profile;
  const apply = (edit: Edit) => applyEdit(fast, profile, edit);
  beforeEach(() => {
    profile = new Profile(fast, new MemoryStore());
    profile.putIdentity(IDENTITY);
  });

  it("is added with its alias", () => {
    const peer = { enode: enode(3), alias: "home", addedAt: 7 };
    expect(apply(add(enode(3), "home"))).toEqual({ peer, replaced: null });
    expect(profile.peers).toEqual([peer]);
  });

  it("that moved stands in place of the one it was", () => {
    apply(add(enode(3), "home"));
    apply(add(enode(4)));
    const { replaced } = apply(add(enode(3, "192.0.2.99"), "home"));
    expect(replaced).toMatchObject({ enode: enode(3) });
    expect(profile.peers.map((peer) => peer.enode)).toEqual([enode(4), enode(3, "192.0.2.99")]);
  });

  it("does not get the alias of another", () => {
    apply(add(enode(3), "home"));
    expect(() => apply(add(enode(4), "home"))).toThrow(/alias "home" belongs to enode/);
    expect(profile.peers).toHaveLength(1);
  });

  it("needs a real key", () => {
    expect(() => apply(add("enode://00@192.0.2.1:1"))).toThrow("128 hex digits");
  });

  it.each([
    ["its alias", "home"],
    ["its enode", enode(3)],
    ["its enode at another place", enode(3, "elsewhere.example")],
    ["its node id", idOf(secret(3))],
    ["its node id without 0x, in capitals", idOf(secret(3)).slice(2).toUpperCase()],
  ])("is removed by %s", (_, name) => {
    apply(add(enode(3), "home"));
    expect(apply(remove(name))).toMatchObject({ peer: { alias: "home" }, replaced: null });
    expect(profile.peers).toEqual([]);
  });

  it("that is not there is named, with those that are", () => {
    apply(add(enode(3), "home"));
    const error: unknown = (() => {
      try {
        return apply(remove("away"));
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ code: "NOT_FOUND", details: { hint: expect.stringContaining("home") } });
  });
});

describe("a profile on disk", () => {
  let folder: string;
  let place: ProfilePlace & { readonly crypto: typeof fast };
  const edit = (what: Edit, waitLockMs = 5000) => editProfile(place, { command: "test", waitLockMs }, what);
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "statusctl-edits-"));
    const passphrase = async () => undefined;
    place = { crypto: fast, random: new SeededRandom(1), directory: join(folder, "profile"), passphrase };
    await createProfile(place, IDENTITY);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function take(): ProfileLock {
    const lock = ProfileLock.try(place.directory, { command: "statusctl watch", now: Date.now() });
    if (!(lock instanceof ProfileLock)) throw new Error("the profile is free");
    return lock;
  }

  it("that is free is changed here, and is free again", async () => {
    await edit(add(enode(3), "home"));
    expect((await readProfile(place)).peers).toMatchObject([{ alias: "home" }]);
    take().release();
  });

  it("is free again after a change that was refused", async () => {
    await expect(edit(remove("away"))).rejects.toMatchObject({ code: "NOT_FOUND" });
    take().release();
  });

  it("that is held is changed by its holder", async () => {
    const lock = take();
    const asked: unknown[] = [];
    const peer = { enode: enode(3), alias: null, addedAt: 7 };
    const socket = await takeWork(place.directory, lock, async ({ method, params }) => {
      asked.push({ method, params });
      return editedJson({ peer, replaced: null });
    });
    expect(await edit(add(enode(3)))).toEqual({ peer, replaced: null });
    expect(asked).toEqual([{ method: "edit", params: add(enode(3)) }]);
    await socket.close();
    lock.release();
  });

  it("whose holder is silent stays as it is", async () => {
    const lock = take();
    await expect(edit(add(enode(3)), 100)).rejects.toMatchObject({ code: "LOCKED" });
    lock.release();
    expect((await readProfile(place)).peers).toEqual([]);
  });
});
