import { describe, expect, test } from "vitest";
import { concatBytes, utf8 } from "../../../../src/core/bytes/bytes.ts";
import { FRAME_SIZE_MAX, FrameReader, FrameWriter } from "../../../../src/core/devp2p/rlpx/frame.ts";
import type { Secrets } from "../../../../src/core/devp2p/rlpx/handshake.ts";
import { Inbox } from "../../../../src/core/devp2p/rlpx/inbox.ts";
import { RlpxSession } from "../../../../src/core/devp2p/rlpx/session.ts";
import { compressSnappy } from "../../../../src/core/devp2p/snappy.ts";
import { UsageError } from "../../../../src/core/platform/errors.ts";
import { SeededRandom } from "../../../sim/random.ts";
import { behindBothDoors, fast } from "../../../support/doors.ts";
import { messagesIn } from "../../../support/rlpx.ts";

const [aes, mac] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
const NOTHING = new Uint8Array();

/** The same at both ends: what one writes the other reads. */
function secrets(crypto = fast): Secrets {
  return { aes, mac, egressMac: crypto.keccakState(), ingressMac: crypto.keccakState() };
}

const inboxOf = (bytes: Uint8Array): Inbox => {
  const inbox = new Inbox();
  inbox.offer(bytes);
  return inbox;
};

describe("frames", () => {
  behindBothDoors((crypto) => {
    test("are read as written, one after another, of any length", () => {
      const writer = new FrameWriter(crypto, secrets(crypto));
      const reader = new FrameReader(crypto, secrets(crypto));
      for (const length of [0, 1, 14, 15, 16, 17, 31, 32, 33, 1000, 70_000]) {
        const body = new SeededRandom(length).bytes(length);
        const frame = writer.write(Uint8Array.of(0x10), body);
        expect(frame.length % 16).toBe(0);
        const read = reader.read(inboxOf(frame), FRAME_SIZE_MAX);
        expect(Buffer.compare(read ?? NOTHING, concatBytes(Uint8Array.of(0x10), body))).toBe(0);
      }
    });
  });

  const writer = () => new FrameWriter(fast, secrets());
  const reader = () => new FrameReader(fast, secrets());

  test("are read whole, byte by byte, and without touching what follows", () => {
    const frame = writer().write(Uint8Array.of(1), utf8("a frame of two and a bit blocks, about"));
    for (const pieceLength of [1, 7, 32, 33, frame.length]) {
      const [inbox, byPiece] = [new Inbox(), reader()];
      let body: Uint8Array | undefined;
      for (let at = 0; at < frame.length; at += pieceLength) {
        expect(body, `complete at ${at}`).toBeUndefined();
        inbox.offer(frame.subarray(at, at + pieceLength));
        body = byPiece.read(inbox, FRAME_SIZE_MAX);
      }
      expect(body).toHaveLength(39);
    }
    const inbox = inboxOf(concatBytes(frame, utf8("rest")));
    reader().read(inbox, FRAME_SIZE_MAX);
    expect(inbox.length).toBe(4);
  });

  test("that were changed in any byte are refused, the header before its size is trusted", () => {
    const frame = writer().write(Uint8Array.of(1), new Uint8Array(20));
    for (let at = 0; at < frame.length; at++) {
      const changed = frame.slice();
      changed[at] = (changed[at] ?? 0) ^ 0x80;
      const part = at < 32 ? "header" : "body";
      expect(() => reader().read(inboxOf(changed), 0), `byte ${at}`).toThrow(
        at < 32 ? `the ${part}'s MAC differs` : "at most 0",
      );
      expect(() => reader().read(inboxOf(changed), 100), `byte ${at}`).toThrow(`the ${part}'s MAC differs`);
    }
  });

  test("above the limit are refused by their header alone", () => {
    const frame = writer().write(Uint8Array.of(1), new Uint8Array(1000));
    expect(() => reader().read(inboxOf(frame.subarray(0, 32)), 1000)).toThrow("size 1001, at most 1000");
    expect(reader().read(inboxOf(frame.subarray(0, 32)), 1001)).toBeUndefined();
  });

  test("that repeat a frame or leave one out are refused", () => {
    const write = writer();
    const [first, second, third] = [1, 2, 3].map((id) => write.write(Uint8Array.of(id), NOTHING));
    const read = reader();
    expect(read.read(inboxOf(first ?? NOTHING), 10)).toEqual(Uint8Array.of(1));
    expect(() => read.read(inboxOf(first ?? NOTHING), 10)).toThrow("MAC differs");
    const other = reader();
    other.read(inboxOf(first ?? NOTHING), 10);
    expect(second).toBeDefined();
    expect(() => other.read(inboxOf(third ?? NOTHING), 10)).toThrow("MAC differs");
  });

  test("leave what they were made of as it was", () => {
    const data = utf8("data of the caller");
    writer().write(Uint8Array.of(1), data);
    expect(data).toEqual(utf8("data of the caller"));
  });
});

describe("a session", () => {
  const pair = () => [new RlpxSession(fast, secrets()), new RlpxSession(fast, secrets())] as const;

  test("carries messages with ids of every width, compressed once both say so", () => {
    for (const compressed of [false, true]) {
      const [alice, bob] = pair();
      if (compressed) for (const session of [alice, bob]) session.startCompression();
      const data = new Uint8Array(500);
      for (const id of [0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff_ffff]) {
        const frame = alice.write(id, data);
        const [message] = messagesIn(bob, inboxOf(frame.bytes));
        expect(message).toMatchObject({ id, data, wireLength: frame.wireLength });
        expect(frame.wireLength < 100).toBe(compressed);
      }
    }
  });

  test("reads several messages from one chunk", () => {
    const [alice, bob] = pair();
    const chunk = concatBytes(...[1, 2, 3].map((id) => alice.write(id, utf8(`message ${id}`)).bytes));
    expect([...messagesIn(bob, inboxOf(chunk))].map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  test("limits compressed data before it is decompressed", () => {
    const [alice, bob] = pair();
    for (const session of [alice, bob]) session.startCompression();
    const bomb = alice.write(0x10, new Uint8Array(100_000));
    expect(bomb.bytes.length).toBeLessThan(10_000);
    expect(() => bob.read(inboxOf(bomb.bytes), 99_999)).toThrow("declares 100000 bytes, at most 99999");
  });

  test("refuses a frame without a message id and ids in other than the shortest form", () => {
    for (const body of ["", "00", "8102", "820001", "c0", "c101", "850100000000"]) {
      const frame = new FrameWriter(fast, secrets()).write(Buffer.from(body, "hex"), NOTHING);
      expect(() => pair()[1].read(inboxOf(frame), 100), body).toThrow("frame: message id");
    }
  });

  test("reads a Disconnect that was not compressed, and no other message", () => {
    const [alice, bob] = pair();
    bob.startCompression();
    expect(bob.read(inboxOf(alice.write(1, Uint8Array.of(0xc1, 0x08)).bytes), 100)?.data).toEqual(
      Uint8Array.of(0xc1, 0x08),
    );
    expect(() => bob.read(inboxOf(alice.write(2, Uint8Array.of(0xc0)).bytes), 100)).toThrow("snappy");
  });

  test("does not write what no frame can hold, and goes on", () => {
    const [alice, bob] = pair();
    const huge = new Uint8Array(FRAME_SIZE_MAX);
    expect(() => alice.write(0x10, huge)).toThrow(UsageError);
    alice.startCompression();
    expect(() => alice.write(0x10, new Uint8Array(FRAME_SIZE_MAX + 1))).toThrow(UsageError);
    bob.startCompression();
    expect(bob.read(inboxOf(alice.write(0x10, utf8("small")).bytes), 100)?.data).toEqual(utf8("small"));
    expect(compressSnappy(huge).length).toBeLessThan(FRAME_SIZE_MAX);
  });
});
