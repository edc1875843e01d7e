import { describe, expect, test } from "vitest";
import { concatBytes, utf8 } from "../../../src/core/bytes/bytes.ts";
import { fromHex, hexDigits } from "../../../src/core/bytes/hex.ts";
import { ECIES_OVERHEAD, eciesDecrypt, eciesEncrypt, eciesKeys } from "../../../src/core/crypto/ecies.ts";
import { behindBothDoors } from "../../support/doors.ts";
import { forEachCase, loadVectors } from "../../support/vectors.ts";

interface Encryption {
  readonly recipient_private: string;
  readonly recipient_public: string;
  readonly ephemeral_private: string;
  readonly iv: string;
  readonly mac_shared_info: string;
  readonly plaintext: string;
  readonly shared_x: string;
  readonly k_enc: string;
  readonly k_mac: string;
  readonly ciphertext: string;
}

const recorded = loadVectors<{ ecies: { encrypt: Encryption[] } }>("rlpx.json").ecies.encrypt;

const bobSecret = fromHex("b0".repeat(32));
const ephemeralSecret = fromHex("e0".repeat(32));
const iv = fromHex("17".repeat(16));

behindBothDoors((crypto) => {
  const bob = crypto.publicKeyOf(bobSecret);
  const toBob = (plaintext: Uint8Array, macInfo?: Uint8Array) =>
    eciesEncrypt(crypto, { recipient: bob, ephemeralSecret, iv, plaintext, ...(macInfo && { macInfo }) });
  const opened = (ciphertext: Uint8Array, macInfo?: Uint8Array) =>
    eciesDecrypt(crypto, { secretKey: bobSecret, ciphertext, ...(macInfo && { macInfo }) });
  const failure = (code: string) => expect.objectContaining({ name: "RemoteError", code });

  test("what is encrypted to bob, bob decrypts", () => {
    // alice -> bob
    const ciphertext = toBob(utf8("hello bob"));
    expect(ciphertext.length).toBe(ECIES_OVERHEAD + 9);
    expect(ciphertext.subarray(0, 65)).toEqual(crypto.publicKeyOf(ephemeralSecret));
    expect(ciphertext.subarray(65, 81)).toEqual(iv);
    // bob
    expect(opened(ciphertext)).toEqual(utf8("hello bob"));
  });

  test("MAC info is authenticated without being sent", () => {
    const ciphertext = toBob(utf8("hello bob"), Uint8Array.of(1, 2));
    expect(opened(ciphertext, Uint8Array.of(1, 2))).toEqual(utf8("hello bob"));
    expect(() => opened(ciphertext, Uint8Array.of(1, 3))).toThrow(failure("BAD_MAC"));
    expect(() => opened(ciphertext)).toThrow(failure("BAD_MAC"));
    expect(() => opened(toBob(utf8("hello bob")), Uint8Array.of(1, 2))).toThrow(failure("BAD_MAC"));
  });

  test("nobody else decrypts it", () => {
    const ciphertext = toBob(utf8("hello bob"));
    expect(() => eciesDecrypt(crypto, { secretKey: ephemeralSecret, ciphertext })).toThrow(failure("BAD_MAC"));
  });

  test("one changed bit is BAD_KEY in the public key and BAD_MAC behind it", () => {
    const ciphertext = toBob(utf8("hello bob"));
    for (let index = 0; index < ciphertext.length; index += 7) {
      const changed = ciphertext.slice();
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => opened(changed), `byte ${index}`).toThrow(failure(index < 65 ? "BAD_KEY" : "BAD_MAC"));
    }
  });

  test("less than a ciphertext of one byte is TRUNCATED, whatever its tag", () => {
    const shortest = toBob(Uint8Array.of(7));
    expect(shortest.length).toBe(114);
    expect(opened(shortest)).toEqual(Uint8Array.of(7));
    for (const length of [0, 1, 65, 81, 97, 98, 112, 113]) {
      expect(() => opened(shortest.subarray(0, length)), `${length} bytes`).toThrow(failure("TRUNCATED"));
    }
  });

  test.each([0, 1, 15, 16])("a valid tag over only %i bytes of IV and ciphertext opens nothing", (length) => {
    const { kMac } = eciesKeys(crypto, crypto.agree(ephemeralSecret, bob));
    const body = new Uint8Array(length);
    const forged = concatBytes(crypto.publicKeyOf(ephemeralSecret), body, crypto.hmacSha256(kMac, body));
    expect(() => opened(forged)).toThrow(failure("TRUNCATED"));
  });

  test.each([0x00, 0x02, 0x03, 0x05, 0x06, 0x07])("a public key behind %i is BAD_KEY", (head) => {
    const ciphertext = toBob(utf8("hello bob"));
    ciphertext[0] = head;
    expect(() => opened(ciphertext)).toThrow(failure("BAD_KEY"));
  });

  test("a recipient that is no point is BAD_KEY", () => {
    const recipient = concatBytes(Uint8Array.of(4), new Uint8Array(64).fill(1));
    expect(() => eciesEncrypt(crypto, { recipient, ephemeralSecret, iv, plaintext: utf8("a") })).toThrow(
      failure("BAD_KEY"),
    );
  });

  test("encrypting nothing, or with an IV of another size, is a bug", () => {
    expect(() => toBob(new Uint8Array())).toThrow("ECIES of nothing");
    expect(() => eciesEncrypt(crypto, { recipient: bob, ephemeralSecret, iv: bob, plaintext: utf8("a") })).toThrow(
      "counter",
    );
  });

  describe("the recordings of the reference", () => {
    forEachCase("ecies.encrypt", recorded, (vector) => {
      const recipient = fromHex(`04${vector.recipient_public}`);
      const [secretKey, ephemeral] = [fromHex(vector.recipient_private), fromHex(vector.ephemeral_private)];
      const macInfo = fromHex(vector.mac_shared_info);
      const plaintext = fromHex(vector.plaintext);
      const z = crypto.agree(ephemeral, recipient);
      const { kEnc, kMac } = eciesKeys(crypto, z);
      expect([z, kEnc, kMac].map(hexDigits)).toEqual([vector.shared_x, vector.k_enc, vector.k_mac]);
      const ciphertext = eciesEncrypt(crypto, {
        recipient,
        ephemeralSecret: ephemeral,
        iv: fromHex(vector.iv),
        plaintext,
        macInfo,
      });
      expect(hexDigits(ciphertext)).toBe(vector.ciphertext);
      expect(eciesDecrypt(crypto, { secretKey, ciphertext, macInfo })).toEqual(plaintext);
    });
  });
});
