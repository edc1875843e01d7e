/** What accounts sign, and how they are looked up, against the recordings. The rest: accounts.test.ts. */
import { describe, expect, test } from "vitest";
import { addressOf, formatAddress, parseAddress } from "../../src/core/accounts/address.ts";
import { decodePubkeyAnswer, type EnsFunction, encodeEnsCall, selectorOf } from "../../src/core/accounts/ens/calls.ts";
import { decodeContentHash, encodeContentHash } from "../../src/core/accounts/ens/content-hash.ts";
import { labelHash, nameHash, normalizeEnsName, reverseName } from "../../src/core/accounts/ens/name.ts";
import { openKeyring } from "../../src/core/accounts/keyring.ts";
import {
  personalMessageBytes,
  personalMessageDigest,
  recoverPersonalMessage,
  signPersonalMessage,
} from "../../src/core/accounts/personal-message.ts";
import {
  decodeTransaction,
  encodeTransaction,
  recoverTransaction,
  signTransaction,
  transactionDigest,
} from "../../src/core/accounts/transaction.ts";
import {
  parseTypedData,
  recoverTypedData,
  signTypedData,
  typedDataDigest,
} from "../../src/core/accounts/typed-data.ts";
import { fromHex, toHex } from "../../src/core/bytes/hex.ts";
import { RemoteError, UsageError } from "../../src/core/platform/errors.ts";
import { pure as crypto } from "../support/doors.ts";
import { coversAllSections, forEachCase, loadVectors } from "../support/vectors.ts";

interface Signing {
  eip155: {
    chainId: number;
    nonce: number;
    gasPrice: string;
    gasLimit: number;
    to: string | null;
    value: string;
    data: string;
    from: string;
    privateKey: string;
    signingHash: string;
    hash: string;
    raw: string;
    v: string;
    r: string;
    s: string;
  }[];
  personalMessage: {
    sign: { privateKey: string; address: string; message: string; digest: string; signature: string }[];
    recoverErrors: { name: string; message: string; signature: string }[];
    hashMessage: { input: string; digest: string }[];
  };
  typedData: ({ name: string; chainId: number; privateKey: string; address: string; typedData: object } & (
    | { error: null; digest: string; signature: string }
    | { error: string }
  ))[];
  ens: {
    contenthash: {
      text: string;
      error: string | null;
      contenthash?: string;
      back?: string;
      backError?: string | null;
    }[];
    namehash: {
      name: string;
      error: string | null;
      normalized: string;
      namehash: string;
      firstLabelhash: string;
      callDataOwner: string;
      callDataResolver: string;
      callDataPubkey: string;
    }[];
    pubkeyReturn: { publicKey: string; returnData: string };
    reverse: { address: string; name: string; namehash: string };
    selectors: Record<string, string>;
  };
}

const vectors = loadVectors<Signing>("accounts.json");

const keyringOf = (privateKey: string) => openKeyring(crypto, fromHex(privateKey));
const addressText = (publicKey: Uint8Array): string => formatAddress(crypto, addressOf(crypto, publicKey));

describe("personal messages", () => {
  coversAllSections(vectors.personalMessage, ["sign", "recoverErrors", "hashMessage"], {});

  forEachCase("sign", vectors.personalMessage.sign, ({ privateKey, address, message, digest, signature }) => {
    const bytes = fromHex(message);
    expect(toHex(personalMessageDigest(crypto, bytes))).toBe(digest);
    expect(toHex(signPersonalMessage(crypto, keyringOf(privateKey), bytes))).toBe(signature);
    expect(addressText(recoverPersonalMessage(crypto, bytes, fromHex(signature)))).toBe(address);
  });

  forEachCase("recoverErrors", vectors.personalMessage.recoverErrors, ({ message, signature }) => {
    expect(() => recoverPersonalMessage(crypto, fromHex(message), fromHex(signature))).toThrow(RemoteError);
  });

  forEachCase("hashMessage", vectors.personalMessage.hashMessage, ({ input, digest }) => {
    expect(toHex(personalMessageDigest(crypto, personalMessageBytes(input)))).toBe(digest);
  });
});

forEachCase("typedData", vectors.typedData, (recorded) => {
  const { chainId } = recorded;
  const keyring = keyringOf(recorded.privateKey);
  const digestOf = () => typedDataDigest(crypto, parseTypedData(JSON.stringify(recorded.typedData)), chainId);
  if (recorded.error !== null) return expect(digestOf).toThrow(RemoteError);
  expect(toHex(digestOf())).toBe(recorded.digest);
  const signature = signTypedData(crypto, keyring, parseTypedData(JSON.stringify(recorded.typedData)), chainId);
  expect(toHex(signature)).toBe(recorded.signature);
  expect(addressText(recoverTypedData(crypto, digestOf(), fromHex(recorded.signature)))).toBe(recorded.address);
});

forEachCase("eip155", vectors.eip155, (recorded) => {
  const transaction = {
    nonce: BigInt(recorded.nonce),
    gasPrice: BigInt(recorded.gasPrice),
    gasLimit: BigInt(recorded.gasLimit),
    to: recorded.to ? parseAddress(crypto, recorded.to) : undefined,
    value: BigInt(recorded.value),
    data: fromHex(recorded.data),
    chainId: BigInt(recorded.chainId),
  };
  expect(toHex(transactionDigest(crypto, transaction))).toBe(recorded.signingHash);
  const signed = signTransaction(crypto, keyringOf(recorded.privateKey), transaction);
  const raw = encodeTransaction(signed);
  expect(toHex(raw)).toBe(recorded.raw);
  expect(toHex(crypto.keccak256(raw))).toBe(recorded.hash);
  expect(BigInt(toHex(signed.signature.subarray(0, 32)))).toBe(BigInt(recorded.r));
  expect(BigInt(toHex(signed.signature.subarray(32, 64)))).toBe(BigInt(recorded.s));
  expect(BigInt(recorded.v)).toBe(transaction.chainId * 2n + 35n + BigInt(signed.signature[64] ?? 0));
  const decoded = decodeTransaction(fromHex(recorded.raw));
  expect(decoded).toEqual(signed);
  expect(addressText(recoverTransaction(crypto, decoded))).toBe(recorded.from);
});

describe("ens", () => {
  coversAllSections(vectors.ens, ["contenthash", "namehash", "pubkeyReturn", "reverse", "selectors"], {});

  forEachCase("namehash", vectors.ens.namehash, (recorded) => {
    const { name, error } = recorded;
    if (error !== null) return expect(() => nameHash(crypto, name)).toThrow(UsageError);
    expect(normalizeEnsName(name)).toBe(recorded.normalized);
    const node = nameHash(crypto, name);
    expect(toHex(node)).toBe(recorded.namehash);
    expect(nameHash(crypto, recorded.normalized)).toEqual(node);
    expect(toHex(labelHash(crypto, name.split(".")[0] ?? ""))).toBe(recorded.firstLabelhash);
    expect(toHex(encodeEnsCall(crypto, "owner(bytes32)", node))).toBe(recorded.callDataOwner);
    expect(toHex(encodeEnsCall(crypto, "resolver(bytes32)", node))).toBe(recorded.callDataResolver);
    expect(toHex(encodeEnsCall(crypto, "pubkey(bytes32)", node))).toBe(recorded.callDataPubkey);
  });

  forEachCase("selectors", Object.entries(vectors.ens.selectors), ([signature, selector]) => {
    expect(toHex(selectorOf(crypto, signature))).toBe(selector);
    const node = new Uint8Array(32).fill(7);
    expect(toHex(encodeEnsCall(crypto, signature as EnsFunction, node))).toBe(`${selector}${"07".repeat(32)}`);
  });

  forEachCase("contenthash", vectors.ens.contenthash, ({ text, error, contenthash = "", back, backError }) => {
    if (error !== null) return expect(() => encodeContentHash(text)).toThrow(UsageError);
    expect(toHex(encodeContentHash(text))).toBe(contenthash);
    if (backError) expect(() => decodeContentHash(fromHex(contenthash))).toThrow(RemoteError);
    else expect(decodeContentHash(fromHex(contenthash))).toBe(back);
  });

  test("pubkeyReturn", () => {
    const { publicKey, returnData } = vectors.ens.pubkeyReturn;
    expect(toHex(decodePubkeyAnswer(fromHex(returnData)) ?? new Uint8Array(0))).toBe(publicKey);
  });

  test("reverse", () => {
    const { address, name, namehash } = vectors.ens.reverse;
    expect(reverseName(parseAddress(crypto, address))).toBe(name);
    expect(toHex(nameHash(crypto, name))).toBe(namehash);
  });
});
