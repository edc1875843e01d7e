import { describe, expect, test } from "vitest";
import { bigEndian, concatBytes } from "../../../../src/core/bytes/bytes.ts";
import { encodeRlp, type RlpValue } from "../../../../src/core/bytes/rlp.ts";
import type { PublicKey } from "../../../../src/core/crypto/crypto.ts";
import { ECIES_OVERHEAD, eciesEncrypt } from "../../../../src/core/crypto/ecies.ts";
import { acknowledge, initiate, readAck, readAuth, type Secrets } from "../../../../src/core/devp2p/rlpx/handshake.ts";
import { Inbox } from "../../../../src/core/devp2p/rlpx/inbox.ts";
import {
  type Packet,
  type PacketFormat,
  type PacketKind,
  PacketReader,
  sealPacket,
} from "../../../../src/core/devp2p/rlpx/packet.ts";
import { RemoteError } from "../../../../src/core/platform/errors.ts";
import { SeededRandom } from "../../../sim/random.ts";
import { behindBothDoors, fast as crypto } from "../../../support/doors.ts";
import { ALICE, BOB, keyOf, pinnedRandom } from "../../../support/rlpx.ts";

const random = new SeededRandom(5);

/** Reads a stream in pieces; the packet, and how many bytes were left. */
function readPieces(
  kind: PacketKind,
  stream: Uint8Array,
  pieceLength: number,
): { packet: Packet | undefined; left: number } {
  const reader = new PacketReader(crypto, { kind, secretKey: kind === "auth" ? BOB : ALICE });
  const inbox = new Inbox();
  for (let at = 0; at < stream.length; at += pieceLength) {
    inbox.offer(stream.subarray(at, at + pieceLength));
    const packet = reader.read(inbox);
    if (packet) return { packet, left: inbox.length + Math.max(0, stream.length - at - pieceLength) };
  }
  return { packet: undefined, left: inbox.length };
}

function readWhole(kind: PacketKind, stream: Uint8Array): Packet {
  const { packet } = readPieces(kind, stream, stream.length);
  if (!packet) throw new Error(`${kind} is not complete`);
  return packet;
}

const aliceDials = (format: PacketFormat) =>
  initiate({ crypto, random, staticSecret: ALICE }, { remote: keyOf(BOB), format });

/** What Bob makes of an auth with these fields. */
function bobReads(...fields: RlpValue[]): string {
  try {
    readAuth(crypto, BOB, { format: "eip8", bytes: new Uint8Array(), body: encodeRlp(fields) });
    return "read";
  } catch (error) {
    if (error instanceof RemoteError) return error.code;
    throw error;
  }
}

describe("the handshake", () => {
  behindBothDoors((door) => {
    test.each(["eip8", "legacy"] as const)("leads both sides to the same secrets (%s)", (format) => {
      // alice -> bob   auth
      const alice = initiate({ crypto: door, random, staticSecret: ALICE }, { remote: keyOf(BOB), format });
      const auth = readAuth(door, BOB, readWhole("auth", alice.auth));
      expect(auth.remote).toEqual(keyOf(ALICE));
      // bob -> alice   ack
      const { ack, established } = acknowledge({ crypto: door, random }, auth);
      expect(readWhole("ack", ack).format).toBe(format);
      const atAlice = readAck(door, alice.waiting, readWhole("ack", ack));
      expect(atAlice.remote).toEqual(keyOf(BOB));
      expect(digests(atAlice.secrets)).toEqual(digests(mirrored(established.secrets)));
    });
  });

  test("says the same whether the public key is at hand or made anew", () => {
    const dial = (given: { readonly staticKey?: PublicKey }) =>
      initiate({ crypto, random: new SeededRandom(7), staticSecret: ALICE, ...given }, { remote: keyOf(BOB) }).auth;
    expect(dial({ staticKey: keyOf(ALICE) })).toEqual(dial({}));
  });

  const mirrored = ({ egressMac, ingressMac, ...keys }: Secrets): Secrets => ({
    ...keys,
    egressMac: ingressMac,
    ingressMac: egressMac,
  });
  const digests = ({ aes, mac, egressMac, ingressMac }: Secrets) => [aes, mac, egressMac.digest(), ingressMac.digest()];

  test("is written in full from what its randomness gives, in the documented order", () => {
    const [ephemeral, nonce, paddingLength, padding, eciesSecret, iv] = [32, 32, 1, 100 + 42, 32, 16].map((length) =>
      new Uint8Array(length).fill(42),
    );
    const draws = [ephemeral, nonce, paddingLength, padding, eciesSecret, iv].map((part) => part ?? new Uint8Array());
    const noMore = { bytes: (): Uint8Array => expect.fail("one draw too many") };
    const pinned = () =>
      initiate({ crypto, random: pinnedRandom(draws, noMore), staticSecret: ALICE }, { remote: keyOf(BOB) });
    expect(pinned().auth).toEqual(pinned().auth);
    const { body } = readWhole("auth", pinned().auth);
    expect(body.subarray(-142)).toEqual(padding);
    expect(body.subarray(-142 - 33, -142 - 1)).toEqual(nonce);
  });

  test("draws a secret again that is none", () => {
    const draws = [new Uint8Array(32), new Uint8Array(32).fill(0xff), new Uint8Array(32).fill(7)];
    const { waiting } = initiate(
      { crypto, random: pinnedRandom(draws, random), staticSecret: ALICE },
      { remote: keyOf(BOB) },
    );
    expect(waiting.ephemeralSecret).toEqual(new Uint8Array(32).fill(7));
  });

  test("with a node whose id is no point of the curve does not begin", () => {
    const remote = Uint8Array.of(4, ...new Uint8Array(64).fill(1));
    expect(() => initiate({ crypto, random, staticSecret: ALICE }, { remote })).toThrow(RemoteError);
  });

  describe("body of auth", () => {
    const { signature, key, nonce } = {
      signature: crypto.sign(new Uint8Array(32), BOB),
      key: keyOf(ALICE).subarray(1),
      nonce: new Uint8Array(32),
    };

    test.each([
      ["four fields", [signature, key, nonce, 4], "read"],
      ["another version and more fields", [signature, key, nonce, 56, 1, [2]], "read"],
      ["three fields", [signature, key, nonce], "TRUNCATED"],
      ["a signature of 64 bytes", [signature.subarray(1), key, nonce, 4], "MALFORMED"],
      ["a key of 65 bytes", [signature, keyOf(ALICE), nonce, 4], "MALFORMED"],
      ["a nonce of 31 bytes", [signature, key, nonce.subarray(1), 4], "MALFORMED"],
      ["a version that is a list", [signature, key, nonce, []], "MALFORMED"],
      ["a key that is no point", [signature, new Uint8Array(64).fill(1), nonce, 4], "BAD_KEY"],
      [
        "a recovery id of 4",
        [concatBytes(signature.subarray(0, 64), Uint8Array.of(4)), key, nonce, 4],
        "BAD_SIGNATURE",
      ],
      ["a signature of zeros", [new Uint8Array(65), key, nonce, 4], "BAD_SIGNATURE"],
    ])("with %s: %s", (_, fields, outcome) => {
      expect(bobReads(...fields)).toBe(outcome);
    });

    test("that is no list is malformed", () => {
      const body = concatBytes(encodeRlp(new Uint8Array(200)), new Uint8Array(100));
      expect(() => readAuth(crypto, BOB, { format: "eip8", bytes: body, body })).toThrow("auth: list: expected a list");
    });
  });
});

describe("a packet of the handshake", () => {
  const samples = (["eip8", "legacy"] as const).flatMap((format) => {
    const { auth } = aliceDials(format);
    const { ack } = acknowledge({ crypto, random }, readAuth(crypto, BOB, readWhole("auth", auth)));
    return [
      { kind: "auth" as const, format, bytes: auth },
      { kind: "ack" as const, format, bytes: ack },
    ];
  });

  test.each(samples)(
    "($format $kind) is read whole, byte by byte, and without touching what follows",
    ({ kind, format, bytes }) => {
      for (const pieceLength of [1, 100, bytes.length]) {
        expect(readPieces(kind, bytes, pieceLength)).toMatchObject({
          packet: { format, bytes: Uint8Array.from(bytes) },
          left: 0,
        });
        expect(readPieces(kind, concatBytes(bytes, new Uint8Array(50)), pieceLength)).toMatchObject({
          packet: { format },
          left: 50,
        });
        expect(readPieces(kind, bytes.subarray(0, -1), pieceLength).packet).toBeUndefined();
      }
    },
  );

  test("in the EIP-8 format may have a size that begins like a legacy packet", () => {
    const plaintext = new Uint8Array(0x0455 - ECIES_OVERHEAD).fill(3);
    const size = bigEndian(0x0455, 2);
    const encryption = {
      recipient: keyOf(BOB),
      ephemeralSecret: ALICE,
      iv: new Uint8Array(16),
      plaintext,
      macInfo: size,
    };
    const stream = concatBytes(size, eciesEncrypt(crypto, encryption));
    for (const pieceLength of [1, 307, stream.length]) {
      expect(readPieces("auth", stream, pieceLength).packet).toMatchObject({ format: "eip8", body: plaintext });
    }
  });

  test.each([
    ["auth", 306, "MALFORMED"],
    ["auth", 2049, "OVERSIZED"],
    ["auth", 65535, "OVERSIZED"],
    ["ack", 209, "MALFORMED"],
    ["ack", 2049, "OVERSIZED"],
  ] as const)("(%s) of size %i is refused at its second byte", (kind, size, code) => {
    const read = () => readPieces(kind, bigEndian(size, 2), 1);
    expect(read).toThrow(expect.objectContaining({ code }));
  });

  test("is tried as a legacy one once, however slowly the rest comes", () => {
    let agreements = 0;
    const counting = {
      ...crypto,
      agree(...args: Parameters<typeof crypto.agree>) {
        agreements++;
        return crypto.agree(...args);
      },
    };
    const reader = new PacketReader(counting, { kind: "auth", secretKey: BOB });
    const inbox = new Inbox();
    const stream = concatBytes(Uint8Array.of(4, 200), keyOf(ALICE), new Uint8Array(1000));
    for (const byte of stream.subarray(0, 1024)) {
      inbox.offer(Uint8Array.of(byte));
      expect(reader.read(inbox)).toBeUndefined();
    }
    expect(agreements).toBe(1);
  });

  test("changed in any byte is not read", () => {
    const { auth } = aliceDials("eip8");
    for (let at = 0; at < auth.length; at++) {
      const changed = auth.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      let outcome: unknown;
      try {
        outcome = readPieces("auth", changed, changed.length).packet;
      } catch (error) {
        outcome = error instanceof RemoteError ? undefined : error;
      }
      expect(outcome, `byte ${at}`).toBeUndefined();
    }
  });

  test("is never shorter than a legacy one, which old peers read first", () => {
    const shortest = { bytes: (length: number) => new Uint8Array(length).fill(length === 1 ? 0 : 1) };
    const auth = initiate({ crypto, random: shortest, staticSecret: ALICE }, { remote: keyOf(BOB) }).auth;
    const ack = sealPacket(crypto, shortest, { recipient: keyOf(BOB), format: "eip8", body: new Uint8Array(102) });
    expect(auth.length).toBeGreaterThan(307);
    expect(ack.length).toBeGreaterThan(210);
  });
});
