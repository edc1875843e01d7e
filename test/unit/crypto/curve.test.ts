import { expect, test } from "vitest";
import { concatBytes, utf8 } from "../../../src/core/bytes/bytes.ts";
import { fromHex, hexDigits, toHex } from "../../../src/core/bytes/hex.ts";
import { behindBothDoors } from "../../support/doors.ts";

/** The order of the curve. */
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
/** The prime of the field. */
const P = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn;
const scalar = (value: bigint) => fromHex(value.toString(16).padStart(64, "0"));

const GX = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
const GY = "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
const G = fromHex(`04${GX}${GY}`);
const TWO_G_X = "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";

behindBothDoors((crypto) => {
  test("a secret key is 1 .. n-1 in 32 bytes", () => {
    expect(crypto.isSecretKey(scalar(1n))).toBe(true);
    expect(crypto.isSecretKey(scalar(N - 1n))).toBe(true);
    expect(crypto.isSecretKey(scalar(0n))).toBe(false);
    expect(crypto.isSecretKey(scalar(N))).toBe(false);
    expect(crypto.isSecretKey(new Uint8Array(32).fill(255))).toBe(false);
    expect(crypto.isSecretKey(new Uint8Array(31).fill(1))).toBe(false);
    expect(crypto.isSecretKey(new Uint8Array(33).fill(1))).toBe(false);
    expect(crypto.isSecretKey(new Uint8Array())).toBe(false);
  });

  // SEC 2, section 2.4.1: the generator; its double and its negative follow.
  test("the public keys of 1, 2 and n-1 are G, 2G and -G", () => {
    expect(crypto.publicKeyOf(scalar(1n))).toEqual(G);
    expect(hexDigits(crypto.publicKeyOf(scalar(2n)))).toBe(
      `04${TWO_G_X}1ae168fea63dc339a3c58419466ceaeef7f632653266d0e1236431a950cfe52a`,
    );
    expect(hexDigits(crypto.publicKeyOf(scalar(N - 1n)))).toBe(`04${GX}${(P - BigInt(`0x${GY}`)).toString(16)}`);
  });

  test("there is no public key of what is no secret key", () => {
    expect(() => crypto.publicKeyOf(scalar(0n))).toThrow();
    expect(() => crypto.publicKeyOf(scalar(N))).toThrow();
    expect(() => crypto.publicKeyOf(new Uint8Array(31).fill(1))).toThrow();
  });

  test("both sides agree on the X coordinate of the product", () => {
    expect(hexDigits(crypto.agree(scalar(2n), G))).toBe(TWO_G_X);
    const [alice, bob] = [scalar(0xa11cen), scalar(0xb0bn)];
    expect(crypto.agree(alice, crypto.publicKeyOf(bob))).toEqual(crypto.agree(bob, crypto.publicKeyOf(alice)));
    expect(hexDigits(crypto.agree(alice, crypto.publicKeyOf(bob)))).toBe(
      hexDigits(crypto.publicKeyOf(scalar((0xa11cen * 0xb0bn) % N)).subarray(1, 33)),
    );
  });

  test("an X coordinate that begins with a zero byte keeps its 32 bytes", () => {
    const x = crypto.agree(scalar(153n), G);
    expect(x.length).toBe(32);
    expect(x[0]).toBe(0);
  });

  test.each([
    ["of 64 bytes", G.subarray(1)],
    ["of 66 bytes", concatBytes(G, Uint8Array.of(0))],
    ["of no bytes", new Uint8Array()],
    ["that is the point at infinity", Uint8Array.of(0)],
    ["off the curve", fromHex(`04${GX}${GX}`)],
    ["with a Y of p and more", fromHex(`04${GX}${"ff".repeat(32)}`)],
    ["with an X that no point has", fromHex(`02${"00".repeat(31)}05`)],
    ["with an X of p + 1", fromHex(`02${(P + 1n).toString(16)}`)],
    ["of zeros", new Uint8Array(65)],
    ["of zeros behind 04", concatBytes(Uint8Array.of(4), new Uint8Array(64))],
    ["in the hybrid form", fromHex(`06${GX}${GY}`)],
    ["in the odd hybrid form", fromHex(`07${GX}${GY}`)],
    ["of 33 bytes behind 04", fromHex(`04${GX}`)],
    ["of 65 bytes behind 02", fromHex(`02${GX}${GY}`)],
  ])("a public key %s is BAD_KEY to all who read one", (_what, key) => {
    const badKey = expect.objectContaining({ name: "RemoteError", code: "BAD_KEY" });
    expect(() => crypto.decodePublicKey(key)).toThrow(badKey);
    expect(() => crypto.compress(key)).toThrow(badKey);
    expect(() => crypto.agree(scalar(1n), key)).toThrow(badKey);
  });

  test("agreeing with a secret that is none is our fault, not the peer's", () => {
    expect(() => crypto.agree(scalar(0n), G)).toThrow(expect.not.objectContaining({ name: "RemoteError" }));
    expect(() => crypto.agree(scalar(N), G)).toThrow(expect.not.objectContaining({ name: "RemoteError" }));
  });

  test("compressed and back is the same key, for either parity of Y", () => {
    for (const secret of [1n, 2n, 3n, 4n, 5n, N - 1n]) {
      const key = crypto.publicKeyOf(scalar(secret));
      const compressed = crypto.compress(key);
      expect(compressed.length).toBe(33);
      expect(compressed[0]).toBe(2 + ((key[64] ?? 0) & 1));
      expect(crypto.decodePublicKey(compressed)).toEqual(key);
      expect(crypto.decodePublicKey(key)).toEqual(key);
    }
  });

  // The widely published RFC 6979 vectors of secp256k1 with SHA-256.
  test.each([
    {
      text: "Satoshi Nakamoto",
      secret: scalar(1n),
      signature:
        "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8" +
        "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5",
    },
    {
      text: "Satoshi Nakamoto",
      secret: scalar(N - 1n),
      signature:
        "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0" +
        "6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5",
    },
    {
      text: "All those moments will be lost in time, like tears in rain. Time to die...",
      secret: scalar(1n),
      signature:
        "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b" +
        "547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21",
    },
    {
      text: "Alan Turing",
      secret: fromHex("f8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181"),
      signature:
        "7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c" +
        "58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea",
    },
  ])("the signature of $text is that of RFC 6979, low S, and recovers to its signer", ({ text, secret, signature }) => {
    const digest = crypto.sha256(utf8(text));
    const signed = crypto.sign(digest, secret);
    expect(hexDigits(signed.subarray(0, 64))).toBe(signature);
    expect(crypto.recover(digest, signed)).toEqual(crypto.publicKeyOf(secret));
  });

  test("signing demands 32 bytes of digest and a secret key", () => {
    const digest = new Uint8Array(32).fill(7);
    expect(() => crypto.sign(digest.subarray(1), scalar(1n))).toThrow("32 bytes");
    expect(() => crypto.sign(new Uint8Array(33), scalar(1n))).toThrow("32 bytes");
    expect(() => crypto.recover(digest.subarray(1), crypto.sign(digest, scalar(1n)))).toThrow("32 bytes");
    expect(() => crypto.sign(digest, scalar(0n))).toThrow();
    expect(() => crypto.sign(digest, scalar(N))).toThrow();
  });

  test("a digest above the order of the curve is signed and recovered all the same", () => {
    const digest = new Uint8Array(32).fill(255);
    expect(crypto.recover(digest, crypto.sign(digest, scalar(42n)))).toEqual(crypto.publicKeyOf(scalar(42n)));
  });

  test("the high S of the same signature recovers to the same key with the other parity", () => {
    const digest = crypto.sha256(utf8("malleable"));
    const low = crypto.sign(digest, scalar(42n));
    const s = BigInt(toHex(low.subarray(32, 64)));
    const high = concatBytes(low.subarray(0, 32), scalar(N - s), Uint8Array.of((low[64] ?? 0) ^ 1));
    expect(crypto.recover(digest, high)).toEqual(crypto.publicKeyOf(scalar(42n)));
  });

  test("V says which point R stands for: the parity of its Y, and whether its X is beyond the order", () => {
    // With a digest of 0 and S = R, the key (S R - z G) / R is the point R itself.
    const r = 2n;
    for (const [v, head, x] of [
      [0, "02", r],
      [1, "03", r],
      [2, "02", r + N],
      [3, "03", r + N],
    ] as const) {
      const point = crypto.decodePublicKey(fromHex(`${head}${x.toString(16).padStart(64, "0")}`));
      const signature = concatBytes(scalar(r), scalar(r), Uint8Array.of(v));
      expect(crypto.recover(new Uint8Array(32), signature)).toEqual(point);
    }
  });

  const digest = new Uint8Array(32).fill(7);
  const good = crypto.sign(digest, scalar(42n));
  const withParts = (r: bigint, s: bigint, v: number) => concatBytes(scalar(r), scalar(s), Uint8Array.of(v));
  test.each([
    ["of zeros", new Uint8Array(65)],
    ["with R = 0", withParts(0n, 1n, 0)],
    ["with S = 0", withParts(1n, 0n, 0)],
    ["with R = n", withParts(N, 1n, 0)],
    ["with S = n", withParts(1n, N, 0)],
    ["with S of all ones", concatBytes(good.subarray(0, 32), new Uint8Array(32).fill(255), Uint8Array.of(0))],
    ["with an R that no point has", withParts(5n, 1n, 0)],
    ["with R + n beyond the field", concatBytes(good.subarray(0, 64), Uint8Array.of(2))],
    ["with V = 4", concatBytes(good.subarray(0, 64), Uint8Array.of(4))],
    ["with V = 27, as Bitcoin writes it", concatBytes(good.subarray(0, 64), Uint8Array.of(27))],
    ["with V = 255", concatBytes(good.subarray(0, 64), Uint8Array.of(255))],
    ["of 64 bytes", good.subarray(0, 64)],
    ["of 66 bytes", concatBytes(good, Uint8Array.of(0))],
    ["of no bytes", new Uint8Array()],
  ])("a signature %s is BAD_SIGNATURE", (_what, signature) => {
    expect(() => crypto.recover(digest, signature)).toThrow(
      expect.objectContaining({ name: "RemoteError", code: "BAD_SIGNATURE" }),
    );
  });

  test("what is wrong with a signature is said", () => {
    expect(() => crypto.recover(digest, good.subarray(1))).toThrow("signature: expected 65 bytes, got 64");
    expect(() => crypto.recover(digest, concatBytes(good.subarray(0, 64), Uint8Array.of(27)))).toThrow(
      "signature: expected V in 0..3, got 27",
    );
  });

  test("a signature whose key would be the point at infinity is BAD_SIGNATURE", () => {
    // Q = (s R - z G) / r with R = G, s = z.
    const z = 7n;
    expect(() => crypto.recover(scalar(z), withParts(BigInt(`0x${GX}`), z, Number(BigInt(`0x${GY}`) & 1n)))).toThrow(
      expect.objectContaining({ name: "RemoteError", code: "BAD_SIGNATURE" }),
    );
  });
});
