/** The loop in conversation with one scripted peer, on a wire of its own. */
import { describe, expect, it } from "vitest";
import { concatBytes } from "../../../src/core/bytes/bytes.ts";
import { Node } from "../../../src/core/node/node.ts";
import type { NodeEvent } from "../../../src/core/node/node-io.ts";
import type { NodeOptions } from "../../../src/core/node/node-options.ts";
import type { WireEvents } from "../../../src/core/node/ports.ts";
import { EnvironmentError } from "../../../src/core/platform/errors.ts";
import { CODES, encodeMessages } from "../../../src/core/whisper/packets.ts";
import { encodeStatus } from "../../../src/core/whisper/status.ts";
import { VirtualClock } from "../../sim/clock.ts";
import { SeededRandom } from "../../sim/random.ts";
import { fast as crypto } from "../../support/doors.ts";
import { ALICE, ScriptedPeer } from "../../support/rlpx.ts";
import { envelopeOf, NOW, OPEN_STATUS } from "../../support/whisper-machines.ts";

const [PING, PONG, SHH] = [2, 3, 16];
const EMPTY = Uint8Array.of(0xc0);

/** Alice's node, which bob has called. */
class Call {
  readonly events: NodeEvent[] = [];
  readonly clock = new VirtualClock(NOW);
  readonly bob = new ScriptedPeer();
  readonly node: Node;
  readonly #written: Uint8Array[] = [];
  readonly #wire: WireEvents;

  constructor(options: Partial<NodeOptions> = {}) {
    this.node = new Node({
      crypto,
      random: new SeededRandom(1),
      clock: this.clock,
      dialer: { dial: () => () => undefined },
      miner: { mine: () => () => undefined },
      nodeSecret: ALICE,
      clientId: "alice",
      observe: (event) => this.events.push(event),
      ...options,
    });
    this.#wire = this.node.accept({
      remoteAddress: "192.0.2.1",
      backlog: 0,
      write: (bytes) => this.#written.push(bytes),
      close: () => undefined,
    });
  }

  /** What alice answers to bytes that come in one piece. */
  says(...bytes: Uint8Array[]): Uint8Array {
    this.brings(concatBytes(...bytes));
    this.clock.runUntil(NOW);
    return this.said();
  }

  /** Bytes come, and others may come at the same moment. */
  brings(bytes: Uint8Array): void {
    this.#wire.bytes(bytes);
  }

  /** What alice has said since this was last asked. */
  said(): Uint8Array {
    return concatBytes(...this.#written.splice(0));
  }

  /** Bob says Hello and Status; the ids that alice has said by then. */
  join(): number[] {
    const { auth, hearAck } = this.bob.dial();
    hearAck(this.says(auth));
    const heard = this.bob.hears(new Uint8Array());
    const hello = this.bob.saysHello();
    this.bob.session.startCompression();
    return [...heard, ...this.bob.hears(this.says(hello, this.packet(CODES.status, encodeStatus(OPEN_STATUS))))].map(
      ({ id }) => id,
    );
  }

  packet(code: number, data: Uint8Array): Uint8Array {
    return this.bob.says(SHH + code, data);
  }
}

describe("a node that is called", () => {
  it("says Hello and Status", () => {
    expect(new Call().join()).toEqual([0, SHH + CODES.status]);
  });

  it("answers in frames that can be read whatever comes in one piece", () => {
    const call = new Call();
    call.join();
    const pieces = [
      call.bob.says(PING, EMPTY),
      call.packet(CODES.messages, encodeMessages([envelopeOf(crypto).bytes])),
      call.bob.says(PING, EMPTY),
    ];
    const heard = call.bob.hears(call.says(...pieces)).map(({ id }) => id);
    expect(heard.toSorted((a, b) => a - b)).toEqual([
      PONG,
      PONG,
      SHH + CODES.batchAcknowledged,
      SHH + CODES.messageResponse,
    ]);
  });

  it("says goodbye to who breaks the rules of Whisper, behind all that it had to say", () => {
    const call = new Call();
    call.join();
    const heard = call.bob.hears(call.says(call.bob.says(PING, EMPTY), call.packet(CODES.messages, Uint8Array.of())));
    expect(heard.map(({ id }) => id)).toEqual([PONG, 1]);
    expect(call.events.map(({ type }) => type)).toContain("closed");
    expect(call.says(call.bob.says(PING, EMPTY))).toEqual(new Uint8Array());
  });
});

describe("what happens at one moment", () => {
  it("is made durable at once, before a word of it is said", () => {
    const commits: number[] = [];
    const call = new Call({ commit: () => commits.push(call.said().length) });
    call.join();
    commits.splice(0);
    for (let count = 0; count < 5; count++) call.brings(call.bob.says(PING, EMPTY));
    expect(call.said()).toEqual(new Uint8Array());
    call.clock.runUntil(NOW);
    expect(commits).toEqual([0]);
    expect(call.bob.hears(call.said()).map(({ id }) => id)).toEqual(Array(5).fill(PONG));
  });

  it("leaves no trace when the process ends before it is durable", () => {
    let commits = 0;
    const call = new Call({ commit: () => commits++ });
    call.join();
    const before = commits;
    call.brings(call.bob.says(PING, EMPTY));
    call.node.abandon();
    call.clock.runUntil(NOW + 60_000);
    expect(commits).toBe(before);
    expect(call.said()).toEqual(new Uint8Array());
  });

  it("is not said when it cannot be made durable", () => {
    let isFull = false;
    const commit = () => {
      if (isFull) throw new EnvironmentError("DISK", "no space left");
    };
    const call = new Call({ commit });
    call.join();
    isFull = true;
    expect(call.says(call.bob.says(PING, EMPTY))).toEqual(new Uint8Array());
    expect(call.events.at(-1)).toMatchObject({ type: "failed", error: { code: "DISK" } });
  });

  it("is said before the goodbye of a node that is stopped, by whoever hears an event too", () => {
    const call = new Call({ observe: ({ type }) => type === "whisper" && call.node.stop() });
    expect(call.join()).toEqual([0, SHH + CODES.status, 1]);
  });
});
