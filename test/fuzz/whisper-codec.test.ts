/** Envelopes and messages under bytes that nobody meant: they are read, or refused in the agreed way. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { utf8 } from "../../src/core/bytes/bytes.ts";
import { openCrypto } from "../../src/core/crypto/open.ts";
import { decodeEnvelope, encodeEnvelope, type Topic } from "../../src/core/whisper/envelope.ts";
import { open, openExplained, parsePlaintext, seal } from "../../src/core/whisper/message.ts";
import { SeededRandom } from "../sim/random.ts";
import { survivesAnything } from "../support/decoders.ts";

const crypto = await openCrypto("fast");
const secret = new Uint8Array(32).fill(1);
const signer = { sign: (digest: Uint8Array) => crypto.sign(digest, secret) };
const symKey = new Uint8Array(32).fill(9);
const publicKey = crypto.publicKeyOf(secret);
const keys = [{ symKey }, { secretKey: secret }] as const;
const recipients = [{ symKey }, { publicKey }] as const;

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const seeds = fc.nat(2 ** 32 - 1).map((seed) => new SeededRandom(seed));

test("an envelope of any bytes is refused, or read and written again as the same bytes", () => {
  const draft = { expiry: 1585000015, ttl: 15, topic: "0x01020304" as Topic };
  const samples = [0, 1, 40, 300].map((length) =>
    encodeEnvelope(crypto, { ...draft, data: new Uint8Array(length) }, 300n),
  );
  const rewrite = (input: Uint8Array) => {
    const envelope = decodeEnvelope(crypto, input);
    expect(encodeEnvelope(crypto, envelope, envelope.nonce).bytes).toEqual(Uint8Array.from(input));
  };
  survivesAnything(
    rewrite,
    samples.map(({ bytes }) => bytes),
    3000,
  );
});

test("a plaintext of any bytes is read or has a reason", () => {
  const plain = fc.tuple(fc.nat(255), bytes(300)).map(([flags, rest]) => Uint8Array.of(flags, ...rest));
  const property = fc.property(fc.oneof(bytes(300), plain), (plaintext) => {
    const opening = parsePlaintext(crypto, plaintext);
    if (opening.outcome !== "opened") {
      expect(opening.detail).not.toBe("");
      return;
    }
    const { payload, padding, signature } = opening.message;
    const size = (plaintext[0] ?? 0) & 3;
    expect(1 + size + payload.length + padding.length + (signature?.length ?? 0)).toBe(plaintext.length);
  });
  fc.assert(property, { numRuns: 3000 });
});

test("data of any bytes does not open, and never throws", () => {
  const property = fc.property(bytes(400), fc.constantFrom(...keys), (data, key) => {
    expect(openExplained(crypto, data, key).outcome).not.toBe("opened");
  });
  fc.assert(property, { numRuns: 1000 });
});

test("a message with one byte changed does not open", () => {
  const samples = recipients.map((to) =>
    seal(crypto, { payload: utf8("hello"), signer, to, random: new SeededRandom(3) }),
  );
  const property = fc.property(fc.nat(1), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, at, change) => {
    const data = (samples[which] ?? symKey).slice();
    data[at % data.length] = (data[at % data.length] ?? 0) ^ change;
    expect(open(crypto, data, keys[which] ?? keys[0])).toBeUndefined();
  });
  fc.assert(property, { numRuns: 1000 });
});

test("every message opens as it was sealed", () => {
  const content = fc.record({ payload: bytes(700), padding: bytes(300) }, { requiredKeys: ["payload"] });
  const property = fc.property(content, fc.nat(1), fc.boolean(), seeds, (message, which, signed, random) => {
    const to = recipients[which] ?? recipients[0];
    const data = seal(crypto, { ...message, ...(signed ? { signer } : {}), to, random });
    const opened = open(crypto, data, keys[which] ?? keys[0]);
    expect(opened?.payload).toEqual(message.payload);
    expect(opened?.signer).toEqual(signed ? publicKey : undefined);
    if (message.padding) expect(opened?.padding).toEqual(message.padding);
    else expect((opened?.plaintext.length ?? 0) % 256).toBe(0);
  });
  fc.assert(property, { numRuns: 500 });
});
