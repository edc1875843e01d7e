import { describe, expect, test } from "vitest";
import { pureCrypto } from "../../../src/core/crypto/pure.ts";
import { EnvironmentError, UsageError } from "../../../src/core/platform/errors.ts";
import type { Random } from "../../../src/core/platform/random.ts";
import { MemoryStore } from "../../../src/core/profile/memory-store.ts";
import { migrate } from "../../../src/core/profile/migrations.ts";
import { isSealed, type SealedStore, sealStore, unsealStore } from "../../../src/core/profile/sealed-store.ts";
import { SCRYPT_COST } from "../../../src/core/profile/sealing.ts";
import type { Json, SegmentRecord, Store } from "../../../src/core/profile/store.ts";
import { storeContract } from "../../contract/store.ts";

/** Fast enough to be opened hundreds of times. */
const COST = { n: 16, r: 1, p: 1 };
const PASSPHRASE = "correct horse";

/** Never the same bytes twice. */
function countingRandom(): Random {
  let count = 0;
  return {
    bytes: (length) =>
      pureCrypto.hkdfSha256(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(count++ >> 8, count), length),
  };
}

const random = countingRandom();

const seal = (inner: Store, passphrase = PASSPHRASE): SealedStore =>
  sealStore(pureCrypto, random, inner, { passphrase, cost: COST });
const unseal = (inner: Store, passphrase = PASSPHRASE): SealedStore =>
  unsealStore(pureCrypto, random, inner, passphrase);

storeContract("a sealed store", () => {
  const inner = new MemoryStore();
  seal(inner).commit();
  return {
    open: () => {
      inner.crash();
      return unseal(inner);
    },
  };
});

/** A store that shows all that is put into it, in clear. */
class SpyStore extends MemoryStore {
  readonly seen: string[] = [];

  override put(document: string, value: Json): void {
    this.seen.push(JSON.stringify([document, value]));
    super.put(document, value);
  }

  override append(segment: string, record: SegmentRecord): void {
    this.seen.push(JSON.stringify([segment, record]));
    super.append(segment, record);
  }
}

function codeOf(task: () => unknown): string {
  try {
    task();
  } catch (error) {
    if (error instanceof EnvironmentError || error instanceof UsageError) return error.code;
    throw error;
  }
  return "none";
}

describe("the passphrase", () => {
  test("opens what it sealed, and no other does", () => {
    const inner = new MemoryStore();
    const store = seal(inner);
    store.put("identity", "secret");
    store.commit();
    expect(isSealed(inner)).toBe(true);
    expect(isSealed(new MemoryStore())).toBe(false);
    expect(unseal(inner).read("identity")).toBe("secret");
    for (const wrong of ["", "correct horse ", "Correct horse", "incorrect"]) {
      expect(
        codeOf(() => unseal(inner, wrong)),
        wrong,
      ).toBe("PASSPHRASE");
    }
  });

  test("is the same however its characters are composed", () => {
    const inner = new MemoryStore();
    seal(inner, "caf\u00e9").commit();
    unseal(inner, "cafe\u0301");
  });

  test("can be changed: the new one opens everything, the old one nothing", () => {
    const inner = new MemoryStore();
    const store = seal(inner);
    store.put("identity", "secret");
    store.append("messages", { key: "m1", group: "a", order: 1, value: "hello" });
    store.commit();
    const before = inner.read("identity");
    store.changePassphrase({ passphrase: "new", cost: COST });
    store.commit();
    expect(codeOf(() => unseal(inner))).toBe("PASSPHRASE");
    expect(unseal(inner, "new").read("identity")).toBe("secret");
    expect(unseal(inner, "new").load("messages", "m1")).toBe("hello");
    expect(inner.read("identity")).toBe(before);
  });

  test("is not changed before it is committed", () => {
    const inner = new MemoryStore();
    seal(inner).commit();
    unseal(inner).changePassphrase({ passphrase: "new", cost: COST });
    inner.crash();
    unseal(inner);
  });

  test("is stretched at the recommended cost", () => {
    expect(SCRYPT_COST).toEqual({ n: 2 ** 17, r: 8, p: 1 });
    const asked: unknown[] = [];
    const crypto = {
      ...pureCrypto,
      scrypt: (...args: Parameters<typeof pureCrypto.scrypt>) => {
        asked.push(args[2]);
        return new Uint8Array(32);
      },
    };
    sealStore(crypto, random, new MemoryStore(), { passphrase: "x" });
    expect(asked).toEqual([SCRYPT_COST]);
  });

  test("is not empty, and is not given to a profile in clear", () => {
    expect(codeOf(() => seal(new MemoryStore(), ""))).toBe("USAGE");
    const inner = new MemoryStore();
    inner.put("identity", "in clear");
    expect(codeOf(() => seal(inner))).toBe("REFUSED");
  });

  test("a wrapped key that asks for gigabytes is damage", () => {
    const inner = new MemoryStore();
    seal(inner).commit();
    const wrapped = inner.read("sealing") as Record<string, Json>;
    for (const change of [{ cost: { n: 2 ** 21, r: 8, p: 1 } }, { kdf: "none" }, { salt: "0x" }, { wrapped: "0x00" }]) {
      inner.put("sealing", { ...wrapped, ...change });
      expect(codeOf(() => unseal(inner))).toBe("DAMAGED");
    }
  });
});

describe("what is kept", () => {
  const SECRETS = ["a secret value", "a secret message", "secret-chat", "7365637265742d63686174", "0xabcdef"];

  function fill(store: Store): void {
    store.put("identity", { mnemonic: "a secret value" });
    store.put("chats/7365637265742d63686174", { name: "secret-chat" });
    store.append("messages", { key: "0xabcdef", group: "secret-chat", order: 17, value: { text: "a secret message" } });
    store.commit();
  }

  test("holds no value, name below a folder, key or group in clear", () => {
    const spy = new SpyStore();
    fill(seal(spy));
    expect(spy.seen.length).toBe(4);
    for (const secret of SECRETS) expect(spy.seen.join("\n"), secret).not.toContain(secret);
    const plain = new SpyStore();
    fill(plain);
    for (const secret of SECRETS) expect(plain.seen.join("\n"), secret).toContain(secret);
  });

  test("never has the same ciphertext or nonce twice", () => {
    const spy = new SpyStore();
    const store = seal(spy);
    for (let n = 0; n < 200; n++) store.put("identity", "the same");
    const nonces = spy.seen.slice(1).map((line) => JSON.parse(line)[1].slice(0, 16));
    expect(new Set(nonces).size).toBe(200);
  });

  test("two profiles with one passphrase share nothing", () => {
    const [one, two] = [new SpyStore(), new SpyStore()];
    fill(seal(one));
    fill(seal(two));
    const words = (spy: SpyStore) => new Set(spy.seen.join(" ").match(/[0-9a-f]{32}/g));
    expect([...words(one)].filter((word) => words(two).has(word))).toEqual([]);
    expect(words(one).size).toBeGreaterThan(2);
  });

  test("migrates like any other store", () => {
    const inner = new MemoryStore();
    const store = seal(inner);
    migrate(store);
    store.put("chats/61", { name: "a" });
    store.commit();
    const raise = { from: 1, apply: (raised: Store) => raised.put("chats/61", { name: "a", clock: 0 }) };
    const again = unseal(inner);
    expect(migrate(again, { present: 2, migrations: [raise] })).toBe(1);
    again.commit();
    expect(unseal(inner).read("chats/61")).toEqual({ name: "a", clock: 0 });
    expect(unseal(inner).read("previous/chats/61")).toEqual({ name: "a" });
    expect(inner.read("meta")).toEqual({ schema: 2 });
  });
});

describe("what is not as it was sealed is damage", () => {
  function sealed(): { inner: MemoryStore; names: readonly string[] } {
    const inner = new MemoryStore();
    const store = seal(inner);
    store.put("identity", "mine");
    store.put("peers", "theirs");
    store.put("chats/a", 1);
    store.put("chats/b", 2);
    store.commit();
    return { inner, names: inner.list("chats") };
  }

  test("one document in another's place", () => {
    const { inner, names } = sealed();
    inner.put("identity", inner.read("peers") ?? null);
    expect(codeOf(() => unseal(inner).read("identity"))).toBe("DAMAGED");
    const [a = "", b = ""] = names;
    inner.put(a, inner.read(b) ?? null);
    const store = unseal(inner);
    expect([codeOf(() => store.read("chats/a")), codeOf(() => store.read("chats/b"))]).toContain("DAMAGED");
  });

  test("any changed character", () => {
    const { inner } = sealed();
    const text = String(inner.read("identity"));
    for (let at = 0; at < text.replace(/=+$/, "").length - 1; at++) {
      const other = text[at] === "A" ? "B" : "A";
      inner.put("identity", text.slice(0, at) + other + text.slice(at + 1));
      expect(
        codeOf(() => unseal(inner).read("identity")),
        `character ${at}`,
      ).toBe("DAMAGED");
    }
  });

  test("a document in clear, of any kind", () => {
    const { inner } = sealed();
    for (const value of ["", "mine", "AAAA", null, 7, { at: "document identity", value: "mine" }]) {
      inner.put("identity", value);
      expect(codeOf(() => unseal(inner).read("identity"))).toBe("DAMAGED");
    }
  });

  test("a record of another segment", () => {
    const inner = new SpyStore();
    const store = seal(inner);
    store.append("messages", { key: "k", group: "g", order: 1, value: "message" });
    store.commit();
    const [, { value, ...place }] = JSON.parse(inner.seen.at(-1) ?? "");
    inner.append("payloads", { ...place, value });
    expect(codeOf(() => [...unseal(inner).query("payloads", {})])).toBe("DAMAGED");
    expect([...unseal(inner).query("messages", {})]).toEqual(["message"]);
  });

  test("a document or record that another profile sealed", () => {
    const [one, two] = [sealed().inner, sealed().inner];
    one.put("identity", two.read("identity") ?? null);
    expect(codeOf(() => unseal(one).read("identity"))).toBe("DAMAGED");
  });
});
