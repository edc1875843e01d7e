/** A message followed by its news, from `say` to its fate. */
import { describe, expect, it } from "vitest";
import type { Delivery, MessageId } from "../../../src/core/messenger/messenger-io.ts";
import type { MessengerNews, NodeEvent, WhisperNews } from "../../../src/core/node/node-io.ts";
import type { Refusal } from "../../../src/core/node/presence.ts";
import { Sending } from "../../../src/core/node/sending.ts";
import { UsageError } from "../../../src/core/platform/errors.ts";
import type { NodeId } from "../../../src/core/platform/node-id.ts";
import type { Envelope } from "../../../src/core/whisper/envelope.ts";
import { ALICE, answer, BOB, hello, NOW } from "../../support/whisper-machines.ts";

const MESSAGE = "0x01" as MessageId;
const OTHER = "0x02" as MessageId;
const REQUEST = 3;

const news = (event: MessengerNews): NodeEvent => ({ type: "messenger", event, at: NOW });
const whisper = (event: WhisperNews): NodeEvent => ({ type: "whisper", event, at: NOW });
const accepted = (known = false, request = REQUEST): NodeEvent =>
  news({ type: "accepted", request, message: MESSAGE, known });
const written = (peer: NodeId, envelope = hello): NodeEvent =>
  whisper({ type: "sent", hash: envelope.hash, peer, awaited: true });
const pooled = (envelope: Envelope): NodeEvent =>
  whisper({ type: "envelope", envelope, via: undefined, direct: false });

interface Fate {
  readonly envelope?: Envelope | null;
  readonly peer?: NodeId | null;
  readonly reason?: string | null;
  readonly message?: MessageId;
}

function delivery(state: Delivery, { envelope = hello, peer = null, reason = null, message = MESSAGE }: Fate = {}) {
  return news({ type: "delivery", message, envelope: envelope?.hash ?? null, state, peer, reason });
}

/** What comes of it, told one thing after the other. */
function follow(events: readonly NodeEvent[], options: { waitFor?: "queued" | "sent"; refusal?: Refusal } = {}) {
  const sending = new Sending(REQUEST, options.waitFor ?? "sent", () => options.refusal);
  const outcomes = events.map((event) => sending.hear(event)?.state);
  return { sending, outcomes };
}

describe("a message", () => {
  it("is followed until a peer has it", () => {
    const events = [accepted(), delivery("posted"), written(BOB), delivery("sent", { peer: BOB })];
    const { sending, outcomes } = follow(events);
    expect(outcomes).toEqual([undefined, undefined, undefined, "sent"]);
    expect(sending.progress).toEqual({
      messageId: MESSAGE,
      known: false,
      state: "sent",
      envelopeHash: hello.hash,
      peer: BOB,
      written: 1,
      reason: null,
    });
  });

  it("that only has to be queued is done when it was taken up", () => {
    expect(follow([accepted()], { waitFor: "queued" }).outcomes).toEqual(["queued"]);
  });

  it("of another request, or another message, is none of its concern", () => {
    const events = [accepted(false, 4), delivery("sent"), accepted(), delivery("sent", { message: OTHER })];
    expect(follow(events).outcomes).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("that cannot be said throws what is wrong with it", () => {
    const error = new UsageError("REFUSED", "too long");
    expect(() => follow([news({ type: "refused", request: REQUEST, error })])).toThrow("too long");
    expect(follow([news({ type: "refused", request: 9, error })]).outcomes).toEqual([undefined]);
  });

  it("that was sent under its key before says so", () => {
    const { sending, outcomes } = follow([accepted(true), delivery("sent", { envelope: null })]);
    expect(outcomes).toEqual([undefined, "sent"]);
    expect(sending.progress).toMatchObject({ known: true, envelopeHash: null });
  });

  it.each(["expired", "unmined"] as const)("that is %s has failed", (state) => {
    expect(follow([accepted(), delivery(state)]).outcomes).toEqual([undefined, state]);
  });
});

describe("a rejection", () => {
  const rejected = (peer: NodeId | null) => delivery("rejected", { peer, reason: "no" });

  it("by the only peer that has it is the end", () => {
    const { sending, outcomes } = follow([accepted(), delivery("posted"), written(BOB), rejected(BOB)]);
    expect(outcomes.at(-1)).toBe("rejected");
    expect(sending.progress).toMatchObject({ peer: BOB, reason: "no" });
  });

  it("by one of two leaves hope for the other", () => {
    const before = [accepted(), delivery("posted"), written(BOB), written(ALICE), rejected(BOB)];
    expect(follow(before).outcomes.at(-1)).toBeUndefined();
    expect(follow([...before, delivery("sent", { peer: ALICE })]).outcomes.at(-1)).toBe("sent");
    expect(follow([...before, rejected(ALICE)]).outcomes.at(-1)).toBe("rejected");
  });

  it("by nobody in particular is final", () => {
    const events = [accepted(), delivery("posted"), written(BOB), written(ALICE), rejected(null)];
    expect(follow(events).outcomes.at(-1)).toBe("rejected");
  });

  it("of a former attempt says nothing about the present one", () => {
    const again = [
      delivery("queued", { envelope: null }),
      delivery("posted", { envelope: answer }),
      written(BOB, answer),
    ];
    const { outcomes, sending } = follow([accepted(), delivery("posted"), written(BOB), ...again]);
    expect(outcomes.at(-1)).toBeUndefined();
    expect(sending.progress).toMatchObject({ state: "posted", envelopeHash: answer.hash, written: 2 });
  });
});

describe("peers that announced not to take it", () => {
  const refusal = (byAll: boolean): Refusal => ({ peer: BOB, reason: "too little work", byAll });
  const held = [accepted(), delivery("posted"), pooled(hello)];

  it("have rejected it when there are no others", () => {
    const { outcomes } = follow(held, { refusal: refusal(true) });
    expect(outcomes).toEqual([undefined, undefined, "rejected"]);
  });

  it("are waited past while others may come, and have rejected it when time is up", () => {
    const { outcomes, sending } = follow(held, { refusal: refusal(false) });
    expect(outcomes.at(-1)).toBeUndefined();
    expect(sending.atLast()).toMatchObject({ state: "rejected", peer: BOB, reason: "too little work" });
  });

  it("do not matter once it was written to anybody", () => {
    const { outcomes, sending } = follow([...held.slice(0, 2), written(ALICE), pooled(hello)], {
      refusal: refusal(true),
    });
    expect(outcomes.at(-1)).toBeUndefined();
    expect(sending.atLast()).toMatchObject({ state: "posted", written: 1 });
  });
});

it("nothing is known of a message that nobody took up", () => {
  const { sending } = follow([]);
  expect(sending.progress).toBeUndefined();
  expect(sending.atLast()).toBeUndefined();
});
