import { expect, test } from "vitest";
import { utf8 } from "../../src/core/bytes/bytes.ts";
import { eciesDecrypt, eciesEncrypt } from "../../src/core/crypto/ecies.ts";
import { rejectsEveryPrefix, survivesAnything } from "../support/decoders.ts";
import { fast } from "../support/doors.ts";

const secretKey = new Uint8Array(32).fill(1);
const digest = new Uint8Array(32).fill(2);
const publicKey = fast.publicKeyOf(secretKey);
const ciphertext = eciesEncrypt(fast, {
  recipient: publicKey,
  ephemeralSecret: digest,
  iv: new Uint8Array(16),
  plaintext: utf8("hello"),
});

test("whatever bytes a peer calls a public key", () => {
  const samples = [publicKey, fast.compress(publicKey)];
  survivesAnything((bytes) => fast.decodePublicKey(bytes), samples, 2000);
  survivesAnything((bytes) => fast.compress(bytes), samples, 2000);
  survivesAnything((bytes) => fast.agree(secretKey, bytes), samples, 2000);
  for (const sample of samples) rejectsEveryPrefix((bytes) => fast.decodePublicKey(bytes), sample);
});

test("whatever bytes a peer calls a signature", () => {
  const signature = fast.sign(digest, secretKey);
  survivesAnything((bytes) => fast.recover(digest, bytes), [signature], 3000);
  rejectsEveryPrefix((bytes) => fast.recover(digest, bytes), signature);
});

test("whatever bytes a peer encrypted to us", () => {
  const decrypt = (bytes: Uint8Array) => eciesDecrypt(fast, { secretKey, ciphertext: bytes });
  expect(decrypt(ciphertext)).toEqual(utf8("hello"));
  survivesAnything(decrypt, [ciphertext], 3000);
  rejectsEveryPrefix(decrypt, ciphertext);
});
