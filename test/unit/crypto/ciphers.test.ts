import { expect, test } from "vitest";
import { concatBytes, utf8 } from "../../../src/core/bytes/bytes.ts";
import { fromHex, hexDigits } from "../../../src/core/bytes/hex.ts";
import { behindBothDoors } from "../../support/doors.ts";

// NIST SP 800-38A, appendix F: one plaintext for all modes.
const PLAINTEXT = fromHex(
  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" +
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
);
const KEY_128 = fromHex("2b7e151628aed2a6abf7158809cf4f3c");
const KEY_256 = fromHex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
const COUNTER = fromHex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");

const CTR = [
  {
    mode: "F.5.1 CTR-AES128",
    key: KEY_128,
    ciphertext:
      "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff" +
      "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee",
  },
  {
    mode: "F.5.5 CTR-AES256",
    key: KEY_256,
    ciphertext:
      "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5" +
      "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6",
  },
];

const ECB = [
  {
    mode: "F.1.1 ECB-AES128",
    key: KEY_128,
    ciphertext:
      "3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf" +
      "43b1cd7f598ece23881b00e3ed0306887b0c785e27e8ad3f8223207104725dd4",
  },
  {
    mode: "F.1.5 ECB-AES256",
    key: KEY_256,
    ciphertext:
      "f3eed1bdb5d2a03c064b5a7e3db181f8591ccb10d410ed26dc5ba74a31362870" +
      "b6ed21b99ca6f4f9f153e7b1beafed1d23304b7a39f9f3ff067d8d8f9e24ecc7",
  },
];

// McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B.
const GCM_KEY = "feffe9928665731c6d6a8f9467308308";
const GCM_PLAINTEXT =
  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" +
  "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";
const GCM = [
  {
    name: "test case 1",
    key: "00".repeat(16),
    nonce: "00".repeat(12),
    plaintext: "",
    sealed: "58e2fccefa7e3061367f1d57a4e7455a",
  },
  {
    name: "test case 3",
    key: GCM_KEY,
    nonce: "cafebabefacedbaddecaf888",
    plaintext: GCM_PLAINTEXT,
    sealed:
      "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e" +
      "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985" +
      "4d5c2af327cd64a62cf35abd2ba6fab4",
  },
  {
    name: "test case 13",
    key: "00".repeat(32),
    nonce: "00".repeat(12),
    plaintext: "",
    sealed: "530f8afbc74536b9a963b4f1c4cb738b",
  },
  {
    name: "test case 14",
    key: "00".repeat(32),
    nonce: "00".repeat(12),
    plaintext: "00".repeat(16),
    sealed: "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
  },
  {
    name: "test case 15",
    key: GCM_KEY + GCM_KEY,
    nonce: "cafebabefacedbaddecaf888",
    plaintext: GCM_PLAINTEXT,
    sealed:
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa" +
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad" +
      "b094dac5d93471bdec1a502270e3cc6c",
  },
];

behindBothDoors((crypto) => {
  test.each(CTR)("SP 800-38A $mode, both ways", ({ key, ciphertext }) => {
    expect(hexDigits(crypto.ctr(key, COUNTER, PLAINTEXT))).toBe(ciphertext);
    expect(crypto.ctr(key, COUNTER, fromHex(ciphertext))).toEqual(PLAINTEXT);
  });

  test.each(CTR)("SP 800-38A $mode as a stream, cut anywhere", ({ key, ciphertext }) => {
    for (let cut = 0; cut <= PLAINTEXT.length; cut++) {
      const stream = crypto.ctrStream(key, COUNTER);
      const parts = [PLAINTEXT.subarray(0, cut), new Uint8Array(), PLAINTEXT.subarray(cut)].map(stream);
      expect(hexDigits(concatBytes(...parts))).toBe(ciphertext);
    }
  });

  test("a stream in single bytes is the stream in one piece", () => {
    const stream = crypto.ctrStream(KEY_256, COUNTER);
    const bytes = concatBytes(...Array.from(PLAINTEXT, (byte) => stream(Uint8Array.of(byte))));
    expect(bytes).toEqual(crypto.ctr(KEY_256, COUNTER, PLAINTEXT));
  });

  test("the counter carries through all its 16 bytes and wraps", () => {
    const last = new Uint8Array(16).fill(255);
    const [first, second] = [last, new Uint8Array(16)].map((counter) => crypto.blockCipher(KEY_256)(counter));
    const zeros = new Uint8Array(32);
    const keystream = concatBytes(first ?? zeros, second ?? zeros);
    expect(crypto.ctr(KEY_256, last, zeros)).toEqual(keystream);
    const stream = crypto.ctrStream(KEY_256, last);
    expect(concatBytes(stream(zeros.subarray(0, 16)), stream(zeros.subarray(16)))).toEqual(keystream);
  });

  test.each(ECB)("SP 800-38A $mode, block by block", ({ key, ciphertext }) => {
    const encrypt = crypto.blockCipher(key);
    const blocks = [0, 16, 32, 48].map((start) => encrypt(PLAINTEXT.subarray(start, start + 16)));
    expect(hexDigits(concatBytes(...blocks))).toBe(ciphertext);
  });

  test.each(GCM)("GCM, $name, both ways", ({ key, nonce, plaintext, sealed }) => {
    expect(hexDigits(crypto.gcmEncrypt(fromHex(key), fromHex(nonce), fromHex(plaintext)))).toBe(sealed);
    expect(crypto.gcmDecrypt(fromHex(key), fromHex(nonce), fromHex(sealed))).toEqual(fromHex(plaintext));
  });

  test("GCM gives nothing when any byte of ciphertext or tag is another, or is missing", () => {
    const [key, nonce] = [KEY_256, new Uint8Array(12)];
    const sealed = crypto.gcmEncrypt(key, nonce, utf8("hello"));
    for (let index = 0; index < sealed.length; index++) {
      const changed = sealed.slice();
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(crypto.gcmDecrypt(key, nonce, changed)).toBeUndefined();
      expect(crypto.gcmDecrypt(key, nonce, sealed.subarray(0, index))).toBeUndefined();
    }
    expect(crypto.gcmDecrypt(key, new Uint8Array(12).fill(1), sealed)).toBeUndefined();
    expect(crypto.gcmDecrypt(new Uint8Array(32), nonce, sealed)).toBeUndefined();
    expect(crypto.gcmDecrypt(key, nonce, sealed)).toEqual(utf8("hello"));
  });

  // F.2.1 with a fifth block: the ciphertext of the PKCS#7 padding that follows four whole blocks.
  const CBC_IV = fromHex("000102030405060708090a0b0c0d0e0f");
  const CBC_BLOCKS =
    "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2" +
    "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7";
  const CBC_PADDING = "8cb82807230e1321d3fae00d18cc2012";

  test("SP 800-38A F.2.2 CBC-AES128, decrypting, behind PKCS#7", () => {
    expect(crypto.cbcDecrypt(KEY_128, CBC_IV, fromHex(CBC_BLOCKS + CBC_PADDING))).toEqual(PLAINTEXT);
  });

  test("CBC gives nothing when the padding is wrong or a block is not whole", () => {
    expect(crypto.cbcDecrypt(KEY_128, CBC_IV, fromHex(CBC_BLOCKS))).toBeUndefined();
    expect(crypto.cbcDecrypt(KEY_128, CBC_IV, fromHex(CBC_BLOCKS).subarray(1))).toBeUndefined();
    expect(crypto.cbcDecrypt(KEY_128, CBC_IV, new Uint8Array())).toBeUndefined();
  });

  test("keys, nonces, counters and blocks of a wrong size are a bug, never a failed decryption", () => {
    const [key, nonce, block] = [new Uint8Array(16), new Uint8Array(12), new Uint8Array(16)];
    for (const size of [0, 8, 15, 17, 24, 31, 33]) {
      const bad = new Uint8Array(size);
      expect(() => crypto.gcmEncrypt(bad, nonce, block)).toThrow("AES key");
      expect(() => crypto.gcmDecrypt(bad, nonce, new Uint8Array(32))).toThrow("AES key");
      expect(() => crypto.ctr(bad, block, block)).toThrow("AES key");
      expect(() => crypto.ctrStream(bad, block)).toThrow("AES key");
      expect(() => crypto.blockCipher(bad)).toThrow("AES key");
      expect(() => crypto.cbcDecrypt(bad, block, block)).toThrow("AES-128");
      expect(() => crypto.gcmEncrypt(key, bad, block)).toThrow("nonce");
      expect(() => crypto.gcmDecrypt(key, bad, new Uint8Array(32))).toThrow("nonce");
      expect(() => crypto.ctr(key, bad, block)).toThrow("counter");
      expect(() => crypto.ctrStream(key, bad)).toThrow("counter");
      expect(() => crypto.cbcDecrypt(key, bad, block)).toThrow("IV");
      expect(() => crypto.blockCipher(key)(bad)).toThrow("block");
    }
    expect(() => crypto.cbcDecrypt(new Uint8Array(32), block, block)).toThrow("AES-128");
  });
});
