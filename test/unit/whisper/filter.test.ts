import { describe, expect, test } from "vitest";
import { utf8 } from "../../../src/core/bytes/bytes.ts";
import { pureCrypto } from "../../../src/core/crypto/pure.ts";
import { type Envelope, encodeEnvelope, type Topic } from "../../../src/core/whisper/envelope.ts";
import { type Filter, Filters } from "../../../src/core/whisper/filter.ts";
import { type Recipient, seal } from "../../../src/core/whisper/message.ts";
import { SeededRandom } from "../../sim/random.ts";

const secretOf = (byte: number) => new Uint8Array(32).fill(byte);
const aliceKey = pureCrypto.publicKeyOf(secretOf(1));
const bobKey = pureCrypto.publicKeyOf(secretOf(2));
const chat = "0x9c22ff5f" as Topic;
const elsewhere = "0x01020304" as Topic;
const chatKey = { symKey: secretOf(9) };
const bobsKey = { secretKey: secretOf(2) };

/** Alice's signed message on a topic. */
function envelope(topic: Topic, to: Recipient, signed = true): Envelope {
  const signer = { sign: (digest: Uint8Array) => pureCrypto.sign(digest, secretOf(1)) };
  const content = { payload: utf8("hi"), to, random: new SeededRandom(1) };
  const data = seal(pureCrypto, signed ? { ...content, signer } : content);
  return encodeEnvelope(pureCrypto, { expiry: 1585000015, ttl: 15, topic, data }, 0n);
}

const inChat = (changes: Partial<Filter> = {}): Filter => ({
  id: "chat",
  key: chatKey,
  topics: [chat],
  minPow: 0,
  acceptDirect: true,
  ...changes,
});

function filtersOf(...filters: Filter[]): Filters {
  const all = new Filters(pureCrypto);
  for (const filter of filters) all.add(filter);
  return all;
}

const ids = (filters: Filters, envelope: Envelope, direct = false) =>
  filters.match(envelope, direct).map(({ filter }) => filter);

/** The crypto, counting how often it opens something. */
function counting() {
  const count = { decryptions: 0, agreements: 0 };
  const crypto: typeof pureCrypto = {
    ...pureCrypto,
    gcmDecrypt(...call) {
      count.decryptions++;
      return pureCrypto.gcmDecrypt(...call);
    },
    agree(...call) {
      count.agreements++;
      return pureCrypto.agree(...call);
    },
  };
  return { crypto, count };
}

describe("an envelope", () => {
  const hi = envelope(chat, chatKey);

  test("is delivered opened, with its author, to every filter that has its topic and key", () => {
    const filters = filtersOf(inChat(), inChat({ id: "also", topics: [elsewhere, chat] }));
    expect(filters.match(hi, false)).toMatchObject([
      { filter: "chat", envelope: hi, direct: false, message: { payload: utf8("hi"), signer: aliceKey } },
      { filter: "also" },
    ]);
  });

  test("is delivered to a filter without topics, whatever its topic", () => {
    const filters = filtersOf(inChat({ id: "any", topics: [] }));
    expect(ids(filters, hi)).toEqual(["any"]);
    expect(ids(filters, envelope(elsewhere, chatKey))).toEqual(["any"]);
  });

  test("is not delivered elsewhere: to another topic, key or kind of key", () => {
    const filters = filtersOf(
      inChat({ id: "topic", topics: [elsewhere] }),
      inChat({ id: "key", key: { symKey: secretOf(8) } }),
      inChat({ id: "kind", key: { secretKey: secretOf(9) } }),
    );
    expect(ids(filters, hi)).toEqual([]);
  });

  test("is delivered once to a filter that names its topic twice", () => {
    const filters = filtersOf(inChat({ topics: [chat, chat] }));
    expect(ids(filters, hi)).toEqual(["chat"]);
    filters.remove("chat");
    expect(ids(filters, hi)).toEqual([]);
  });
});

describe("a filter", () => {
  test("for one author hears only what that author signed", () => {
    const filters = filtersOf(inChat({ id: "alice", from: aliceKey }), inChat({ id: "bob", from: bobKey }));
    expect(ids(filters, envelope(chat, chatKey))).toEqual(["alice"]);
    expect(ids(filters, envelope(chat, chatKey, false))).toEqual([]);
  });

  test("may ask for work", () => {
    const hi = envelope(chat, chatKey);
    expect(ids(filtersOf(inChat({ minPow: hi.pow })), hi)).toEqual(["chat"]);
    expect(ids(filtersOf(inChat({ minPow: 2 * hi.pow })), hi)).toEqual([]);
  });

  test("hears direct envelopes only if it accepts them, and asks for no work", () => {
    const hi = envelope(chat, chatKey);
    const filters = filtersOf(
      inChat({ id: "open" }),
      inChat({ id: "closed", acceptDirect: false }),
      inChat({ id: "working", minPow: 1e-9 }),
    );
    expect(ids(filters, hi, true)).toEqual(["open"]);
    expect(ids(filters, hi, false)).toEqual(["open", "closed", "working"]);
  });

  test("is silent when it was removed", () => {
    const filters = filtersOf(inChat(), inChat({ id: "other" }));
    filters.remove("chat");
    filters.remove("never there");
    expect(ids(filters, envelope(chat, chatKey))).toEqual(["other"]);
  });

  test("takes the place of the one with its id", () => {
    const filters = filtersOf(inChat(), inChat({ topics: [elsewhere] }));
    expect(ids(filters, envelope(chat, chatKey))).toEqual([]);
    expect(ids(filters, envelope(elsewhere, chatKey))).toEqual(["chat"]);
  });
});

describe("what filters cost", () => {
  test("nothing is opened for a topic that nobody listens to", () => {
    const { crypto, count } = counting();
    const filters = new Filters(crypto);
    filters.add(inChat());
    expect(filters.match(envelope(elsewhere, chatKey), false)).toEqual([]);
    expect(count.decryptions).toBe(0);
  });

  test("filters with equal keys open an envelope once", () => {
    const { crypto, count } = counting();
    const filters = new Filters(crypto);
    for (const id of ["a", "b", "c"]) filters.add(inChat({ id, key: { symKey: chatKey.symKey.slice() } }));
    expect(filters.match(envelope(chat, chatKey), false)).toHaveLength(3);
    expect(count.decryptions).toBe(1);
  });

  test("agreements are spent from the budget, and what is left unopened is counted", () => {
    const { crypto, count } = counting();
    let left = 2;
    const filters = new Filters(crypto, { budget: { spend: () => left-- > 0 } });
    filters.add(inChat({ id: "bob", key: bobsKey }));
    // anyone -> bob's partition, envelope after envelope
    const flood = Array.from({ length: 5 }, () => filters.match(envelope(chat, { publicKey: bobKey }), false));
    expect(flood.map((delivered) => delivered.length)).toEqual([1, 1, 0, 0, 0]);
    expect(count.agreements).toBe(2);
    expect(filters.skipped).toBe(3);
  });

  test("the budget is not for symmetric keys, nor for direct envelopes", () => {
    const filters = new Filters(pureCrypto, { budget: { spend: () => false } });
    filters.add(inChat());
    filters.add(inChat({ id: "bob", key: bobsKey }));
    expect(ids(filters, envelope(chat, chatKey))).toEqual(["chat"]);
    expect(ids(filters, envelope(chat, { publicKey: bobKey }), true)).toEqual(["bob"]);
    expect(ids(filters, envelope(chat, { publicKey: bobKey }))).toEqual([]);
  });
});
