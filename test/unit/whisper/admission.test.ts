import { describe, expect, test } from "vitest";
import { pureCrypto } from "../../../src/core/crypto/pure.ts";
import { AdmissionRules, errorOf } from "../../../src/core/whisper/admission.ts";
import { bloomOf } from "../../../src/core/whisper/bloom.ts";
import { type Envelope, workOf } from "../../../src/core/whisper/envelope.ts";
import { CHAT, envelopeOf, NOW, OTHER_CHAT } from "../../support/whisper-machines.ts";

const terms = { minPow: 0.001, bloom: undefined, maxSize: 1000, maxTtl: 86_400, clockSkew: 10 };
const rulesWith = (changes: Partial<typeof terms> | { bloom: Uint8Array } = {}) =>
  new AdmissionRules(pureCrypto, { ...terms, ...changes });
const verdict = (envelope: Envelope, rules = rulesWith(), now = NOW) => rules.judge(envelope, now).type;
const sentIn = (seconds: number, ttl = 10) => envelopeOf(pureCrypto, { ttl, expiresIn: seconds + ttl, minPow: 0.01 });
const expiredFor = (seconds: number) => envelopeOf(pureCrypto, { expiresIn: -seconds });

describe("time", () => {
  test("an envelope may be sent ten seconds ahead of our clock, no more", () => {
    expect(verdict(sentIn(10))).toBe("welcome");
    expect(verdict(sentIn(11))).toBe("future");
  });

  test("an envelope from the future is worth less, as if it lived until then", () => {
    const envelope = sentIn(4);
    expect(rulesWith().judge(envelope, NOW)).toEqual({ type: "welcome", pow: workOf(pureCrypto, envelope, 5) });
    expect(workOf(pureCrypto, envelope, 5)).toBeLessThan(envelope.pow);
    expect(rulesWith().judge(envelope, NOW + 4000)).toEqual({ type: "welcome", pow: envelope.pow });
  });

  test("an envelope is valid in the second of its expiry", () => {
    expect(verdict(expiredFor(0))).toBe("welcome");
    expect(verdict(expiredFor(0), rulesWith(), NOW + 999)).toBe("welcome");
    expect(verdict(expiredFor(1))).toBe("expired");
  });

  test("a ttl that says nothing true is invalid: none, beyond the expiry, beyond the cap", () => {
    const envelope = envelopeOf(pureCrypto);
    expect(verdict({ ...envelope, ttl: 0 })).toBe("invalid");
    expect(verdict({ ...envelope, ttl: envelope.expiry + 1 })).toBe("invalid");
    expect(verdict({ ...envelope, ttl: 86_401, expiry: NOW / 1000 + 86_401 })).toBe("invalid");
  });
});

describe("work and interest", () => {
  test("an envelope needs the work that we ask for, and no more", () => {
    const envelope = envelopeOf(pureCrypto);
    expect(verdict(envelope, rulesWith({ minPow: envelope.pow }))).toBe("welcome");
    expect(verdict(envelopeOf(pureCrypto, { minPow: 0, below: 0.02, ttl: 60 }), rulesWith({ minPow: 0.02 }))).toBe(
      "weak",
    );
  });

  test("the data may be as long as the bound says, the header counted as twenty bytes", () => {
    const envelope = envelopeOf(pureCrypto, { length: 980 });
    expect(verdict(envelope)).toBe("welcome");
    expect(verdict(envelopeOf(pureCrypto, { length: 981 }))).toBe("oversized");
  });

  test("only topics of our bloom are wanted", () => {
    const rules = rulesWith({ bloom: bloomOf(CHAT) });
    expect(verdict(envelopeOf(pureCrypto, { topic: CHAT }), rules)).toBe("welcome");
    expect(verdict(envelopeOf(pureCrypto, { topic: OTHER_CHAT }), rules)).toBe("unwanted");
  });

  test("an envelope is refused without hashing for everything but its work", () => {
    const hashes = { ...pureCrypto, keccak256: () => expect.fail("hashed") };
    const rules = new AdmissionRules(hashes, { ...terms, bloom: bloomOf(CHAT) });
    for (const envelope of [sentIn(11), expiredFor(1), envelopeOf(pureCrypto, { length: 981 })])
      rules.judge(envelope, NOW);
    expect(rules.judge(envelopeOf(pureCrypto, { topic: OTHER_CHAT }), NOW).type).toBe("unwanted");
  });
});

describe("a change of terms", () => {
  const weak = envelopeOf(pureCrypto, { minPow: 0.01, below: 0.1 });

  test("tolerates the former minimum of work for ten seconds", () => {
    const rules = rulesWith({ minPow: 0.01 });
    rules.changeMinPow(0.1, NOW - 20_000);
    rules.changeMinPow(0.5, NOW);
    const better = envelopeOf(pureCrypto, { minPow: 0.1, below: 0.2, length: 300, expiresIn: 10 });
    expect(verdict(better, rules, NOW + 9999)).toBe("welcome");
    expect(verdict(better, rules, NOW + 10_000)).toBe("weak");
    expect(verdict(weak, rules, NOW)).toBe("weak");
  });

  test("soon followed by another tolerates the mildest of the former minimums", () => {
    const rules = rulesWith({ minPow: 0.01 });
    rules.changeMinPow(0.1, NOW);
    rules.changeMinPow(0.5, NOW + 1000);
    expect(verdict(weak, rules, NOW + 2000)).toBe("welcome");
  });

  test("that never came leaves the default of the network tolerated", () => {
    const envelope = envelopeOf(pureCrypto, { minPow: 0.2, below: 1 });
    expect(verdict(envelope, rulesWith({ minPow: 1 }))).toBe("welcome");
    expect(verdict(weak, rulesWith({ minPow: 1 }))).toBe("weak");
  });

  test("tolerates the former interest for ten seconds", () => {
    const rules = rulesWith({ bloom: bloomOf(CHAT) });
    rules.changeBloom(bloomOf(OTHER_CHAT), NOW);
    const envelope = envelopeOf(pureCrypto, { topic: CHAT, expiresIn: 30, ttl: 30 });
    expect(verdict(envelope, rules, NOW + 9999)).toBe("welcome");
    expect(verdict(envelope, rules, NOW + 10_000)).toBe("unwanted");
    expect(verdict(envelopeOf(pureCrypto, { topic: OTHER_CHAT }), rules)).toBe("welcome");
  });

  test("from everything to something tolerates everything", () => {
    const rules = rulesWith();
    rules.changeBloom(bloomOf(OTHER_CHAT), NOW - 1);
    rules.changeBloom(new Uint8Array(64), NOW);
    expect(verdict(envelopeOf(pureCrypto, { topic: CHAT }), rules)).toBe("welcome");
  });
});

describe("what senders are told", () => {
  const envelope = envelopeOf(pureCrypto, { expiresIn: 0 });

  test("of a clock that differs has its own code", () => {
    expect(errorOf(envelope, "future", NOW)).toMatchObject({ hash: envelope.hash, code: 37 });
    expect(errorOf(envelope, "weak", NOW)).toMatchObject({ hash: envelope.hash, code: 38 });
  });

  test("is nothing while the envelope may have expired on its way", () => {
    expect(errorOf(envelope, "expired", NOW + 20_999)).toBeUndefined();
    expect(errorOf(envelope, "expired", NOW + 21_000)).toMatchObject({ code: 37, description: "very old envelope" });
  });
});
