import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressOf, formatAddress } from "../../../src/core/accounts/address.ts";
import { JsonMembers } from "../../../src/core/accounts/json-members.ts";
import { openKeyring } from "../../../src/core/accounts/keyring.ts";
import {
  personalMessageBytes,
  recoverPersonalMessage,
  signPersonalMessage,
} from "../../../src/core/accounts/personal-message.ts";
import {
  decodeTransaction,
  encodeTransaction,
  recoverTransaction,
  signTransaction,
  transactionDigest,
} from "../../../src/core/accounts/transaction.ts";
import {
  parseTypedData,
  recoverTypedData,
  signTypedData,
  typedDataDigest,
  typeString,
} from "../../../src/core/accounts/typed-data.ts";
import { encodeTypedValue } from "../../../src/core/accounts/typed-value.ts";
import { utf8 } from "../../../src/core/bytes/bytes.ts";
import { fromHex, toHex } from "../../../src/core/bytes/hex.ts";
import { encodeRlp } from "../../../src/core/bytes/rlp.ts";
import { RemoteError } from "../../../src/core/platform/errors.ts";
import { rejectsEveryPrefix } from "../../support/decoders.ts";
import { pure as crypto } from "../../support/doors.ts";

const cow = openKeyring(crypto, crypto.keccak256(utf8("cow")));

const codeOf = (action: () => unknown): string => {
  try {
    action();
    return "done";
  } catch (error) {
    if (error instanceof RemoteError) return error.code;
    throw error;
  }
};

describe("personal messages", () => {
  test("signed by one are recovered to one, whatever they hold", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (message) => {
        const signature = signPersonalMessage(crypto, cow, message);
        expect([27, 28]).toContain(signature[64]);
        expect(recoverPersonalMessage(crypto, message, signature)).toEqual(cow.publicKey);
      }),
      { numRuns: 20 },
    );
  });

  test("are counted in bytes, not characters", () => {
    const signature = signPersonalMessage(crypto, cow, utf8("ä"));
    expect(recoverPersonalMessage(crypto, utf8("ä"), signature)).toEqual(cow.publicKey);
    expect(recoverPersonalMessage(crypto, utf8("a"), signature)).not.toEqual(cow.publicKey);
  });

  test("given as text are bytes only after a lower-case 0x with whole bytes", () => {
    expect(personalMessageBytes("0x00fF")).toEqual(Uint8Array.of(0, 255));
    for (const text of ["0X00", "0x0", "0xzz", "00", "x0x00"]) expect(personalMessageBytes(text)).toEqual(utf8(text));
  });
});

describe("transactions", () => {
  // The example of EIP-155.
  const transaction = {
    nonce: 9n,
    gasPrice: 20_000_000_000n,
    gasLimit: 21_000n,
    to: new Uint8Array(20).fill(0x35),
    value: 10n ** 18n,
    data: new Uint8Array(0),
    chainId: 1n,
  };
  const signed = signTransaction(crypto, openKeyring(crypto, new Uint8Array(32).fill(0x46)), transaction);

  test("are signed as the EIP's example", () => {
    expect(toHex(transactionDigest(crypto, transaction))).toBe(
      "0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53",
    );
    expect(toHex(encodeTransaction(signed))).toBe(
      "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83",
    );
  });

  test("of any content are read back and name their signer", () => {
    const word = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });
    const small = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    const arbitrary = fc.record({
      nonce: small,
      gasPrice: word,
      gasLimit: small,
      to: fc.option(fc.uint8Array({ minLength: 20, maxLength: 20 }), { nil: undefined }),
      value: word,
      data: fc.uint8Array(),
      chainId: fc.bigInt({ min: 0n, max: 2n ** 200n }),
    });
    fc.assert(
      fc.property(arbitrary, (content) => {
        const written = signTransaction(crypto, cow, content);
        const read = decodeTransaction(encodeTransaction(written));
        expect(read).toEqual(written);
        expect(recoverTransaction(crypto, read)).toEqual(cow.publicKey);
      }),
      { numRuns: 30 },
    );
  });

  test("cut off anywhere are refused", () => {
    rejectsEveryPrefix(decodeTransaction, encodeTransaction(signed));
  });

  test("signed for no chain, or with fields that no encoder writes, are refused", () => {
    const to = transaction.to;
    const fields = (change: Record<number, unknown>) =>
      encodeRlp(
        [9, 1, 2, to, 3, new Uint8Array(0), 37, 5, 6].map((field, index) => change[index] ?? field) as number[],
      );
    expect(codeOf(() => decodeTransaction(fields({})))).toBe("done");
    expect(codeOf(() => decodeTransaction(fields({ 6: 27 })))).toBe("UNSUPPORTED");
    expect(codeOf(() => decodeTransaction(fields({ 3: new Uint8Array(19) })))).toBe("MALFORMED");
    expect(codeOf(() => decodeTransaction(fields({ 4: Uint8Array.of(0, 1) })))).toBe("MALFORMED");
    expect(codeOf(() => decodeTransaction(fields({ 7: new Uint8Array(33).fill(1) })))).toBe("OVERSIZED");
    expect(codeOf(() => decodeTransaction(encodeRlp([1, 2, 3])))).toBe("TRUNCATED");
  });
});

describe("typed data", () => {
  // The example of EIP-712.
  const person = [
    { name: "name", type: "string" },
    { name: "wallet", type: "address" },
  ];
  const mail = {
    types: {
      EIP712Domain: [
        { name: "name", type: "string" },
        { name: "version", type: "string" },
        { name: "chainId", type: "uint256" },
        { name: "verifyingContract", type: "address" },
      ],
      Person: person,
      Mail: [
        { name: "from", type: "Person" },
        { name: "to", type: "Person" },
        { name: "contents", type: "string" },
      ],
    },
    primaryType: "Mail",
    domain: {
      name: "Ether Mail",
      version: "1",
      chainId: 1,
      verifyingContract: "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
    },
    message: {
      from: { name: "Cow", wallet: "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826" },
      to: { name: "Bob", wallet: "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB" },
      contents: "Hello, Bob!",
    },
  };
  const parsed = (change: object = {}) => parseTypedData(JSON.stringify({ ...mail, ...change }));

  test("is signed as the EIP's example", () => {
    const digest = typedDataDigest(crypto, parsed(), 1);
    expect(toHex(digest)).toBe("0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2");
    const signature = signTypedData(crypto, cow, parsed(), 1);
    expect(toHex(signature)).toBe(
      "0x4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b915621c",
    );
    const address = addressOf(crypto, recoverTypedData(crypto, digest, signature));
    expect(formatAddress(crypto, address)).toBe(mail.message.from.wallet);
  });

  test("is only hashed for the chosen chain, which it must name as a number", () => {
    expect(codeOf(() => typedDataDigest(crypto, parsed(), 3))).toBe("INVALID");
    expect(codeOf(() => typedDataDigest(crypto, parsed({ domain: { ...mail.domain, chainId: "1" } }), 1))).toBe(
      "MALFORMED",
    );
    expect(codeOf(() => typedDataDigest(crypto, parsed({ domain: {} }), 1))).toBe("MALFORMED");
  });

  test("names the types that a type refers to, sorted, each once, itself first", () => {
    const fields = (...types: string[]) => types.map((type, index) => ({ name: `f${index}`, type }));
    const types = new Map([
      ["Z", fields("B", "A", "A")],
      ["A", fields("C", "Z")],
      ["B", fields("string")],
      ["C", []],
    ]);
    expect(typeString(types, "Z")).toBe("Z(B f0,A f1,A f2)A(C f0,Z f1)B(string f0)C()");
    expect(typeString(types, "B")).toBe("B(string f0)");
  });

  test("needs its domain's and its primary type, and fields with names of their own", () => {
    const malformed = [
      { types: { Mail: [] } },
      { primaryType: "Letter" },
      { types: null },
      { message: [] },
      { types: { ...mail.types, Person: [{ name: "", type: "string" }] } },
      { types: { ...mail.types, Person: [{ name: "name" }] } },
      { types: { ...mail.types, Person: [...person, { name: "name", type: "uint8" }] } },
    ];
    expect(malformed.map((change) => codeOf(() => parsed(change)))).toEqual(malformed.map(() => "MALFORMED"));
  });

  test("that nests without end, or defines types without end, is refused", () => {
    const types = { ...mail.types, Loop: [{ name: "next", type: "Loop" }] };
    const nested = (depth: number): object => (depth === 0 ? {} : { next: nested(depth - 1) });
    const loop = { types, primaryType: "Loop", message: nested(100) };
    expect(codeOf(() => typedDataDigest(crypto, parsed(loop), 1))).toBe("OVERSIZED");
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`T${index}`, []]));
    expect(codeOf(() => parsed({ types: { ...mail.types, ...many } }))).toBe("OVERSIZED");
    expect(codeOf(() => parseTypedData(" ".repeat(100_000)))).toBe("OVERSIZED");
  });

  test("does not take names of JavaScript's own objects for types or members", () => {
    const types = { ...mail.types, Person: [{ name: "toString", type: "constructor" }] };
    expect(codeOf(() => typedDataDigest(crypto, parsed({ types, primaryType: "Person", message: {} }), 1))).toBe(
      "UNSUPPORTED",
    );
  });
});

describe("typed values", () => {
  const word = (type: string, value: unknown): string =>
    toHex(encodeTypedValue(crypto, { name: "value", type }, value)).slice(2);
  const left = (digits: string): string => digits.padStart(64, "0");

  test("are words of 32 bytes", () => {
    expect(word("bool", true)).toBe(left("1"));
    expect(word("address", `0x${"Ab".repeat(20)}`)).toBe(left("ab".repeat(20)));
    expect(word("bytes4", "0x010203")).toBe("010203".padEnd(64, "0"));
    expect(word("bytes32", `0x${"ff".repeat(32)}`)).toBe("ff".repeat(32));
    expect(fromHex(word("bytes", "0x"))).toEqual(crypto.keccak256(new Uint8Array(0)));
    expect(fromHex(word("string", "äöü"))).toEqual(crypto.keccak256(utf8("äöü")));
  });

  test("of integers may be numbers, or texts with a base prefix", () => {
    for (const ten of [10, "10", "+10", "0xa", "0XA", "0b1010", "0o12"]) expect(word("uint8", ten)).toBe(left("a"));
    expect(word("int8", -1)).toBe("f".repeat(64));
    expect(word("int8", "-0x80")).toBe(`${"f".repeat(62)}80`);
    expect(word("uint", `${2n ** 256n - 1n}`)).toBe("f".repeat(64));
    expect(word("int", `-0b1${"0".repeat(255)}`)).toBe(`8${"0".repeat(63)}`);
  });

  test("of the wrong kind are malformed", () => {
    const wrong: [string, unknown][] = [
      ["uint256", 1.5],
      ["uint256", 2 ** 53],
      ["uint256", ""],
      ["uint256", "010"],
      ["uint256", "1e3"],
      ["uint256", "0x"],
      ["uint256", "9".repeat(1000)],
      ["uint256", null],
      ["bool", 1],
      ["bool", "true"],
      ["address", "0x00"],
      ["bytes", "00"],
      ["bytes", "0x0"],
      ["bytes4", 4],
      ["string", undefined],
      ["string", 1],
    ];
    expect(wrong.map(([type, value]) => codeOf(() => word(type, value)))).toEqual(wrong.map(() => "MALFORMED"));
  });

  test("beyond their type's width are invalid", () => {
    const wide: [string, unknown][] = [
      ["uint8", 256],
      ["uint8", -1],
      ["int8", 128],
      ["int8", -129],
      ["uint256", `${2n ** 256n}`],
      ["bytes2", "0x010203"],
    ];
    expect(wide.map(([type, value]) => codeOf(() => word(type, value)))).toEqual(wide.map(() => "INVALID"));
  });

  test("of arrays and of types that do not exist are unsupported", () => {
    const types = [
      "uint8[]",
      "int8[2]",
      "Person[]",
      "uint7",
      "uint0",
      "uint264",
      "bytes0",
      "bytes33",
      "bytes01",
      "function",
      "fixed128x18",
      "Nobody",
    ];
    expect(types.map((type) => codeOf(() => word(type, [1])))).toEqual(types.map(() => "UNSUPPORTED"));
  });
});

test("JSON that others wrote is read member by member, and errors name the member", () => {
  const members = JsonMembers.parse('{"a":{"b":[{"c":null}]},"n":1.5,"h":"zz"}', "file", 100);
  expect(members.names).toEqual(["a", "n", "h"]);
  expect(members.object("a").objects("b")[0]?.has("c")).toBe(false);
  expect(() => members.object("a").objects("b")[0]?.string("c")).toThrow("file: a: b[0]: c: expected a string");
  expect(() => members.integer("n")).toThrow("file: n: expected an integer");
  expect(() => members.bytes("h", 1)).toThrow("file: h: not hexadecimal");
  expect(() => members.bytes("h", 0)).not.toThrow("OVERSIZED");
  expect(() => members.objects("a")).toThrow("file: a: expected a list");
});
