import fc from "fast-check";
import { expect, test } from "vitest";
import { accountOf } from "../../../src/core/accounts/account.ts";
import {
  checkMnemonic,
  describeFault,
  entropyLength,
  generateMnemonic,
  mnemonicToSeed,
  normalizeMnemonic,
  parseMnemonic,
} from "../../../src/core/accounts/mnemonic.ts";
import { CHAT_PATH, LEGACY_CHAT_PATH } from "../../../src/core/accounts/path.ts";
import { toHex } from "../../../src/core/bytes/hex.ts";
import { UsageError } from "../../../src/core/platform/errors.ts";
import { pure as crypto } from "../../support/doors.ts";
import { scriptedRandom } from "../../support/scripted-random.ts";

const PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow";

test("a fresh phrase has 12 words unless told otherwise, and is accepted", () => {
  expect(generateMnemonic(scriptedRandom(new Uint8Array(16))).split(" ")).toHaveLength(12);
  for (const words of [12, 15, 18, 21, 24]) {
    const phrase = generateMnemonic(scriptedRandom(new Uint8Array(entropyLength(words)).fill(0x7f)), words);
    expect(phrase.split(" ")).toHaveLength(words);
    expect(checkMnemonic(phrase)).toBeUndefined();
  }
});

test("the phrase of known entropy is the one that BIP39 lists", () => {
  expect(generateMnemonic(scriptedRandom(new Uint8Array(16).fill(0x7f)))).toBe(PHRASE);
});

test("there are no phrases of other lengths", () => {
  for (const words of [0, 3, 11, 13, 25, 27, 12.5, Number.NaN]) expect(() => entropyLength(words)).toThrow(UsageError);
});

test("case and white space are the typist's own", () => {
  const typed = `\n  ${PHRASE.toUpperCase().replaceAll(" ", " \t ")}\u3000`;
  expect(normalizeMnemonic(typed)).toBe(PHRASE);
  expect(parseMnemonic(typed)).toBe(PHRASE);
});

test("a fault says where it is, and never quotes a word", () => {
  const words = PHRASE.split(" ");
  const count = checkMnemonic(words.slice(1).join(" "));
  const unknown = checkMnemonic(words.with(3, "yaer").join(" "));
  const checksum = checkMnemonic(words.toReversed().join(" "));
  expect([count, unknown, checksum]).toEqual([
    { type: "count", words: 11 },
    { type: "word", position: 4 },
    { type: "checksum" },
  ]);
  for (const fault of [count, unknown, checksum]) expect(fault && describeFault(fault)).not.toContain("yaer");
  expect(() => parseMnemonic(words.with(3, "yaer").join(" "))).toThrow("word 4");
});

test("one word replaced by another is noticed fifteen times out of sixteen", () => {
  const entropy = fc.uint8Array({ minLength: 16, maxLength: 16 });
  const draws = fc.sample(fc.tuple(entropy, fc.nat(11)), { numRuns: 320, seed: 1 });
  const unnoticed = draws.filter(([bytes, at]) => {
    const words = generateMnemonic(scriptedRandom(bytes)).split(" ");
    const other = words[at] === "zoo" ? "zone" : "zoo";
    return checkMnemonic(words.with(at, other).join(" ")) === undefined;
  });
  expect(unnoticed.length).toBeLessThan(40);
});

test("passphrases are normalised, so that composed and decomposed letters open the same account", () => {
  expect(mnemonicToSeed(crypto, PHRASE, "p\u00e4ss")).toEqual(mnemonicToSeed(crypto, PHRASE, "pa\u0308ss"));
  expect(mnemonicToSeed(crypto, PHRASE, "")).not.toEqual(mnemonicToSeed(crypto, PHRASE, "x"));
});

test("the seed of a listed phrase is the listed one", () => {
  expect(toHex(mnemonicToSeed(crypto, PHRASE, "TREZOR"))).toBe(
    "0x2e8905819b8723fe2c1d161860e5ee1830318dbf49a83bd451cfb8440c28bd6fa457fe1296106559a3c80937a1c1069be3a3a5bd381ee6260e8d9739fce1f607",
  );
});

test("an account is named by its phrase, not by the path of its chat key", () => {
  const account = accountOf(crypto, PHRASE);
  const legacy = accountOf(crypto, PHRASE, { chatPath: LEGACY_CHAT_PATH });
  expect(account.chatPath).toBe(CHAT_PATH);
  expect(legacy.keyUid).toBe(account.keyUid);
  expect(legacy.chatSecretKey).not.toEqual(account.chatSecretKey);
  expect(accountOf(crypto, PHRASE, { passphrase: "x" }).keyUid).not.toBe(account.keyUid);
  expect(() => accountOf(crypto, PHRASE, { chatPath: "M/0" })).toThrow(UsageError);
});
