/** A presence among relays in a simulated world: what becomes of what it posts. */
import { describe, expect, it } from "vitest";
import { Presence, type PresenceOptions } from "../../../src/core/node/presence.ts";
import { SECOND, toSeconds } from "../../../src/core/platform/time.ts";
import { joinBlooms } from "../../../src/core/whisper/bloom.ts";
import { type Envelope, encodeEnvelope } from "../../../src/core/whisper/envelope.ts";
import type { WhisperOptions } from "../../../src/core/whisper/whisper.ts";
import { type Host, World } from "../../sim/world.ts";
import { fast } from "../../support/doors.ts";
import { CHAT } from "../../support/whisper-machines.ts";

class Scene {
  readonly world: World;

  constructor(seed = 1) {
    this.world = new World(seed, fast);
  }

  relay(name: string, whisper: Partial<WhisperOptions> = {}): Host {
    return this.world.host(name, { whisper: { confirmations: true, ...whisper } });
  }

  /** Alice, who was told of these relays; not connected yet. */
  alice(relays: readonly Host[], options: Partial<PresenceOptions> = {}): Presence {
    const { clock, random, streams } = this.world;
    return new Presence({
      crypto: fast,
      random: random.fork(),
      clock,
      dialer: streams.dialer("alice"),
      miner: { mine: () => () => undefined },
      nodeSecret: random.bytes(32),
      clientId: "alice",
      peers: relays.map(({ enode }) => enode),
      ...options,
    });
  }

  envelope({ ttl = 10, topic = CHAT, minPow = 0.002 } = {}): Envelope {
    const draft = { expiry: toSeconds(this.world.clock.now()) + ttl, ttl, topic, data: new Uint8Array(64) };
    for (let nonce = 0n; ; nonce++) {
      const envelope = encodeEnvelope(fast, draft, nonce);
      if (envelope.pow >= minPow) return envelope;
    }
  }

  pass(seconds: number): void {
    this.world.clock.runUntil(this.world.clock.now() + seconds * SECOND);
  }
}

const never = new AbortController().signal;

describe("an envelope", () => {
  it("is sent once a relay has confirmed it", async () => {
    const scene = new Scene();
    const relay = scene.relay("relay");
    const alice = scene.alice([relay]);
    alice.start();
    const posted = alice.post(scene.envelope(), never);
    scene.pass(2);
    expect(await posted).toMatchObject({ state: "sent", peer: relay.enode.id, written: 1, reason: null });
  });

  it("is sent when it was written to a relay that does not confirm", async () => {
    const scene = new Scene();
    const relay = scene.relay("relay", { confirmations: false });
    const alice = scene.alice([relay]);
    alice.start();
    const posted = alice.post(scene.envelope(), never);
    scene.pass(2);
    expect(await posted).toMatchObject({ state: "sent", peer: relay.enode.id, written: 1 });
  });

  it("stays in the pool while nobody is there, until time is up", async () => {
    const scene = new Scene();
    const relay = scene.relay("relay");
    scene.world.crash(relay);
    const alice = scene.alice([relay]);
    alice.start();
    const abort = new AbortController();
    const posted = alice.post(scene.envelope(), abort.signal);
    scene.pass(2);
    abort.abort();
    expect(await posted).toMatchObject({ state: "pooled", peer: null, written: 0 });
    expect(alice.troubles).toEqual(["relay:1: relay does not answer"]);
  });

  it("expires in the pool", async () => {
    const scene = new Scene();
    const alice = scene.alice([]);
    alice.start();
    const posted = alice.post(scene.envelope({ ttl: 3 }), never);
    scene.pass(10);
    expect(await posted).toMatchObject({ state: "expired", reason: "its time to live ran out" });
  });

  it("that our own pool does not take is refused", async () => {
    const scene = new Scene();
    const alice = scene.alice([], { whisper: { minPow: 1000 } });
    const posted = alice.post(scene.envelope(), never);
    scene.pass(0);
    expect(await posted).toMatchObject({
      state: "refused",
      reason: "its proof of work is below our own minimum",
    });
  });

  it("that some relays want goes to them, whatever the others announced", async () => {
    const scene = new Scene();
    const [dear, cheap] = [scene.relay("dear", { minPow: 1000 }), scene.relay("cheap")];
    const alice = scene.alice([dear, cheap]);
    alice.start();
    scene.pass(1);
    const posted = alice.post(scene.envelope(), never);
    scene.pass(2);
    expect(await posted).toMatchObject({ state: "sent", peer: cheap.enode.id, written: 1 });
  });

  it("that no relay wants is rejected at once when all of them are there", async () => {
    const scene = new Scene();
    const [dear, picky] = [scene.relay("dear", { minPow: 1000 }), scene.relay("picky", { bloom: joinBlooms([]) })];
    const alice = scene.alice([dear, picky]);
    alice.start();
    scene.pass(1);
    const posted = alice.post(scene.envelope(), never);
    scene.pass(0);
    const outcome = await posted;
    expect(outcome).toMatchObject({ state: "rejected", written: 0 });
    expect([dear.enode.id, picky.enode.id]).toContain(outcome.peer);
    expect(outcome.reason).toMatch(/proof of work of 1000|outside its bloom filter/);
  });

  it("that no relay wants waits for those that may still come, and is rejected when time is up", async () => {
    const scene = new Scene();
    const [dear, late] = [scene.relay("dear", { minPow: 1000 }), scene.relay("late")];
    scene.world.crash(late);
    const alice = scene.alice([dear, late]);
    alice.start();
    scene.pass(1);
    const abort = new AbortController();
    const first = alice.post(scene.envelope({ ttl: 60 }), abort.signal);
    scene.pass(1);
    abort.abort();
    expect(await first).toMatchObject({ state: "rejected", peer: dear.enode.id });
    const second = alice.post(scene.envelope({ ttl: 60, minPow: 0.01 }), never);
    const back = scene.world.host("late", { whisper: { confirmations: true } }, late.secret);
    scene.pass(40);
    expect(await second).toMatchObject({ state: "sent", peer: back.enode.id });
  });

  it("that is wanted after all, because the relay asks for less now, is sent", async () => {
    const scene = new Scene();
    const [relay, away] = [scene.relay("relay", { minPow: 1000 }), scene.relay("away")];
    scene.world.crash(away);
    const alice = scene.alice([relay, away]);
    alice.start();
    scene.pass(1);
    const posted = alice.post(scene.envelope(), never);
    relay.node.whisper({ type: "minPow", minPow: 0.001 });
    scene.pass(2);
    expect(await posted).toMatchObject({ state: "sent", peer: relay.enode.id });
  });

  it.each([1, 2, 3, 4, 5, 6])(
    "that is past its time for one relay is still taken by another (seed %i)",
    async (seed) => {
      const scene = new Scene(seed);
      const [strict, lenient] = [scene.relay("strict", { maxTtl: 5 }), scene.relay("lenient")];
      const alice = scene.alice([strict, lenient]);
      alice.start();
      scene.pass(1);
      const posted = alice.post(scene.envelope({ ttl: 30 }), never);
      scene.pass(2);
      expect(await posted).toMatchObject({ state: "sent", peer: lenient.enode.id, written: 2 });
    },
  );

  it("that all relays refuse is rejected with their words", async () => {
    const scene = new Scene();
    const strict = scene.relay("strict", { maxTtl: 5 });
    const alice = scene.alice([strict]);
    alice.start();
    const posted = alice.post(scene.envelope({ ttl: 30 }), never);
    scene.pass(2);
    expect(await posted).toMatchObject({ state: "rejected", peer: strict.enode.id, written: 1 });
    expect((await posted).reason).not.toBe("");
  });
});

describe("being there", () => {
  it("is known of each peer that speaks Whisper, as long as it does", async () => {
    const scene = new Scene();
    const relay = scene.relay("relay", { minPow: 7 });
    const alice = scene.alice([relay]);
    alice.start();
    const joined = alice.joined(never);
    scene.pass(1);
    expect(await joined).toBe(true);
    expect(await alice.joined(AbortSignal.abort())).toBe(true);
    expect(alice.ready.get(relay.enode.id)).toMatchObject({ minPow: 7 });
    relay.node.stop();
    scene.pass(1);
    expect([...alice.ready]).toEqual([]);
  });

  it("is waited for no longer than the signal says", async () => {
    const scene = new Scene();
    const alice = scene.alice([]);
    expect(await alice.joined(AbortSignal.abort())).toBe(false);
  });

  it("ends with a goodbye", () => {
    const scene = new Scene();
    const relay = scene.relay("relay");
    const alice = scene.alice([relay]);
    alice.start();
    scene.pass(1);
    expect(relay.node.pool.peers).toHaveLength(1);
    alice.stop();
    scene.pass(1);
    expect(relay.node.pool.peers).toEqual([]);
  });
});
