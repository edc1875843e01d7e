/** What a peer may try: none of it crashes a link, makes it remember much, or gets a word out of it. */
import { describe, expect, test } from "vitest";
import { bigEndian, concatBytes, utf8 } from "../../../src/core/bytes/bytes.ts";
import { encodeRlp } from "../../../src/core/bytes/rlp.ts";
import { Link } from "../../../src/core/devp2p/link.ts";
import { FrameWriter } from "../../../src/core/devp2p/rlpx/frame.ts";
import { acknowledge, readAuth, type Secrets } from "../../../src/core/devp2p/rlpx/handshake.ts";
import { Inbox } from "../../../src/core/devp2p/rlpx/inbox.ts";
import { PacketReader, sealPacket } from "../../../src/core/devp2p/rlpx/packet.ts";
import { compressSnappy } from "../../../src/core/devp2p/snappy.ts";
import { SeededRandom } from "../../sim/random.ts";
import { fast as crypto } from "../../support/doors.ts";
import {
  ALICE,
  acceptedLink,
  BOB,
  causeOf,
  feedWelcoming,
  idOf,
  keyOf,
  linkOptions,
  ofType,
  openLink,
  ScriptedPeer,
  wireOf,
} from "../../support/rlpx.ts";

const random = new SeededRandom(11);
const dialledLink = () => {
  const link = Link.dial({ ...linkOptions(), remote: idOf(BOB) });
  return { link, auth: wireOf(link.tick(0)) };
};

/** A link at each stage, and how much it may remember there. */
const stages = [
  { stage: "awaiting auth", link: () => Link.accept(linkOptions()), rememberedMax: 2 + 2048 },
  { stage: "awaiting ack", link: () => dialledLink().link, rememberedMax: 2 + 2048 },
  { stage: "awaiting hello", link: () => acceptedLink().link, rememberedMax: 32 + 2064 + 16 },
  { stage: "open", link: () => openLink().link, rememberedMax: 2 ** 20 + 2 ** 18 + 64 },
];

describe.each(stages)("a link $stage", ({ link: make, rememberedMax }) => {
  test("breaks without a word on garbage", () => {
    for (let run = 0; run < 20; run++) {
      const link = make();
      const outputs = link.feed({ type: "bytes", bytes: random.bytes(4096) }, 0);
      expect(outputs).toMatchObject([{ type: "close", cause: { type: "broken" } }]);
      expect(link.bufferedBytes).toBe(0);
    }
  });

  test("breaks on what somebody else's protocol says", () => {
    const request = utf8(`GET / HTTP/1.1\r\nHost: example.org\r\n${"Cookie: a=b\r\n".repeat(200)}\r\n`);
    expect(causeOf(make().feed({ type: "bytes", bytes: request }, 0))?.type).toBe("broken");
  });

  test("remembers a bounded number of bytes, however slowly they come, and gives up in time", () => {
    for (const first of [0x01, 0x04, 0x07, 0xff]) {
      const link = make();
      let remembered = 0;
      for (let at = 0; at < 3000; at++) {
        link.feed({ type: "bytes", bytes: Uint8Array.of(at === 0 ? first : at & 0xff) }, at);
        remembered = Math.max(remembered, link.bufferedBytes);
      }
      expect(remembered).toBeLessThanOrEqual(rememberedMax);
      link.tick(15_000);
      link.tick(30_000);
      expect(link.wakeAt()).toBe(Number.POSITIVE_INFINITY);
      expect(link.bufferedBytes).toBe(0);
    }
  });
});

describe("during the handshake", () => {
  test("a packet that never ends is refused by its size", () => {
    const link = Link.accept(linkOptions());
    const outputs = link.feed({ type: "bytes", bytes: bigEndian(2049, 2) }, 0);
    expect(causeOf(outputs)).toMatchObject({ type: "broken", error: { code: "OVERSIZED" } });
  });

  test("auth for another node is refused", () => {
    const { auth } = new ScriptedPeer().dial();
    const carol = Link.accept(linkOptions({ staticSecret: new Uint8Array(32).fill(0xca) }));
    expect(causeOf(carol.feed({ type: "bytes", bytes: auth }, 0))).toMatchObject({
      type: "broken",
      error: { code: "BAD_MAC" },
    });
  });

  test("auth reflected to the side that wrote it is refused", () => {
    const { link, auth } = dialledLink();
    expect(causeOf(link.feed({ type: "bytes", bytes: auth }, 0))).toMatchObject({
      type: "broken",
      error: { code: "BAD_MAC" },
    });
  });

  test("a caller with somebody else's key is identified as that, and never gets to be ready", () => {
    const mallory = new Uint8Array(32).fill(0x66);
    const signature = crypto.sign(new Uint8Array(32).fill(1), mallory);
    const body = encodeRlp([signature, keyOf(BOB).subarray(1), new Uint8Array(32), 4]);
    const link = Link.accept(linkOptions());
    const auth = sealPacket(crypto, random, { recipient: keyOf(ALICE), format: "eip8", body });
    const outputs = feedWelcoming(link, { type: "bytes", bytes: auth }, 0);
    expect(ofType(outputs, "identified")).toEqual([{ type: "identified", peer: idOf(BOB) }]);
    const forged = new FrameWriter(crypto, {
      aes: mallory,
      mac: mallory,
      egressMac: crypto.keccakState(),
      ingressMac: crypto.keccakState(),
    });
    const after = link.feed({ type: "bytes", bytes: forged.write(Uint8Array.of(0x80), utf8("hello")) }, 0);
    expect(after).toMatchObject([{ type: "close", cause: { type: "broken", error: { code: "BAD_MAC" } } }]);
  });

  test("an ack with an ephemeral key that is no point is refused", () => {
    const { link } = dialledLink();
    const body = encodeRlp([new Uint8Array(64).fill(1), new Uint8Array(32), 4]);
    const ack = sealPacket(crypto, random, { recipient: keyOf(ALICE), format: "eip8", body });
    expect(causeOf(link.feed({ type: "bytes", bytes: ack }, 0))).toMatchObject({
      type: "broken",
      error: { code: "BAD_KEY" },
    });
  });

  test("a second auth where Hello belongs is refused", () => {
    const bob = new ScriptedPeer();
    const { link } = acceptedLink({}, bob);
    expect(causeOf(link.feed({ type: "bytes", bytes: bob.dial().auth }, 0))).toMatchObject({
      type: "broken",
      error: { code: "BAD_MAC" },
    });
  });

  test("a first frame larger than any Hello is refused by its header", () => {
    const { link, bob } = acceptedLink();
    const frame = bob.says(0, new Uint8Array(2049));
    const outputs = link.feed({ type: "bytes", bytes: frame.subarray(0, 32) }, 0);
    expect(outputs).toMatchObject([{ type: "close", cause: { type: "broken", error: { code: "OVERSIZED" } } }]);
  });

  test("a Hello that does not decode is refused without a word", () => {
    const { link, bob } = acceptedLink();
    const outputs = link.feed({ type: "bytes", bytes: bob.says(0, utf8("not a list")) }, 0);
    expect(outputs).toMatchObject([{ type: "close", cause: { type: "broken", error: { code: "MALFORMED" } } }]);
  });
});

/** Bob's end at the level of frames, with Hello exchanged: what he writes need not be a message. */
function framesOfOpenLink(maxFrameBytes = 2 ** 16): { link: Link; write: (body: Uint8Array) => Uint8Array } {
  const link = Link.dial({ ...linkOptions({ maxFrameBytes }), remote: idOf(BOB) });
  const inbox = new Inbox();
  inbox.offer(wireOf(link.tick(0)));
  const auth = new PacketReader(crypto, { kind: "auth", secretKey: BOB }).read(inbox);
  if (!auth) throw new Error("auth is not complete");
  const { ack, established } = acknowledge({ crypto, random }, readAuth(crypto, BOB, auth));
  const write = writerOf(established.secrets);
  feedWelcoming(link, { type: "bytes", bytes: ack }, 0);
  const hello = encodeRlp([5, utf8("bob"), [[utf8("shh"), 6]], 0, keyOf(BOB).subarray(1)]);
  const outputs = link.feed({ type: "bytes", bytes: write(concatBytes(Uint8Array.of(0x80), hello)) }, 0);
  if (ofType(outputs, "ready").length === 0) throw new Error("not ready");
  return { link, write };
}

function writerOf(secrets: Secrets): (body: Uint8Array) => Uint8Array {
  const writer = new FrameWriter(crypto, secrets);
  return (body) => writer.write(new Uint8Array(), body);
}

describe("frames of an open link", () => {
  const message = (data: Uint8Array) => concatBytes(Uint8Array.of(0x10), data);

  test("above the limit are refused before they are remembered", () => {
    const { link, write } = framesOfOpenLink();
    const frame = write(message(new Uint8Array(2 ** 16)));
    const outputs = link.feed({ type: "bytes", bytes: frame.subarray(0, 32) }, 0);
    expect(causeOf(outputs)).toMatchObject({ type: "broken", error: { code: "OVERSIZED" } });
    expect(link.bufferedBytes).toBe(0);
  });

  test("up to the limit are heard", () => {
    const { link, write } = framesOfOpenLink();
    const data = random.bytes(2 ** 16 - 100);
    const outputs = link.feed({ type: "bytes", bytes: write(message(compressSnappy(data))) }, 0);
    expect(Buffer.compare(ofType(outputs, "message")[0]?.data ?? new Uint8Array(), data)).toBe(0);
  });

  test.each([
    ["a block that unpacks to more than the limit", compressSnappy(new Uint8Array(2 ** 16 + 1)), "OVERSIZED"],
    ["a block that declares 16 MiB in ten bytes", Uint8Array.of(0xff, 0xff, 0xff, 0x07, 0, 0, 0, 0, 0, 0), "OVERSIZED"],
    ["a block that declares what it does not hold", Uint8Array.of(0x80, 0x80, 0x02, 0, 0, 0), "TRUNCATED"],
    ["a block that makes a signed reader loop", Uint8Array.of(0x0a, 0xfc, 0xfa, 0xff, 0xff, 0xff), "MALFORMED"],
    ["data that was not compressed", utf8("plain"), "TRUNCATED"],
    ["no data at all", new Uint8Array(), "TRUNCATED"],
  ])("with %s break the link without a word", (_, block, code) => {
    const { link, write } = framesOfOpenLink();
    const outputs = link.feed({ type: "bytes", bytes: write(message(block)) }, 0);
    expect(outputs).toMatchObject([{ type: "close", cause: { type: "broken", error: { code } } }]);
  });

  test("whose headers lie about what follows break the link without a word", () => {
    const cut = (frame: Uint8Array) => concatBytes(frame.subarray(0, 40), frame.subarray(56));
    const stuffed = (frame: Uint8Array) => concatBytes(frame.subarray(0, 40), new Uint8Array(16), frame.subarray(40));
    const resized = (frame: Uint8Array) => frame.map((byte, index) => (index === 2 ? byte ^ 1 : byte));
    for (const lie of [cut, stuffed, resized]) {
      const { link, write } = framesOfOpenLink();
      const body = message(compressSnappy(new SeededRandom(1).bytes(40)));
      const outputs = link.feed({ type: "bytes", bytes: concatBytes(lie(write(body)), write(body)) }, 0);
      expect(outputs).toMatchObject([{ type: "close", cause: { type: "broken", error: { code: "BAD_MAC" } } }]);
    }
  });

  test("without a body break the link without a word", () => {
    const { link, write } = framesOfOpenLink();
    const outputs = link.feed({ type: "bytes", bytes: write(new Uint8Array()) }, 0);
    expect(outputs).toMatchObject([{ type: "close", cause: { type: "broken", error: { code: "TRUNCATED" } } }]);
  });

  test("that come in single bytes are remembered once, and heard when complete", () => {
    const { link, write } = framesOfOpenLink();
    const data = random.bytes(20_000);
    const frame = write(message(compressSnappy(data)));
    for (const [at, byte] of frame.entries()) {
      expect(link.bufferedBytes).toBeLessThanOrEqual(frame.length);
      const outputs = link.feed({ type: "bytes", bytes: Uint8Array.of(byte) }, 0);
      expect(outputs.length).toBe(at === frame.length - 1 ? 1 : 0);
    }
    expect(link.bufferedBytes).toBe(0);
  });

  test("reflected to the side that wrote them are refused", () => {
    const { link } = framesOfOpenLink();
    const own = wireOf(link.feed({ type: "send", capability: "shh", code: 0, data: utf8("status") }, 0));
    expect(causeOf(link.feed({ type: "bytes", bytes: own }, 0))).toMatchObject({
      type: "broken",
      error: { code: "BAD_MAC" },
    });
  });

  test("said again are refused", () => {
    const { link, write } = framesOfOpenLink();
    const frame = write(message(compressSnappy(utf8("once"))));
    expect(link.feed({ type: "bytes", bytes: frame }, 0)).toHaveLength(1);
    expect(causeOf(link.feed({ type: "bytes", bytes: frame }, 0))).toMatchObject({
      type: "broken",
      error: { code: "BAD_MAC" },
    });
  });

  test("of a thousand Pings get no more bytes back than they cost", () => {
    const { link, write } = framesOfOpenLink();
    const pings = concatBytes(
      ...Array.from({ length: 1000 }, () => write(concatBytes(Uint8Array.of(2), compressSnappy(Uint8Array.of(0xc0))))),
    );
    const pongs = link.feed({ type: "bytes", bytes: pings }, 0);
    expect(pongs).toHaveLength(1000);
    expect(wireOf(pongs).length).toBeLessThanOrEqual(pings.length);
  });

  test("cut off for ever leave a link that gives up after half a minute", () => {
    const { link, write } = framesOfOpenLink();
    const frame = write(message(compressSnappy(random.bytes(1000))));
    link.feed({ type: "bytes", bytes: frame.subarray(0, 500) }, 29_000);
    expect(link.bufferedBytes).toBe(500 - 32);
    expect(causeOf(link.tick(30_000))).toMatchObject({ type: "broken", error: { code: "TIMEOUT" } });
    expect(link.bufferedBytes).toBe(0);
  });
});
