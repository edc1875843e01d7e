/** devp2p under bytes that nobody meant: everything is read or refused with `RemoteError`, and a link only ever closes. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes } from "../../src/core/bytes/bytes.ts";
import { fromHex } from "../../src/core/bytes/hex.ts";
import { decodeDisconnect, encodeDisconnect } from "../../src/core/devp2p/disconnect.ts";
import { formatEnode, nodeIdOf, parseEnode } from "../../src/core/devp2p/enode.ts";
import { decodeHello, encodeHello } from "../../src/core/devp2p/hello.ts";
import { Link } from "../../src/core/devp2p/link.ts";
import type { LinkOutput } from "../../src/core/devp2p/link-io.ts";
import { initiate, readAck, readAuth } from "../../src/core/devp2p/rlpx/handshake.ts";
import { Inbox } from "../../src/core/devp2p/rlpx/inbox.ts";
import { type PacketFormat, PacketReader } from "../../src/core/devp2p/rlpx/packet.ts";
import { compressSnappy, decompressSnappy } from "../../src/core/devp2p/snappy.ts";
import { UsageError } from "../../src/core/platform/errors.ts";
import { SeededRandom } from "../sim/random.ts";
import { survivesAnything } from "../support/decoders.ts";
import { fast as crypto } from "../support/doors.ts";
import {
  ALICE,
  acceptedLink,
  BOB,
  feedWelcoming,
  idOf,
  keyOf,
  linkOptions,
  openLink,
  pinnedRandom,
  ScriptedPeer,
} from "../support/rlpx.ts";
import { loadVectors } from "../support/vectors.ts";

const RUNS = 500;
const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const bob = new ScriptedPeer();

describe("decoders", () => {
  test("Hello of any bytes is read or refused, and reads back what was written", () => {
    survivesAnything(decodeHello, [encodeHello(bob.hello)], 3000);
    const hello = fc.record({
      version: fc.nat(),
      clientId: fc.string({ maxLength: 200 }),
      capabilities: fc.array(fc.record({ name: fc.string({ maxLength: 8 }), version: fc.nat() }), { maxLength: 30 }),
      listenPort: fc.nat(65535),
      nodeId: fc
        .uint8Array({ minLength: 64, maxLength: 64 })
        .filter((key) => key.some((byte) => byte > 0))
        .map(nodeIdOf),
    });
    fc.assert(fc.property(hello, (value) => void expect(decodeHello(encodeHello(value))).toEqual(value)));
  });

  test("Disconnect of any bytes is a reason", () => {
    fc.assert(
      fc.property(bytes(40), (data) => void expect(decodeDisconnect(data)).toBeTypeOf("number")),
      { numRuns: RUNS },
    );
    fc.assert(
      fc.property(
        fc.nat(2 ** 32 - 1),
        (reason) => void expect(decodeDisconnect(encodeDisconnect(reason))).toBe(reason),
      ),
    );
  });

  test("Snappy of any bytes is read or refused, never beyond the limit, and reads back what was compressed", () => {
    const samples = [10, 100, 1000].map((length) =>
      compressSnappy(Uint8Array.from({ length }, (_, index) => index % 7)),
    );
    const read = (block: Uint8Array) => expect(decompressSnappy(block, 2000).length).toBeLessThanOrEqual(2000);
    survivesAnything(read, samples, 5000);
    const repetitive = fc
      .array(fc.oneof(bytes(20), fc.constant(new Uint8Array(80))), { maxLength: 60 })
      .map((parts) => concatBytes(...parts));
    fc.assert(
      fc.property(repetitive, (data) => void expect(decompressSnappy(compressSnappy(data), data.length)).toEqual(data)),
    );
  });

  test("an enode of any text is read and written again, or refused as usage", () => {
    const part = fc.constantFrom(
      "enode://",
      idOf(ALICE).slice(2),
      "@",
      "[",
      "::1",
      "]",
      "10.0.0.1",
      "host",
      ":",
      "1",
      "?discport=",
      "0",
      "x",
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(part, { maxLength: 10 }).map((parts) => parts.join("")),
      fc.tuple(part, part, part).map((parts) => `enode://${idOf(ALICE).slice(2)}@${parts.join("")}:1`),
    );
    const property = fc.property(text, (input) => {
      try {
        const enode = parseEnode(crypto, input);
        expect(parseEnode(crypto, formatEnode(enode))).toEqual(enode);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
      }
    });
    fc.assert(property, { numRuns: 3000 });
  });

  test.each(["eip8", "legacy"] as const)(
    "packets and bodies of the handshake are read or refused (%s)",
    (format: PacketFormat) => {
      const random = new SeededRandom(1);
      const { auth, waiting } = initiate({ crypto, random, staticSecret: ALICE }, { remote: keyOf(BOB), format });
      const read = (stream: Uint8Array) => {
        const inbox = new Inbox();
        inbox.offer(stream);
        return new PacketReader(crypto, { kind: "auth", secretKey: BOB }).read(inbox);
      };
      survivesAnything(read, [auth], RUNS);
      const body = read(auth)?.body ?? new Uint8Array();
      survivesAnything((mutated) => readAuth(crypto, BOB, { format, bytes: mutated, body: mutated }), [body], RUNS);
      survivesAnything((mutated) => readAck(crypto, waiting, { format, bytes: mutated, body: mutated }), [body], RUNS);
    },
  );
});

/** What holds of everything that a link says, in order. */
function checkOutputs(outputs: readonly LinkOutput[]): void {
  const types = outputs.map(({ type }) => type);
  const close = types.indexOf("close");
  if (close >= 0) expect(close, "nothing comes after close").toBe(types.length - 1);
  const [ready, message] = [types.indexOf("ready"), types.indexOf("message")];
  if (message >= 0) expect(ready >= 0 && ready < message, "messages come after Hello").toBe(true);
}

/** A stream cut into pieces of these lengths, over and over. */
function feedPieces(link: Link, stream: Uint8Array, lengths: readonly number[]): LinkOutput[] {
  const outputs = link.tick(0);
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const piece = stream.subarray(at, at + (lengths[turn % lengths.length] ?? 1));
    outputs.push(...feedWelcoming(link, { type: "bytes", bytes: piece }, 0));
    at += piece.length;
  }
  return outputs;
}

const pieces = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 5 });

describe("a link", () => {
  const stages: [string, () => Link][] = [
    ["awaiting auth", () => Link.accept(linkOptions())],
    ["awaiting ack", () => Link.dial({ ...linkOptions(), remote: idOf(BOB) })],
    ["awaiting hello", () => acceptedLink().link],
    ["open", () => openLink().link],
  ];

  test.each(stages)("(%s) fed any bytes waits or breaks", (_, make) => {
    const property = fc.property(bytes(3000), pieces, (stream, lengths) => {
      const link = make();
      const outputs = feedPieces(link, stream, lengths);
      expect(outputs.every(({ type }) => type === "close" || type === "write" || type === "stage")).toBe(true);
      expect(link.bufferedBytes).toBeLessThanOrEqual(stream.length);
      checkOutputs(outputs);
    });
    fc.assert(property, { numRuns: 200 });
  });

  interface Recorded {
    bytes_node_to_client: string;
    client_ephemeral_private: string;
    client_nonce: string;
    client_static_private: string;
    legacy_handshake: boolean;
  }
  const { sessions, node_static_private } = loadVectors<{
    live_statusd: { sessions: Recorded[]; node_static_private: string };
  }>("rlpx.json").live_statusd;
  const remote = nodeIdOf(keyOf(fromHex(node_static_private)));

  test("fed a recorded stream with changes in it reads on, closes or waits", () => {
    const change = fc.record({ at: fc.nat(2000), drop: fc.nat(40), insert: bytes(40) });
    const property = fc.property(
      fc.constantFrom(...sessions),
      fc.array(change, { maxLength: 3 }),
      pieces,
      (session, changes, lengths) => {
        const random = pinnedRandom([fromHex(session.client_ephemeral_private), fromHex(session.client_nonce)]);
        const link = Link.dial({
          ...linkOptions({ random, staticSecret: fromHex(session.client_static_private) }),
          remote,
        });
        const stream = changes.reduce(
          (whole, { at, drop, insert }) => concatBytes(whole.subarray(0, at), insert, whole.subarray(at + drop)),
          fromHex(session.bytes_node_to_client),
        );
        checkOutputs(feedPieces(link, stream, lengths));
        expect(link.bufferedBytes).toBeLessThanOrEqual(stream.length);
      },
    );
    fc.assert(property, { numRuns: RUNS });
  });

  test("hears any messages, cut anywhere, as they were said", () => {
    const message = fc.record({
      code: fc.nat(127),
      data: fc.oneof(
        bytes(100),
        fc.nat(2000).map((length) => new Uint8Array(length).fill(length)),
      ),
    });
    const property = fc.property(fc.array(message, { maxLength: 20 }), pieces, (messages, lengths) => {
      const { link, bob: peer } = openLink();
      const stream = concatBytes(...messages.map(({ code, data }) => peer.says(0x10 + code, data)));
      const heard = feedPieces(link, stream, lengths);
      expect(heard).toEqual(messages.map(({ code, data }) => ({ type: "message", capability: "shh", code, data })));
      expect(link.bufferedBytes).toBe(0);
    });
    fc.assert(property, { numRuns: 100 });
  });

  test("fed data that decrypts but means nothing waits or breaks", () => {
    const frames = fc.array(fc.record({ id: fc.oneof(fc.nat(0x1f), fc.nat(2 ** 32 - 1)), data: bytes(100) }), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(frames, fc.boolean(), (messages, compressed) => {
        const { link, bob: peer } = compressed ? openLink() : openLink({}, { version: 4 });
        const stream = concatBytes(...messages.map(({ id, data }) => peer.says(id, data)));
        const outputs = link.feed({ type: "bytes", bytes: stream }, 0);
        expect(outputs.every(({ type }) => type === "close" || type === "message" || type === "write")).toBe(true);
        const close = outputs.findIndex(({ type }) => type === "close");
        if (close >= 0) expect(close).toBe(outputs.length - 1);
      }),
      { numRuns: RUNS },
    );
  });
});
