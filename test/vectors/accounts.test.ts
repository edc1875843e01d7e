/** Accounts against the recordings: phrases, key trees, key files, names and pictures. Ethereum: accounts-ethereum.test.ts. */
import { mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { describe, expect, test } from "vitest";
import { accountOf } from "../../src/core/accounts/account.ts";
import { addressOf, formatAddress, hasChecksum, isAddress, parseAddress } from "../../src/core/accounts/address.ts";
import { aliasOf, aliasOfSeed } from "../../src/core/accounts/alias.ts";
import { ExtendedKey, keyUid, publicKeyOf } from "../../src/core/accounts/derivation.ts";
import { identiconOf, renderPixels, renderPng } from "../../src/core/accounts/identicon.ts";
import { describeIdentity } from "../../src/core/accounts/identity.ts";
import { openKeyring } from "../../src/core/accounts/keyring.ts";
import {
  decodeCompressedKey,
  decodeUncompressedKey,
  formatCompressedKey,
  formatPublicKey,
  parsePublicKey,
  parseSecretKey,
} from "../../src/core/accounts/keys.ts";
import type { KdfCost } from "../../src/core/accounts/keystore/kdf.ts";
import { openKeyFile, sealKeyFile } from "../../src/core/accounts/keystore/keystore.ts";
import {
  checkMnemonic,
  entropyLength,
  generateMnemonic,
  mnemonicToSeed,
  normalizeMnemonic,
  parseMnemonic,
} from "../../src/core/accounts/mnemonic.ts";
import { CHAT_PATH, formatPath, HARDENED, LEGACY_CHAT_PATH, parsePath } from "../../src/core/accounts/path.ts";
import { ADJECTIVES } from "../../src/core/accounts/words/adjectives.ts";
import { ANIMALS } from "../../src/core/accounts/words/animals.ts";
import { utf8 } from "../../src/core/bytes/bytes.ts";
import { fromHex, hexDigits, toHex } from "../../src/core/bytes/hex.ts";
import { md5 } from "../../src/core/crypto/md5.ts";
import { EnvironmentError, RemoteError, UsageError } from "../../src/core/platform/errors.ts";
import {
  contactCodeTopic,
  contactCodeTopicName,
  partitionedTopic,
  partitionedTopicName,
  partitionOf,
  personalTopic,
  personalTopicName,
} from "../../src/core/whisper/topic.ts";
import { pure as crypto } from "../support/doors.ts";
import { decodePng } from "../support/png.ts";
import { scriptedRandom } from "../support/scripted-random.ts";
import { coversAllSections, forEachCase, loadVectors } from "../support/vectors.ts";

interface DerivedKey {
  path: string;
  address: string;
  chainCode: string;
  childNumber: number;
  depth: number;
  parentFingerprint: string;
  privateKey: string;
  publicKey: string;
  compressedPublicKey: string;
  xprv: string;
  xpub: string;
}

interface Section {
  kdf: string;
  kdfparams: { n?: number; r?: number; p?: number; c?: number; salt: string };
  cipherparams: { iv: string };
}

type StoredKey = { name: string; json: string | StoredKeyJson; password: string } & (
  | { valid: true; address: string; id: string; privateKey: string; extendedKey: string | null }
  | { valid: false; error: string }
);

interface StoredKeyJson {
  id: string;
  crypto: Section;
  extendedkey?: Section;
}

interface Accounts {
  addresses: {
    check: { input: string; isHexAddress: boolean; validChecksum?: boolean }[];
    checksum: { lower: string; checksummed: string }[];
  };
  alias: { alias: string; seed: string; publicKey?: string }[];
  bip39: {
    lengths: { words: number; entropyBits: number; error: string | null }[];
    seeds: { mnemonic: string; passphrase: string; words: number; seed: string; masterXprv: string }[];
    validate: { name: string; mnemonic: string; valid: boolean }[];
  };
  contactCode: {
    publicKey: string;
    contactCode: { name: string; topic: string };
    negotiatedName: { name: string };
    partitioned: { name: string; topic: string };
    personalDiscovery: { name: string; topic: string };
  }[];
  derivation: {
    mnemonic: string;
    passphrase: string;
    keyUid: string;
    masterPublicKey: string;
    masterAddress: string;
    chatPrivateKey: string;
    walletPrivateKey: string;
    chatAlias: string;
    keys: DerivedKey[];
    publicBranch: { parentXpub: string; index: number; childXpub: string; childPublicKey: string };
  }[];
  identicon: {
    input: string;
    md5: string;
    bitmap: string[];
    colorRGBA: string;
    width: number;
    height: number;
    pixelsSha256: string;
    dataUri: string;
  }[];
  keystore: StoredKey[];
  paths: {
    mnemonic: string;
    cases: {
      path: string;
      valid: boolean;
      address?: string;
      publicKey?: string;
      referenceAddress?: string;
      referenceDropsLastSegment?: boolean;
    }[];
  };
  publicKeys: {
    parse: {
      name: string;
      input: string;
      compressedParserError: string | null;
      uncompressedParserError: string | null;
    }[];
    valid: { privateKey: string; publicKey: string; compressedPublicKey: string }[];
  };
}

const vectors = loadVectors<Accounts>("accounts.json");
const ELSEWHERE = "accounts-ethereum.test.ts";

coversAllSections(
  vectors,
  ["addresses", "alias", "bip39", "contactCode", "derivation", "identicon", "keystore", "paths", "publicKeys"],
  { meta: "conventions", eip155: ELSEWHERE, ens: ELSEWHERE, personalMessage: ELSEWHERE, typedData: ELSEWHERE },
);

const masterOf = (mnemonic: string, passphrase = ""): ExtendedKey =>
  ExtendedKey.fromSeed(mnemonicToSeed(crypto, mnemonic, passphrase));

const addressText = (publicKey: Uint8Array): string => formatAddress(crypto, addressOf(crypto, publicKey));

describe("bip39", () => {
  coversAllSections(vectors.bip39, ["lengths", "seeds", "validate"], {});

  forEachCase("lengths", vectors.bip39.lengths, ({ words, entropyBits, error }) => {
    if (error !== null) expect(() => entropyLength(words)).toThrow(UsageError);
    else expect(8 * entropyLength(words)).toBe(entropyBits);
  });

  forEachCase("seeds", vectors.bip39.seeds, ({ mnemonic, passphrase, words, seed, masterXprv }) => {
    expect(toHex(mnemonicToSeed(crypto, parseMnemonic(mnemonic), passphrase))).toBe(seed);
    expect(ExtendedKey.fromSeed(fromHex(seed)).xprv).toBe(masterXprv);
    const random = scriptedRandom(mnemonicToEntropy(mnemonic, wordlist));
    expect(generateMnemonic(random, words)).toBe(mnemonic);
    random.end();
  });

  forEachCase("validate", vectors.bip39.validate, ({ mnemonic, valid }) => {
    expect(checkMnemonic(mnemonic) === undefined).toBe(valid);
    // What differs from a valid phrase in case or white space alone is what its owner meant.
    if (checkMnemonic(normalizeMnemonic(mnemonic))) expect(() => parseMnemonic(mnemonic)).toThrow(UsageError);
    else expect(parseMnemonic(mnemonic)).toBe(normalizeMnemonic(mnemonic));
  });
});

describe("key tree", () => {
  forEachCase("derivation", vectors.derivation, (account) => {
    const master = masterOf(account.mnemonic, account.passphrase);
    const publicKey = publicKeyOf(crypto, master);
    expect(toHex(publicKey)).toBe(account.masterPublicKey);
    expect(addressText(publicKey)).toBe(account.masterAddress);
    expect(keyUid(crypto, publicKey)).toBe(account.keyUid);
    expect(account.keys.length).toBeGreaterThan(0);
    for (const key of account.keys) checkDerivedKey(master, key);
    const { parentXpub, index, childXpub, childPublicKey } = account.publicBranch;
    const child = ExtendedKey.parse(parentXpub).derive([index]);
    expect(child.xpub).toBe(childXpub);
    expect(toHex(publicKeyOf(crypto, child))).toBe(childPublicKey);
    expect(() => ExtendedKey.parse(parentXpub).derive([HARDENED + index])).toThrow(UsageError);
  });

  forEachCase("derivation, the account", vectors.derivation, (recorded) => {
    const { mnemonic, passphrase } = recorded;
    const account = accountOf(crypto, mnemonic, { passphrase });
    expect(account.keyUid).toBe(recorded.keyUid);
    expect(account.chatPath).toBe(CHAT_PATH);
    expect(toHex(account.chatSecretKey)).toBe(recorded.chatPrivateKey);
    const legacy = accountOf(crypto, mnemonic, { passphrase, chatPath: LEGACY_CHAT_PATH });
    expect(toHex(legacy.chatSecretKey)).toBe(recorded.walletPrivateKey);
    const identity = describeIdentity(crypto, openKeyring(crypto, account.chatSecretKey).publicKey);
    expect(identity.name).toBe(recorded.chatAlias);
    // `chatIdenticonSha256` hashes the file as the reference's encoder compresses it; pixels are compared in `identicon`.
  });

  forEachCase("paths", vectors.paths.cases, (recorded) => {
    const { path, valid } = recorded;
    if (!valid) return expect(() => parsePath(path)).toThrow(UsageError);
    const parsed = parsePath(path);
    const master = masterOf(vectors.paths.mnemonic);
    const publicKey = publicKeyOf(crypto, master.derive(parsed));
    expect(toHex(publicKey)).toBe(recorded.publicKey);
    expect(addressText(publicKey)).toBe(recorded.address);
    expect(parsePath(formatPath(parsed))).toEqual(parsed);
    const theirs = recorded.referenceDropsLastSegment ? parsed.slice(0, -1) : parsed;
    expect(addressText(publicKeyOf(crypto, master.derive(theirs)))).toBe(recorded.referenceAddress);
  });
});

function checkDerivedKey(master: ExtendedKey, recorded: DerivedKey): void {
  const derived = master.derive(parsePath(recorded.path));
  for (const key of [derived, ExtendedKey.parse(recorded.xprv), ExtendedKey.parse(recorded.xpub)]) {
    const publicKey = publicKeyOf(crypto, key);
    expect(toHex(publicKey)).toBe(recorded.publicKey);
    expect(toHex(key.compressedKey)).toBe(recorded.compressedPublicKey);
    expect(addressText(publicKey)).toBe(recorded.address);
    expect(toHex(key.chainCode)).toBe(recorded.chainCode);
    expect(key.childNumber).toBe(recorded.childNumber);
    expect(key.depth).toBe(recorded.depth);
    expect(key.parentFingerprint).toBe(Number(recorded.parentFingerprint));
    expect(key.xpub).toBe(recorded.xpub);
  }
  expect(toHex(derived.secretKey)).toBe(recorded.privateKey);
  expect(derived.xprv).toBe(recorded.xprv);
  expect(formatPath(parsePath(recorded.path))).toBe(recorded.path);
}

describe("public keys", () => {
  forEachCase("publicKeys.valid", vectors.publicKeys.valid, ({ privateKey, publicKey, compressedPublicKey }) => {
    const own = openKeyring(crypto, parseSecretKey(crypto, privateKey)).publicKey;
    expect(formatPublicKey(own)).toBe(publicKey);
    expect(formatCompressedKey(crypto, own)).toBe(compressedPublicKey);
    expect(parsePublicKey(crypto, publicKey)).toEqual(own);
    expect(parsePublicKey(crypto, compressedPublicKey)).toEqual(own);
  });

  forEachCase("publicKeys.parse", vectors.publicKeys.parse, (recorded) => {
    const { input, compressedParserError, uncompressedParserError } = recorded;
    const bytes = fromHex(input);
    const succeeds = (parse: () => Uint8Array, kind: typeof RemoteError | typeof UsageError): boolean => {
      try {
        return formatPublicKey(parse()).length === 132;
      } catch (error) {
        expect(error).toBeInstanceOf(kind);
        return false;
      }
    };
    expect(succeeds(() => decodeUncompressedKey(crypto, bytes), RemoteError)).toBe(uncompressedParserError === null);
    expect(succeeds(() => decodeCompressedKey(crypto, bytes), RemoteError)).toBe(compressedParserError === null);
    const either = compressedParserError === null || uncompressedParserError === null;
    expect(succeeds(() => parsePublicKey(crypto, input), UsageError)).toBe(either);
  });

  forEachCase("addresses.checksum", vectors.addresses.checksum, ({ lower, checksummed }) => {
    expect(formatAddress(crypto, fromHex(lower))).toBe(checksummed);
    expect(toHex(parseAddress(crypto, checksummed))).toBe(lower);
    expect(toHex(parseAddress(crypto, lower))).toBe(lower);
  });

  forEachCase("addresses.check", vectors.addresses.check, ({ input, isHexAddress, validChecksum = false }) => {
    expect(isAddress(input)).toBe(isHexAddress);
    expect(hasChecksum(crypto, input)).toBe(validChecksum);
  });

  forEachCase("contactCode", vectors.contactCode, (recorded) => {
    const key = parsePublicKey(crypto, recorded.publicKey);
    expect(contactCodeTopicName(key)).toBe(recorded.contactCode.name);
    expect(contactCodeTopic(crypto, key)).toBe(recorded.contactCode.topic);
    expect(partitionedTopicName(partitionOf(key))).toBe(recorded.partitioned.name);
    expect(partitionedTopic(crypto, key)).toBe(recorded.partitioned.topic);
    expect(personalTopicName(key)).toBe(recorded.personalDiscovery.name);
    expect(personalTopic(crypto, key)).toBe(recorded.personalDiscovery.topic);
    expect(`${formatPublicKey(key)}-negotiated`, "a label that never leaves the reference").toBe(
      recorded.negotiatedName.name,
    );
  });
});

describe("names and pictures", () => {
  forEachCase("alias", vectors.alias, ({ alias, seed, publicKey }) => {
    expect(aliasOfSeed(BigInt(seed))).toBe(alias);
    if (publicKey !== undefined) expect(aliasOf(parsePublicKey(crypto, publicKey))).toBe(alias);
  });

  forEachCase("identicon", vectors.identicon, (recorded) => {
    const { input, width, height, pixelsSha256 } = recorded;
    expect(toHex(md5(utf8(input)))).toBe(recorded.md5);
    const identicon = identiconOf(input);
    expect(identicon.cells.map((row) => row.map(Number).join(""))).toEqual(recorded.bitmap);
    expect(`${hexDigits(identicon.colour)}ff`).toBe(recorded.colorRGBA);
    const pixels = renderPixels(identicon);
    expect(toHex(crypto.sha256(pixels))).toBe(pixelsSha256);
    expect(decodePng(renderPng(identicon))).toEqual({ width, height, pixels });
    const theirs = Buffer.from(recorded.dataUri.slice(recorded.dataUri.indexOf(",") + 1), "base64");
    expect(decodePng(new Uint8Array(theirs))).toEqual({ width, height, pixels });
  });

  interface AliasWords {
    meta: { adjectivesCount: number; animalsCount: number; adjectivesSha256: string; animalsSha256: string };
    adjectives: string[];
    animals: string[];
  }
  const words = loadVectors<AliasWords>("alias-words.json");

  describe("the word lists", () => {
    coversAllSections(words, ["meta", "adjectives", "animals"], {});

    test("are those of the release, in order, with their repetitions", () => {
      expect(ADJECTIVES).toEqual(words.adjectives);
      expect(ANIMALS).toEqual(words.animals);
      expect([ADJECTIVES.length, ANIMALS.length]).toEqual([words.meta.adjectivesCount, words.meta.animalsCount]);
      expect(hexDigits(crypto.sha256(utf8(ADJECTIVES.join("\n"))))).toBe(words.meta.adjectivesSha256);
      expect(hexDigits(crypto.sha256(utf8(ANIMALS.join("\n"))))).toBe(words.meta.animalsSha256);
    });
  });
});

describe("key files", () => {
  const textOfFile = ({ json }: StoredKey): string => (typeof json === "string" ? json : JSON.stringify(json));

  forEachCase("keystore, opened", vectors.keystore, (recorded) => {
    const text = textOfFile(recorded);
    if (!recorded.valid) {
      const isPassword = recorded.error === "could not decrypt key with given password";
      const kind = isPassword ? EnvironmentError : RemoteError;
      return expect(() => openKeyFile(crypto, text, recorded.password)).toThrow(kind);
    }
    const key = openKeyFile(crypto, text, recorded.password);
    expect(toHex(key.secretKey)).toBe(recorded.privateKey);
    expect(formatAddress(crypto, key.address)).toBe(recorded.address);
    expect(key.id).toBe(recorded.id);
    expect(key.extendedKey?.xprv ?? null).toBe(recorded.extendedKey);
    expect(() => openKeyFile(crypto, text, `${recorded.password}?`)).toThrow(EnvironmentError);
  });

  const costOf = ({ kdf, kdfparams: { n = 0, r = 0, p = 0, c = 0 } }: Section): KdfCost =>
    kdf === "scrypt" ? { kdf, n, r, p } : { kdf: "pbkdf2", rounds: c };

  const valid = vectors.keystore.filter((recorded) => recorded.valid);

  forEachCase("keystore, sealed again with the recorded salts", valid, (recorded) => {
    if (typeof recorded.json === "string") throw new Error("a valid key file is an object");
    const { json } = recorded;
    const sections = recorded.extendedKey === null ? [json.crypto] : [json.crypto, json.extendedkey ?? json.crypto];
    const drawn = sections.flatMap(({ kdfparams, cipherparams }) => [kdfparams.salt, cipherparams.iv]);
    const random = scriptedRandom(...drawn.map((digits) => fromHex(digits)), new Uint8Array(16));
    const text = sealKeyFile(crypto, random, fromHex(recorded.privateKey), {
      password: recorded.password,
      cost: costOf(json.crypto),
      extendedKey: recorded.extendedKey === null ? undefined : ExtendedKey.parse(recorded.extendedKey),
    });
    random.end();
    const sealed = JSON.parse(text);
    const { extendedkey: empty = sealed.extendedkey, ...rest } = json;
    expect({ ...sealed, id: json.id }).toEqual({
      address: recorded.address.slice(2).toLowerCase(),
      subaccountindex: 0,
      ...rest,
      extendedkey: empty,
    });
  });
});
