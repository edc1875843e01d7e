import { describe, expect, test } from "vitest";
import { concatBytes, utf8 } from "../../../src/core/bytes/bytes.ts";
import { toHex } from "../../../src/core/bytes/hex.ts";
import { eciesEncrypt } from "../../../src/core/crypto/ecies.ts";
import { pureCrypto } from "../../../src/core/crypto/pure.ts";
import { RemoteError, UsageError } from "../../../src/core/platform/errors.ts";
import {
  type Content,
  encodePlaintext,
  type MessageKey,
  type Obstacle,
  open,
  openExplained,
  parsePlaintext,
  type Recipient,
  seal,
} from "../../../src/core/whisper/message.ts";
import { SeededRandom } from "../../sim/random.ts";
import { scriptedRandom } from "../../support/scripted-random.ts";

const secretOf = (byte: number) => new Uint8Array(32).fill(byte);
const keyOf = (byte: number) => pureCrypto.publicKeyOf(secretOf(byte));
const signerOf = (byte: number) => ({ sign: (digest: Uint8Array) => pureCrypto.sign(digest, secretOf(byte)) });
const [ALICE, BOB, EVE] = [1, 2, 3];
const chat = { symKey: secretOf(9) };
const bob = { secretKey: secretOf(BOB) };
const hello = utf8("hello");

function sealed(to: Recipient, content: Partial<Content> = {}): Uint8Array {
  return seal(pureCrypto, { payload: hello, to, random: new SeededRandom(1), ...content });
}

const outcome = (data: Uint8Array, key: MessageKey) => openExplained(pureCrypto, data, key).outcome;

describe("a message to a public chat", () => {
  // alice -> members of the chat
  const data = sealed(chat, { signer: signerOf(ALICE) });

  test("is read by whoever has the chat's key, and names its author", () => {
    expect(open(pureCrypto, data, chat)).toMatchObject({ payload: hello, signer: keyOf(ALICE) });
  });

  test("is closed to others", () => {
    expect(open(pureCrypto, data, { symKey: secretOf(8) })).toBeUndefined();
    expect(open(pureCrypto, data, bob)).toBeUndefined();
  });

  test("has a size that says only in steps of 256 how long it is", () => {
    for (const [length, blocks] of [
      [0, 1],
      [188, 1],
      [189, 2],
      [444 - 1, 2],
      [444, 3],
    ] as const) {
      const padded = sealed(chat, { payload: new Uint8Array(length), signer: signerOf(ALICE) });
      expect(padded.length, `${length} bytes`).toBe(256 * blocks + 28);
    }
  });
});

describe("a message to one person", () => {
  // alice -> bob
  const data = sealed({ publicKey: keyOf(BOB) }, { signer: signerOf(ALICE) });

  test("is read by that person alone", () => {
    expect(open(pureCrypto, data, bob)).toMatchObject({ payload: hello, signer: keyOf(ALICE) });
    expect(open(pureCrypto, data, { secretKey: secretOf(EVE) })).toBeUndefined();
    expect(open(pureCrypto, data, chat)).toBeUndefined();
  });

  test("has no author when it is not signed", () => {
    const anonymous = open(pureCrypto, sealed({ publicKey: keyOf(BOB) }), bob);
    expect(anonymous).toMatchObject({ payload: hello, signer: undefined, signature: undefined });
  });

  test("takes an ephemeral key that is one, however often it must be drawn", () => {
    const draws = [new Uint8Array(32), secretOf(0xff), secretOf(5), new Uint8Array(16)];
    const random = scriptedRandom(...draws);
    const padding = new Uint8Array(1);
    expect(
      open(pureCrypto, sealed({ publicKey: keyOf(BOB) }, { padding, random } as Partial<Content>), bob),
    ).toBeDefined();
    random.end();
  });

  test("cannot be sealed to what is no key", () => {
    expect(() => sealed({ publicKey: new Uint8Array(65) })).toThrow(RemoteError);
  });
});

describe("padding", () => {
  test("that the sender chooses is sent as it is", () => {
    const padding = utf8("as it is");
    const data = sealed(chat, { padding });
    expect(open(pureCrypto, data, chat)?.padding).toEqual(padding);
    expect(data.length).toBe(2 + hello.length + padding.length + 28);
  });

  test("may be none", () => {
    expect(open(pureCrypto, sealed(chat, { padding: new Uint8Array() }), chat)?.padding).toHaveLength(0);
  });
});

test("payloads up to 16 MiB take one to three bytes of size, larger ones are refused", () => {
  const padding = new Uint8Array();
  for (const [length, size] of [
    [255, 1],
    [256, 2],
    [65535, 2],
    [65536, 3],
    [2 ** 24 - 1, 3],
  ] as const) {
    const plaintext = encodePlaintext(pureCrypto, { payload: new Uint8Array(length), padding });
    expect(plaintext[0]).toBe(size);
    expect(parsePlaintext(pureCrypto, plaintext)).toMatchObject({
      outcome: "opened",
      message: { payload: { length } },
    });
  }
  const tooLong = { payload: new Uint8Array(2 ** 24), padding };
  expect(() => encodePlaintext(pureCrypto, tooLong)).toThrow(/at most 16777215 bytes fit, got 16777216/);
});

test("a symmetric key of zeros, or of another length, seals nothing", () => {
  expect(() => sealed({ symKey: new Uint8Array(32) })).toThrow(UsageError);
  expect(() => sealed({ symKey: secretOf(1).subarray(1) })).toThrow(UsageError);
});

describe("why a message does not open", () => {
  /** As only a sender without manners would make it. */
  const craft = (...plaintext: number[]) => {
    const nonce = new Uint8Array(12);
    return concatBytes(pureCrypto.gcmEncrypt(chat.symKey, nonce, Uint8Array.from(plaintext)), nonce);
  };

  test.each<[Obstacle, string, Uint8Array]>([
    ["too short", "shorter than tag and nonce", new Uint8Array(27)],
    ["wrong key", "a tag of another key", new Uint8Array(28)],
    ["too short", "nothing inside", craft()],
    ["bad flags", "said to be signed, but there is no room for a signature", craft(4, 1, 2, 3)],
    ["bad flags", "a signature and nothing that it signs but the flags", craft(4, ...new Uint8Array(65))],
    ["size field", "a size field that is cut off", craft(3, 1)],
    ["size field", "a payload longer than the plaintext", craft(1, 2, 7)],
    ["bad signature", "a signature that no key can have made", craft(5, 0, ...new Uint8Array(65))],
  ])("%s: %s", (expected, _, data) => {
    expect(outcome(data, chat)).toBe(expected);
    expect(open(pureCrypto, data, chat)).toBeUndefined();
  });

  test("every failure comes with a sentence", () => {
    expect(openExplained(pureCrypto, craft(1, 2, 7), chat)).toEqual({
      outcome: "size field",
      detail: "a payload of 2 bytes announced, 1 left",
    });
  });

  test("wrong key: an asymmetric message does not begin with a point, or its tag differs", () => {
    const data = sealed({ publicKey: keyOf(BOB) });
    expect(outcome(data.with(0, 5), bob)).toBe("wrong key");
    expect(outcome(data.with(data.length - 1, 0), bob)).toBe("wrong key");
  });

  test("too short: an asymmetric message without a whole IV, as crashes the reference", () => {
    const oneByte = {
      recipient: keyOf(BOB),
      ephemeralSecret: secretOf(5),
      iv: new Uint8Array(16),
      plaintext: new Uint8Array(1),
    };
    const shortest = eciesEncrypt(pureCrypto, oneByte);
    expect(outcome(shortest, bob)).toBe("opened");
    for (let length = 0; length < shortest.length; length++) {
      expect(outcome(shortest.subarray(0, length), bob)).toBe("too short");
    }
  });
});

test("a changed message recovers to some other key, so the author must be compared", () => {
  // eve knows the chat's key, takes alice's signed words apart and puts others in
  const words = open(pureCrypto, sealed(chat, { signer: signerOf(ALICE) }), chat)?.plaintext ?? new Uint8Array();
  const forged = words.with(2, words[2] === 0 ? 1 : 0);
  const read = parsePlaintext(pureCrypto, forged);
  expect(read.outcome).toBe("opened");
  if (read.outcome === "opened") expect(toHex(read.message.signer ?? hello)).not.toBe(toHex(keyOf(ALICE)));
});
