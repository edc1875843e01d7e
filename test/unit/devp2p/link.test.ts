import { describe, expect, test } from "vitest";
import { concatBytes, utf8 } from "../../../src/core/bytes/bytes.ts";
import { DISCONNECT_REASONS, decodeDisconnect } from "../../../src/core/devp2p/disconnect.ts";
import { decodeHello } from "../../../src/core/devp2p/hello.ts";
import { Link, type LinkOptions } from "../../../src/core/devp2p/link.ts";
import type { LinkInput, LinkOutput } from "../../../src/core/devp2p/link-io.ts";
import type { NodeId } from "../../../src/core/platform/node-id.ts";
import { NEVER } from "../../../src/core/platform/time.ts";
import { SeededRandom } from "../../sim/random.ts";
import {
  ALICE,
  acceptedLink,
  BOB,
  causeOf,
  feedWelcoming,
  idOf,
  linkOptions,
  ofType,
  openLink,
  ScriptedPeer,
  SHH,
  wireOf,
} from "../../support/rlpx.ts";

const C0 = Uint8Array.of(0xc0);

/** Two links and the wire between them, which delivers at once, in pieces. */
class Conversation {
  readonly alice: Link;
  readonly bob: Link;
  readonly told: { who: "alice" | "bob"; output: LinkOutput }[] = [];
  readonly #pieceLength: number;
  now = 0;

  constructor(options: { alice?: Partial<LinkOptions>; bob?: Partial<LinkOptions>; pieceLength?: number } = {}) {
    const bob = { staticSecret: BOB, clientId: "bob", random: new SeededRandom(2), ...options.bob };
    this.alice = Link.dial({ ...linkOptions(options.alice), remote: idOf(BOB) });
    this.bob = Link.accept(linkOptions(bob));
    this.#pieceLength = options.pieceLength ?? Number.POSITIVE_INFINITY;
  }

  begin(): this {
    this.#hear("alice", this.alice.tick(this.now));
    return this;
  }

  tell(who: "alice" | "bob", input: LinkInput): void {
    this.#hear(who, feedWelcoming(this[who], input, this.now));
  }

  /** Jumps to the next wake-up until `time`. */
  run(time: number): void {
    for (;;) {
      const next = Math.min(this.alice.wakeAt(), this.bob.wakeAt());
      if (next > time) break;
      this.now = next;
      for (const who of ["alice", "bob"] as const)
        if (this[who].wakeAt() <= next) this.#hear(who, this[who].tick(next));
    }
    this.now = time;
  }

  of(who: "alice" | "bob"): LinkOutput[] {
    return this.told.filter((entry) => entry.who === who).map(({ output }) => output);
  }

  #hear(who: "alice" | "bob", outputs: readonly LinkOutput[]): void {
    this.told.push(...outputs.map((output) => ({ who, output })));
    this.#deliver(who === "alice" ? "bob" : "alice", wireOf(outputs));
  }

  #deliver(to: "alice" | "bob", bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += this.#pieceLength) {
      this.tell(to, { type: "bytes", bytes: bytes.slice(at, at + this.#pieceLength) });
    }
  }
}

describe("two links", () => {
  test.each([1, 100, Number.POSITIVE_INFINITY])("come to know each other, %s bytes at a time", (pieceLength) => {
    const talk = new Conversation({ pieceLength }).begin();
    const stages = (who: "alice" | "bob") => ofType(talk.of(who), "stage").map(({ stage }) => stage);
    expect(stages("alice")).toEqual(["auth", "ack", "hello", "capabilities"]);
    expect(stages("bob")).toEqual(["auth", "ack", "hello", "capabilities"]);
    expect(ofType(talk.of("alice"), "identified")).toEqual([{ type: "identified", peer: idOf(BOB) }]);
    expect(ofType(talk.of("bob"), "identified")).toEqual([{ type: "identified", peer: idOf(ALICE) }]);
    const shared = [{ ...SHH, offset: 0x10 }];
    expect(ofType(talk.of("alice"), "ready")).toMatchObject([
      { peer: idOf(BOB), hello: { clientId: "bob", version: 5 }, shared },
    ]);
    expect(ofType(talk.of("bob"), "ready")).toMatchObject([
      { peer: idOf(ALICE), hello: { clientId: "alice" }, shared },
    ]);
  });

  test.each([1, 1000, Number.POSITIVE_INFINITY])("carry messages both ways, %s bytes at a time", (pieceLength) => {
    const talk = new Conversation({ pieceLength }).begin();
    const messages = [utf8("short"), new Uint8Array(), new SeededRandom(1).bytes(5000), new Uint8Array(5000)];
    for (const [code, data] of messages.entries()) {
      talk.tell("alice", { type: "send", capability: "shh", code, data });
      talk.tell("bob", { type: "send", capability: "shh", code: 127 - code, data });
    }
    const heard = (who: "alice" | "bob") =>
      ofType(talk.of(who), "message").map(({ capability, code, data }) => [capability, code, data]);
    expect(heard("bob")).toEqual(messages.map((data, index) => ["shh", index, data]));
    expect(heard("alice")).toEqual(messages.map((data, index) => ["shh", 127 - index, data]));
  });

  test("with two capabilities keep their messages apart", () => {
    const capabilities = [{ name: "waku", version: 0, length: 128 }, SHH];
    const talk = new Conversation({ alice: { capabilities }, bob: { capabilities } }).begin();
    talk.tell("alice", { type: "send", capability: "waku", code: 5, data: C0 });
    talk.tell("alice", { type: "send", capability: "shh", code: 127, data: C0 });
    expect(ofType(talk.of("bob"), "message")).toMatchObject([
      { capability: "waku", code: 5 },
      { capability: "shh", code: 127 },
    ]);
  });

  test("stay together for hours in which nobody says anything", () => {
    const talk = new Conversation().begin();
    talk.run(3 * 3_600_000);
    expect(causeOf(talk.of("alice")) ?? causeOf(talk.of("bob"))).toBeUndefined();
  });

  test("part when one says goodbye: the other hears why, and both rest", () => {
    const talk = new Conversation().begin();
    talk.tell("alice", { type: "disconnect", reason: DISCONNECT_REASONS.quitting });
    expect(causeOf(talk.of("alice"))).toEqual({ type: "ours", reason: 8 });
    expect(causeOf(talk.of("bob"))).toEqual({ type: "theirs", reason: 8 });
    expect(talk.of("alice").at(-1)?.type).toBe("close");
    expect([talk.alice.wakeAt(), talk.bob.wakeAt()]).toEqual([NEVER, NEVER]);
  });

  test("report every frame to whoever asked for a trace", () => {
    const talk = new Conversation({ alice: { trace: true } }).begin();
    talk.tell("alice", { type: "send", capability: "shh", code: 1, data: new Uint8Array(300) });
    talk.tell("bob", { type: "send", capability: "shh", code: 0, data: C0 });
    const frames = ofType(talk.of("alice"), "frame").map(({ direction, capability, code, data }) => [
      direction,
      capability,
      code,
      data.length,
    ]);
    const [first, second, ...rest] = frames;
    expect([first?.slice(0, 3), second?.slice(0, 3)]).toEqual([
      ["out", "p2p", 0],
      ["in", "p2p", 0],
    ]);
    expect(rest).toEqual([
      ["out", "shh", 1, 300],
      ["in", "shh", 0, 1],
    ]);
    expect(ofType(talk.of("alice"), "frame")[2]?.wireLength).toBeLessThan(40);
    expect(ofType(talk.of("bob"), "frame")).toEqual([]);
  });
});

describe("the moment of being identified", () => {
  /** Bob dials; what Alice's link says until its shell answers. */
  function identified(): { link: Link; bob: ScriptedPeer; outputs: LinkOutput[] } {
    const [link, bob] = [Link.accept(linkOptions()), new ScriptedPeer()];
    const { auth, hearAck } = bob.dial();
    const outputs = link.feed({ type: "bytes", bytes: auth }, 0);
    hearAck(wireOf(outputs));
    return { link, bob, outputs };
  }

  test("is the last thing heard of a link until the shell answers", () => {
    const { link, bob, outputs } = identified();
    expect(outputs.at(-1)).toEqual({ type: "identified", peer: idOf(BOB) });
    expect(link.feed({ type: "bytes", bytes: bob.saysHello() }, 0)).toEqual([]);
    expect(link.feed({ type: "welcome" }, 0).map(({ type }) => type)).toEqual(["write", "stage", "stage", "ready"]);
  });

  test("lets the shell refuse: the peer hears why, uncompressed, instead of Hello", () => {
    const { link, bob } = identified();
    const outputs = link.feed({ type: "disconnect", reason: DISCONNECT_REASONS.tooManyPeers }, 0);
    expect(bob.hears(wireOf(outputs))).toMatchObject([{ id: 1, data: Uint8Array.of(0xc1, 0x04) }]);
    expect(causeOf(outputs)).toEqual({ type: "ours", reason: 4 });
  });

  test("finds what came with the ack, whatever has become of the chunk", () => {
    const link = Link.dial({ ...linkOptions(), remote: idOf(BOB) });
    const bob = new ScriptedPeer();
    const ack = bob.answer(wireOf(link.tick(0)));
    const chunk = concatBytes(ack, bob.saysHello());
    expect(link.feed({ type: "bytes", bytes: chunk }, 0).at(-1)?.type).toBe("identified");
    chunk.fill(0);
    expect(link.feed({ type: "welcome" }, 0).at(-1)?.type).toBe("ready");
  });

  test("keeps a bounded number of bytes waiting", () => {
    const { link } = identified();
    for (let sent = 0; sent < 2 ** 16; sent += 2 ** 12) {
      expect(link.feed({ type: "bytes", bytes: new Uint8Array(2 ** 12) }, 0)).toEqual([]);
    }
    expect(link.bufferedBytes).toBe(2 ** 16);
    expect(causeOf(link.feed({ type: "bytes", bytes: Uint8Array.of(1) }, 0))).toMatchObject({
      type: "broken",
      error: { code: "FLOOD" },
    });
    expect(link.bufferedBytes).toBe(0);
  });

  test("does not outlast the time for the handshake", () => {
    const { link } = identified();
    expect(link.wakeAt()).toBe(5000);
    expect(causeOf(link.tick(5000))).toMatchObject({ type: "broken", error: { code: "TIMEOUT" } });
  });
});

describe("Hello", () => {
  test("offers what we have, sorted, with our key and version 5", () => {
    const capabilities = [
      { name: "waku", version: 0, length: 1 },
      { name: "shh", version: 6, length: 1 },
      { name: "shh", version: 5, length: 1 },
    ];
    const { greeting } = acceptedLink({ capabilities, listenPort: 30303, clientId: "statusctl/v1" });
    expect(greeting).toHaveLength(1);
    expect(decodeHello(greeting[0]?.data ?? new Uint8Array())).toEqual({
      version: 5,
      clientId: "statusctl/v1",
      capabilities: [
        { name: "shh", version: 5 },
        { name: "shh", version: 6 },
        { name: "waku", version: 0 },
      ],
      listenPort: 30303,
      nodeId: idOf(ALICE),
    });
  });

  test("of version 4 means that nothing is compressed", () => {
    const { link, bob } = openLink({}, { version: 4 });
    const data = new Uint8Array(300);
    const sent = bob.hears(wireOf(link.feed({ type: "send", capability: "shh", code: 1, data }, 0)));
    expect(sent).toMatchObject([{ id: 0x11, data, wireLength: 301 }]);
    const heard = link.feed({ type: "bytes", bytes: bob.says(0x12, data) }, 0);
    expect(heard).toEqual([{ type: "message", capability: "shh", code: 2, data }]);
  });

  test("of a version after ours means the same as ours", () => {
    const { link, bob } = openLink({}, { version: 55 });
    const sent = bob.hears(
      wireOf(link.feed({ type: "send", capability: "shh", code: 1, data: new Uint8Array(300) }, 0)),
    );
    expect(sent).toMatchObject([{ id: 0x11, data: new Uint8Array(300) }]);
  });

  test("that shares no capability ends the link with `useless peer`, compressed", () => {
    const { link, bob } = acceptedLink();
    const outputs = link.feed(
      { type: "bytes", bytes: bob.saysHello({ capabilities: [{ name: "eth", version: 63 }] }) },
      0,
    );
    bob.session.startCompression();
    expect(bob.hears(wireOf(outputs))).toMatchObject([{ id: 1, wireLength: 5, data: Uint8Array.of(0xc1, 0x03) }]);
    expect(causeOf(outputs)).toMatchObject({ type: "ours", reason: 3, error: { code: "UNSUPPORTED" } });
    expect(ofType(outputs, "stage").map(({ stage }) => stage)).toEqual(["hello"]);
  });

  test("with another key than the handshake's ends the link with `unexpected identity`, compressed", () => {
    const { link, bob } = acceptedLink();
    const outputs = link.feed({ type: "bytes", bytes: bob.saysHello({ nodeId: idOf(ALICE) }) }, 0);
    bob.session.startCompression();
    expect(bob.hears(wireOf(outputs))).toMatchObject([{ id: 1, wireLength: 5, data: Uint8Array.of(0xc1, 0x09) }]);
    expect(causeOf(outputs)).toMatchObject({ type: "ours", reason: 9, error: { code: "INVALID" } });
  });

  test("with a key of zeros ends the link with `invalid identity`, uncompressed", () => {
    const { link, bob } = acceptedLink();
    const nodeId: NodeId = `0x${"00".repeat(64)}` as NodeId;
    const outputs = link.feed({ type: "bytes", bytes: bob.saysHello({ nodeId }) }, 0);
    expect(bob.hears(wireOf(outputs))).toMatchObject([{ id: 1, wireLength: 3, data: Uint8Array.of(0xc1, 0x07) }]);
    expect(causeOf(outputs)).toMatchObject({ type: "ours", reason: 7, error: { code: "BAD_KEY" } });
  });

  test("is not the first message: the link breaks without a word", () => {
    for (const id of [2, 3, 4, 0x10, 0x200]) {
      const { link, bob } = acceptedLink();
      const outputs = link.feed({ type: "bytes", bytes: bob.says(id, C0) }, 0);
      expect(outputs).toMatchObject([{ type: "close", cause: { type: "broken", error: { code: "PROTOCOL" } } }]);
    }
  });

  test("replaced by a Disconnect is answered with the same, uncompressed", () => {
    const { link, bob } = acceptedLink();
    const outputs = link.feed({ type: "bytes", bytes: bob.saysGoodbye(5) }, 0);
    expect(bob.hears(wireOf(outputs))).toMatchObject([{ id: 1, wireLength: 3, data: Uint8Array.of(0xc1, 0x05) }]);
    expect(causeOf(outputs)).toEqual({ type: "theirs", reason: 5 });
  });

  test("said twice is ignored the second time, and a message right behind the first is heard", () => {
    const { link, bob } = acceptedLink();
    const hello = bob.saysHello();
    bob.session.startCompression();
    const chunk = concatBytes(
      hello,
      bob.says(0x10, utf8("status")),
      bob.saysHello({ version: 4 }),
      bob.says(0x11, utf8("more")),
    );
    const outputs = link.feed({ type: "bytes", bytes: chunk }, 0);
    expect(outputs.map(({ type }) => type)).toEqual(["stage", "stage", "ready", "message", "message"]);
  });
});

describe("an open link", () => {
  test("answers Ping at once and ignores Pong and the reserved ids", () => {
    const { link, bob } = openLink();
    const ignored = [3, 4, 0x0f].map((id) => bob.says(id, C0));
    expect(link.feed({ type: "bytes", bytes: concatBytes(...ignored) }, 0)).toEqual([]);
    const outputs = link.feed({ type: "bytes", bytes: bob.says(2, C0) }, 0);
    expect(bob.hears(wireOf(outputs))).toMatchObject([{ id: 3, data: C0 }]);
  });

  test("answers a Disconnect with the same, compressed, and hears nothing after it", () => {
    const { link, bob } = openLink();
    const chunk = concatBytes(bob.saysGoodbye(0), bob.says(0x10, C0));
    const outputs = link.feed({ type: "bytes", bytes: chunk }, 0);
    const [echo] = bob.hears(wireOf(outputs));
    expect(echo).toMatchObject({ id: 1, wireLength: 5 });
    expect(decodeDisconnect(echo?.data ?? C0)).toBe(0);
    expect(outputs.map(({ type }) => type)).toEqual(["write", "close"]);
  });

  test("breaks without a word on an id that belongs to nobody", () => {
    for (const id of [0x90, 0x200, 0xffff_ffff]) {
      const { link, bob } = openLink();
      const outputs = link.feed({ type: "bytes", bytes: bob.says(id, C0) }, 0);
      expect(outputs).toMatchObject([{ type: "close", cause: { type: "broken", error: { code: "PROTOCOL" } } }]);
    }
  });

  test("says Ping every 15 seconds, whatever else it says", () => {
    const { link, bob } = openLink();
    expect(link.wakeAt()).toBe(15_000);
    link.feed({ type: "bytes", bytes: bob.says(0x10, C0) }, 14_000);
    expect(link.tick(14_999)).toEqual([]);
    const pings = [15_000, 30_000, 43_999].flatMap((now) => link.tick(now));
    expect(bob.hears(wireOf(pings)).map(({ id }) => id)).toEqual([2, 2]);
  });

  test("breaks after 30 seconds of silence, counted from the last message", () => {
    const { link, bob } = openLink();
    link.feed({ type: "bytes", bytes: bob.says(0x10, C0) }, 10_000);
    expect(causeOf([...link.tick(15_000), ...link.tick(30_000), ...link.tick(39_999)])).toBeUndefined();
    expect(causeOf(link.tick(40_000))).toMatchObject({ type: "broken", error: { code: "TIMEOUT" } });
  });

  test("does not count pieces of a message as a message", () => {
    const { link, bob } = openLink();
    const frame = bob.says(0x10, new SeededRandom(1).bytes(1000));
    for (let at = 0; at < 25; at++) link.feed({ type: "bytes", bytes: frame.subarray(at, at + 1) }, 1000 * at);
    expect(causeOf([...link.tick(15_000), ...link.tick(30_000)])).toMatchObject({
      type: "broken",
      error: { code: "TIMEOUT" },
    });
  });

  test("neither keeps nor changes what it is given", () => {
    const { link, bob } = openLink();
    const data = utf8("mine");
    const sent = wireOf(link.feed({ type: "send", capability: "shh", code: 1, data }, 0));
    data.fill(0);
    expect(bob.hears(sent)).toMatchObject([{ data: utf8("mine") }]);

    const frame = bob.says(0x11, utf8("a message in two pieces"));
    const [head, tail] = [frame.slice(0, 40), frame.slice(40)];
    const copy = head.slice();
    link.feed({ type: "bytes", bytes: head }, 0);
    expect(head).toEqual(copy);
    head.fill(0);
    const outputs = link.feed({ type: "bytes", bytes: tail }, 0);
    tail.fill(0);
    expect(ofType(outputs, "message")[0]?.data).toEqual(utf8("a message in two pieces"));
  });

  test("refuses to send what the peer does not know: that is our own mistake", () => {
    const { link } = openLink();
    expect(() => link.feed({ type: "send", capability: "eth", code: 1, data: C0 }, 0)).toThrow("assertion failed");
    expect(() => link.feed({ type: "send", capability: "shh", code: 128, data: C0 }, 0)).toThrow("assertion failed");
  });
});

describe("a link that is not open", () => {
  test("does not send: messages come after Hello", () => {
    const { link } = acceptedLink();
    expect(() => link.feed({ type: "send", capability: "shh", code: 1, data: C0 }, 0)).toThrow(
      "once the link is ready",
    );
  });

  test("says nothing on disconnecting before there are secrets, and closes", () => {
    const link = Link.accept(linkOptions());
    expect(link.feed({ type: "disconnect", reason: 8 }, 0)).toEqual([
      { type: "close", cause: { type: "ours", reason: 8 } },
    ]);
  });

  test("does nothing any more once it is closed", () => {
    const { link, bob } = openLink();
    link.feed({ type: "disconnect", reason: 8 }, 0);
    const inputs: LinkInput[] = [
      { type: "bytes", bytes: bob.saysGoodbye(8) },
      { type: "welcome" },
      { type: "send", capability: "shh", code: 1, data: C0 },
      { type: "disconnect", reason: 0 },
    ];
    expect(inputs.flatMap((input) => link.feed(input, 1))).toEqual([]);
    expect(link.tick(1_000_000)).toEqual([]);
    expect(link.wakeAt()).toBe(NEVER);
    expect(link.bufferedBytes).toBe(0);
  });

  test("gives up five seconds after the stream was opened, at every stage, and names it", () => {
    const dialling = Link.dial({ ...linkOptions({ now: 1000 }), remote: idOf(BOB) });
    expect(dialling.wakeAt()).toBe(1000);
    expect(wireOf(dialling.tick(1000)).length).toBeGreaterThan(307);
    const waiting = {
      "awaiting ack": dialling,
      "awaiting auth": Link.accept(linkOptions({ now: 1000 })),
      "awaiting hello": acceptedLink({ now: 1000 }).link,
    };
    for (const [stage, link] of Object.entries(waiting)) {
      expect(link.wakeAt()).toBe(6000);
      expect(link.tick(5999)).toEqual([]);
      expect(causeOf(link.tick(6000))).toMatchObject({
        type: "broken",
        error: { code: "TIMEOUT", message: expect.stringContaining(stage) },
      });
    }
  });

  test("to a node id that is no point of the curve breaks before it writes", () => {
    const link = Link.dial({ ...linkOptions(), remote: `0x${"01".repeat(64)}` as NodeId });
    expect(link.tick(0)).toMatchObject([{ type: "close", cause: { type: "broken", error: { code: "BAD_KEY" } } }]);
  });

  test("begins by itself when it is told something before its first tick", () => {
    const link = Link.dial({ ...linkOptions(), remote: idOf(BOB) });
    const bob = new ScriptedPeer();
    const auth = wireOf(link.feed({ type: "bytes", bytes: new Uint8Array() }, 0));
    const outputs = feedWelcoming(link, { type: "bytes", bytes: bob.answer(auth) }, 0);
    expect(bob.hears(wireOf(outputs))).toMatchObject([{ id: 0 }]);
  });

  test("accepts a peer that still speaks the legacy handshake", () => {
    const [link, bob] = [Link.accept(linkOptions()), new ScriptedPeer()];
    const { auth, hearAck } = bob.dial("legacy");
    const ack = wireOf(link.feed({ type: "bytes", bytes: auth }, 0));
    expect(ack).toHaveLength(210);
    hearAck(ack);
    const outputs = [{ type: "welcome" } as const, { type: "bytes", bytes: bob.saysHello() } as const].flatMap(
      (input) => link.feed(input, 0),
    );
    expect(ofType(outputs, "ready")).toHaveLength(1);
  });
});
