import { domainToASCII } from "node:url";
import { base58 } from "@scure/base";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeAddressAnswer,
  decodeBytesAnswer,
  decodePubkeyAnswer,
  decodeTextAnswer,
} from "../../../src/core/accounts/ens/calls.ts";
import { decodeContentHash, encodeContentHash } from "../../../src/core/accounts/ens/content-hash.ts";
import {
  addressRecord,
  contentRecord,
  type EnsRecord,
  type LookupStep,
  lookUp,
  nameRecord,
  pubkeyRecord,
} from "../../../src/core/accounts/ens/lookup.ts";
import { nameHash, normalizeEnsName, qualifyEnsName, reverseName } from "../../../src/core/accounts/ens/name.ts";
import { decodePunycode } from "../../../src/core/accounts/ens/punycode.ts";
import { bigEndian, concatBytes, utf8 } from "../../../src/core/bytes/bytes.ts";
import { type Hex, hexDigits, toHex } from "../../../src/core/bytes/hex.ts";
import { RemoteError, UsageError } from "../../../src/core/platform/errors.ts";
import { rejectsEveryPrefix } from "../../support/decoders.ts";
import { pure as crypto } from "../../support/doors.ts";

const KEY = crypto.publicKeyOf(new Uint8Array(32).fill(1));
const word = (value: number | bigint): Uint8Array => bigEndian(value, 32);
const dynamic = (bytes: Uint8Array): Uint8Array =>
  concatBytes(word(32), word(bytes.length), bytes, new Uint8Array((32 - (bytes.length % 32)) % 32));

describe("names", () => {
  test("have one spelling", () => {
    expect(normalizeEnsName("Alice.StateOfUs.ETH")).toBe("alice.stateofus.eth");
    expect(normalizeEnsName("BÜCHER.eth")).toBe("bücher.eth");
    expect(normalizeEnsName("XN--bcher-KVA.eth")).toBe("bücher.eth");
    expect(normalizeEnsName("a。eth")).toBe("a.eth");
    expect(nameHash(crypto, "bücher.eth")).toEqual(nameHash(crypto, "bu\u0308cher.eth"));
  });

  test("that no name may be are refused", () => {
    const wrong = [
      "a b.eth",
      "a_b.eth",
      "ab--c.eth",
      "аpple.eth",
      "xn--.eth",
      "xn--abc-.eth",
      "xn--BCHER-9.eth",
      "a\0.eth",
      "a".repeat(256),
    ];
    for (const name of wrong) expect(() => normalizeEnsName(name), name).toThrow(UsageError);
  });

  test("without a dot are those that Status gives away", () => {
    expect(qualifyEnsName("alice")).toBe("alice.stateofus.eth");
    expect(qualifyEnsName("Alice.eth")).toBe("alice.eth");
    for (const name of ["", "Alice", "al-ice", "älice"]) expect(() => qualifyEnsName(name)).toThrow(UsageError);
  });
});

describe("punycode", () => {
  test("decodes the samples of RFC 3492", () => {
    expect(decodePunycode("ihqwcrb4cv8a8dqg056pqjye")).toBe("他们为什么不说中文");
    expect(decodePunycode("proprostnemluvesky-uyb24dma41a")).toBe("pročprostěnemluvíčesky");
    expect(decodePunycode("2-u9tlzr9756bt3uc0v")).toBe("ひとつ屋根の下2");
    expect(decodePunycode("-> $1.00 <--")).toBe("-> $1.00 <-");
    expect(decodePunycode("")).toBe("");
  });

  test("reverses another implementation", () => {
    const letters = fc.string({
      unit: fc.constantFrom(..."abc019äöüßčžλдж中文字屋根ひとつ😀"),
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(letters, (label) => {
        const ascii = domainToASCII(label);
        fc.pre(ascii.startsWith("xn--"));
        expect(decodePunycode(ascii.slice(4))).toBe(label);
      }),
    );
  });

  test("refuses what leads beyond Unicode, is cut off, or has no digits", () => {
    for (const text of ["99999999", "zzzzzz", "a-z", "ä", "a-_", "a".repeat(64)]) {
      expect(() => decodePunycode(text), text).toThrow(UsageError);
    }
  });
});

describe("answers of contracts", () => {
  test("of zero mean that nothing is set", () => {
    expect(decodeAddressAnswer(word(0))).toBeUndefined();
    expect(decodePubkeyAnswer(new Uint8Array(64))).toBeUndefined();
    expect(decodeBytesAnswer(dynamic(new Uint8Array(0)))).toBeUndefined();
    expect(decodeTextAnswer(dynamic(new Uint8Array(0)))).toBeUndefined();
  });

  test("of any length are read", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        expect(decodeBytesAnswer(dynamic(bytes))).toEqual(bytes);
      }),
    );
    expect(decodeTextAnswer(dynamic(utf8("älice.eth")))).toBe("älice.eth");
  });

  test("cut off anywhere are refused", () => {
    rejectsEveryPrefix(decodeAddressAnswer, word(7));
    rejectsEveryPrefix(decodePubkeyAnswer, KEY.subarray(1));
    rejectsEveryPrefix(decodeBytesAnswer, dynamic(new Uint8Array(32).fill(1)));
  });

  test("with addresses wider than 20 bytes, or sizes beyond all reason, are refused", () => {
    expect(() => decodeAddressAnswer(word(1n << 160n))).toThrow(RemoteError);
    expect(() => decodeBytesAnswer(concatBytes(word(1n << 40n), word(0)))).toThrow(RemoteError);
    expect(() => decodeBytesAnswer(concatBytes(word(2 ** 32 - 1), word(0)))).toThrow(RemoteError);
    expect(() => decodeBytesAnswer(concatBytes(word(32), word(2 ** 32 - 1)))).toThrow(RemoteError);
    expect(() => decodeTextAnswer(dynamic(Uint8Array.of(0xff)))).toThrow(RemoteError);
  });
});

describe("content hashes", () => {
  const digest = fc.uint8Array({ minLength: 32, maxLength: 32 });

  test("are read back as they were written", () => {
    const texts = fc.oneof(
      digest.map((bytes) => `/ipfs/${base58.encode(concatBytes(Uint8Array.of(0x12, 32), bytes))}`),
      digest.map((bytes) => `/ipns/${base58.encode(concatBytes(Uint8Array.of(0x12, 32), bytes))}`),
      digest.map((bytes) => `/swarm/${hexDigits(bytes)}`),
      fc.domain().map((name) => `/ipns/${name.slice(0, 100)}`),
      fc
        .string({ unit: fc.constantFrom(..."abcxyz234567"), minLength: 16, maxLength: 16 })
        .map((text) => `/onion/${text}`),
      fc
        .string({ unit: fc.constantFrom(..."abcxyz234567"), minLength: 56, maxLength: 56 })
        .map((text) => `/onion3/${text}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(decodeContentHash(encodeContentHash(text))).toBe(text);
      }),
    );
  });

  test("of unknown protocols or shapes are the caller's mistake", () => {
    const texts = [
      "",
      "ipfs",
      "/ipfs",
      "/ipfs/",
      "/ipfs/0OIl",
      "/ipfs/Qm/x",
      "x/ipfs/Qm",
      "/http/x",
      "/swarm/00",
      "/swarm/zz",
      "/onion/short",
      "/onion3/short",
      `/ipns/${"a".repeat(130)}`,
    ];
    for (const text of texts) expect(() => encodeContentHash(text), text).toThrow(UsageError);
  });

  test("cut off anywhere, or with more behind, are refused", () => {
    for (const text of ["/swarm/".padEnd(71, "a"), "/ipns/app.org", "/onion/zqktlwi4fecvo6ri"]) {
      const bytes = encodeContentHash(text);
      rejectsEveryPrefix(decodeContentHash, bytes);
      expect(() => decodeContentHash(concatBytes(bytes, Uint8Array.of(1)))).toThrow(RemoteError);
    }
  });
});

describe("a look-up", () => {
  const REGISTRY: Hex = "0x00000000000c2e074ec69a0dfb2997ba6c7d2e1e";
  const RESOLVER = new Uint8Array(20).fill(0xaa);
  const node = hexDigits(nameHash(crypto, "alice.stateofus.eth"));

  /** Plays the Ethereum node: asserts each question and gives the answer written beside it. */
  function converse<T>(step: LookupStep<T>, script: readonly (readonly [object, unknown])[]): LookupStep<T> {
    let current = step;
    for (const [request, result] of script) {
      if (current.type !== "ask") throw new Error(`ended early: ${current.type}`);
      expect(current.request).toEqual(request);
      current = current.answer(result);
    }
    return current;
  }

  const call = (to: Hex, selector: string) => ({
    method: "eth_call",
    params: [{ to, data: `0x${selector}${node}` }, "latest"],
  });
  const chainId = { method: "eth_chainId", params: [] };
  const owner = call(REGISTRY, "02571be3");
  const resolver = call(REGISTRY, "0178b8bf");
  const pubkey = call(toHex(RESOLVER), "c8690233");
  const start = <T>(record: EnsRecord<T>) => lookUp(crypto, "Alice.stateofus.eth", record);
  const padded = toHex(concatBytes(new Uint8Array(12), RESOLVER));

  test("asks for chain, owner, resolver and record, and finds the chat key", () => {
    const end = converse(start(pubkeyRecord(crypto)), [
      [chainId, "0x1"],
      [owner, padded],
      [resolver, padded],
      [pubkey, toHex(KEY.subarray(1))],
    ]);
    expect(end).toEqual({ type: "found", value: KEY });
  });

  test("ends where there is no owner, no resolver or no record", () => {
    const zero = toHex(word(0));
    const begin = start(pubkeyRecord(crypto));
    expect(
      converse(begin, [
        [chainId, "0x1"],
        [owner, zero],
      ]),
    ).toEqual({ type: "absent", missing: "owner" });
    const owned = converse(begin, [
      [chainId, "0x1"],
      [owner, padded],
    ]);
    expect(converse(owned, [[resolver, zero]])).toEqual({ type: "absent", missing: "resolver" });
    const resolved = converse(owned, [[resolver, padded]]);
    for (const nothing of ["0x", toHex(new Uint8Array(64))]) {
      expect(converse(resolved, [[pubkey, nothing]])).toEqual({ type: "absent", missing: "record" });
    }
  });

  test("asks the registry of its chain, or the one it was given", () => {
    const goerli = converse(start(addressRecord), [[chainId, "0x5"]]);
    expect(goerli.type === "ask" && goerli.request.params[0]).toMatchObject({
      to: "0x112234455c3a32fd11230c42e7bccd4a84e02010",
    });
    const given = lookUp(crypto, "alice.stateofus.eth", addressRecord, RESOLVER);
    expect(given.type === "ask" && given.request).toEqual(call(toHex(RESOLVER), "02571be3"));
    const begin = start(addressRecord);
    expect(() => converse(begin, [[chainId, "0x539"]])).toThrow(UsageError);
  });

  test("reads every record that a resolver keeps", () => {
    const ask = <T>(record: EnsRecord<T>, selector: string, answer: Uint8Array) =>
      converse(lookUp(crypto, "alice.stateofus.eth", record, RESOLVER), [
        [call(toHex(RESOLVER), "02571be3"), padded],
        [call(toHex(RESOLVER), "0178b8bf"), padded],
        [call(toHex(RESOLVER), selector), toHex(answer)],
      ]);
    const content = "/onion/zqktlwi4fecvo6ri";
    expect(ask(addressRecord, "3b3b57de", word(0xff))).toMatchObject({ type: "found" });
    expect(ask(contentRecord, "bc1c58d1", dynamic(encodeContentHash(content)))).toEqual({
      type: "found",
      value: content,
    });
    expect(ask(nameRecord, "691f3431", dynamic(utf8("bob.eth")))).toEqual({ type: "found", value: "bob.eth" });
    expect(reverseName(RESOLVER)).toBe(`${"aa".repeat(20)}.addr.reverse`);
  });

  test("blames the Ethereum node for answers that are none", () => {
    const begin = start(pubkeyRecord(crypto));
    for (const result of [1, null, "1", "0x", `0x${"0".repeat(100)}`]) {
      expect(() => converse(begin, [[chainId, result]])).toThrow(RemoteError);
    }
    const asked = converse(begin, [[chainId, "0x1"]]);
    for (const result of [{}, "0x", "0xzz", padded.slice(0, -2), `0x${"00".repeat(10_000)}`]) {
      expect(() => converse(asked, [[owner, result]])).toThrow(RemoteError);
    }
    const resolved = converse(asked, [
      [owner, padded],
      [resolver, padded],
    ]);
    expect(() => converse(resolved, [[pubkey, toHex(new Uint8Array(64).fill(1))]])).toThrow(RemoteError);
  });
});
