/** The holder's side of work that other processes ask for: a real session, in a simulated world. */
import { describe, expect, it } from "vitest";
import { LocalSession } from "../../../src/core/node/local-session.ts";
import { ProfileWorker } from "../../../src/core/node/profile-work.ts";
import { isEnding } from "../../../src/core/node/store/ask-holder.ts";
import type { Work } from "../../../src/core/node/store/socket.ts";
import { SECOND } from "../../../src/core/platform/time.ts";
import { MemoryStore } from "../../../src/core/profile/memory-store.ts";
import { StoredMessengerState } from "../../../src/core/profile/messenger-state.ts";
import { Profile } from "../../../src/core/profile/profile.ts";
import type { Json } from "../../../src/core/profile/store.ts";
import { World } from "../../sim/world.ts";
import { fast } from "../../support/doors.ts";
import { solve } from "../../support/toy-wire.ts";

/** A profile's holder in a world with a relay, which it is connected with if `online`. */
class Holder {
  readonly world = new World(2, fast);
  readonly store = new MemoryStore();
  readonly session: LocalSession;
  readonly worker: ProfileWorker;
  readonly events: Json[] = [];
  readonly gone = new AbortController();

  constructor({ online }: { online: boolean }) {
    const { clock, random, streams } = this.world;
    const relay = this.world.host("relay", { whisper: { confirmations: true } });
    if (!online) this.world.crash(relay);
    const { store } = this;
    const secret = () => random.bytes(32);
    const installationId = "8d4e7e4c-0b3c-4d0e-9d43-3c1b2a5f6e7d";
    new Profile(fast, store).putIdentity({ chatKey: secret(), nodeKey: secret(), installationId, createdAt: 0 });
    store.commit();
    this.session = new LocalSession({
      crypto: fast,
      random: random.fork(),
      clock,
      dialer: streams.dialer("holder"),
      miner: { mine: (request, done) => clock.after(1, () => done(solve(request))) },
      clientId: "holder",
      store,
      peers: [relay.enode],
      light: true,
    });
    this.worker = new ProfileWorker(this.session);
    this.session.start();
    this.pass(1);
  }

  ask(method: string, params: Json): Promise<Json> {
    const work: Work = { method, params, signal: this.gone.signal, emit: (event) => void this.events.push(event) };
    return this.worker.work(work);
  }

  send(text: string, more: Record<string, Json> = {}, utterance: Record<string, Json> = {}): Promise<Json> {
    const words = { chat: "work", text, contentType: "text", ...utterance };
    return this.ask("send", { utterance: words, waitFor: "sent", timeoutMs: 60_000, ...more });
  }

  pass(seconds: number): void {
    const { clock } = this.world;
    clock.runUntil(clock.now() + seconds * SECOND);
  }
}

/** Lets promises that are settled be heard. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("work", () => {
  it("sends a message, and says when it is taken up", async () => {
    const holder = new Holder({ online: true });
    const sent = holder.send("hello");
    holder.pass(2);
    expect(await sent).toMatchObject({ state: "sent", written: 1, known: false });
    expect(holder.events[0]).toBe("taken up");
  });

  it("joins and leaves", async () => {
    const holder = new Holder({ online: true });
    expect(await holder.ask("join", { chat: "work" })).toBeNull();
    expect(holder.session.profile.chats.map(({ name }) => name)).toEqual(["work"]);
    expect(await holder.ask("leave", { chat: "work" })).toBeNull();
    expect(holder.session.profile.chats).toEqual([]);
  });

  it("shows messages until the asker goes", async () => {
    const holder = new Holder({ online: true });
    const watched = holder.ask("watch", {});
    void holder.send("seen");
    holder.pass(2);
    await breathe();
    expect(holder.events).toContainEqual(expect.objectContaining({ text: "seen", outgoing: true }));
    holder.gone.abort();
    expect(await watched).toBeNull();
  });

  it("changes what the profile holds", async () => {
    const holder = new Holder({ online: false });
    const enode = `enode://${Buffer.from(fast.publicKeyOf(new Uint8Array(32).fill(3)).subarray(1)).toString("hex")}@192.0.2.9:1`;
    const added = await holder.ask("edit", { edit: "add-peer", enode, alias: "home", addedAt: 7 });
    expect(added).toMatchObject({ peer: { alias: "home", addedAt: 7 }, replaced: null });
    expect(holder.session.profile.peers).toHaveLength(1);
    await expect(holder.ask("edit", { edit: "remove-peer", name: "away" })).rejects.toThrow('no peer "away"');
    await holder.ask("edit", { edit: "remove-peer", name: "home" });
    expect(holder.session.profile.peers).toEqual([]);
  });

  it("throws what the session throws", async () => {
    const holder = new Holder({ online: true });
    const sent = holder.send("x".repeat(2 ** 20));
    holder.pass(1);
    await expect(sent).rejects.toMatchObject({ code: "REFUSED" });
  });

  it.each([
    ["dance", {}],
    ["send", {}],
    ["send", { utterance: { chat: 1, text: "x", contentType: "text" }, waitFor: "sent", timeoutMs: 1 }],
    ["send", { utterance: { chat: "c", text: "x", contentType: "music" }, waitFor: "sent", timeoutMs: 1 }],
    ["send", { utterance: { chat: "c", text: "x", contentType: "text" }, waitFor: "sent", timeoutMs: 1e12 }],
    ["send", { utterance: { chat: "c", text: "x", contentType: "text" }, waitFor: "acked", timeoutMs: 1 }],
    ["join", { chat: null }],
    ["edit", { edit: "burn" }],
    ["edit", null],
  ])("%s with %j is not understood", async (method, params) => {
    const holder = new Holder({ online: false });
    await expect(holder.ask(method, params)).rejects.toMatchObject({ name: "RemoteError", code: "MALFORMED" });
  });
});

describe("a holder that is about to end", () => {
  it("takes no more work, and sends watchers away", async () => {
    const holder = new Holder({ online: true });
    const watched = holder.ask("watch", {});
    const finished = holder.worker.finish();
    expect(await watched).toBeNull();
    await finished;
    const refused: unknown = await holder.send("late").catch((error: unknown) => error);
    expect(isEnding(refused)).toBe(true);
  });

  it("finishes the work that it has, when that is soon", async () => {
    const holder = new Holder({ online: true });
    const sent = holder.send("just in time");
    const finished = holder.worker.finish();
    holder.pass(2);
    expect(await sent).toMatchObject({ state: "sent" });
    await finished;
  });

  it("gives the work back that it cannot finish; it stays in the outbox under its key", async () => {
    const holder = new Holder({ online: false });
    const sent = holder.send("too late", {}, { idempotencyKey: "k" }).catch((error: unknown) => error);
    holder.pass(1);
    await holder.worker.finish();
    expect(isEnding(await sent)).toBe(true);
    expect([...new StoredMessengerState(fast, holder.store).outbox()]).toMatchObject([{ requestKey: "k" }]);
  });
});
