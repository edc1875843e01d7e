import { expect, test } from "vitest";
import { openNativeCurve } from "../../../src/core/crypto/fast/curve.ts";
import { openCiphers, openCrypto, openCurve, openHashes, openKdfs } from "../../../src/core/crypto/open.ts";
import { pureCrypto } from "../../../src/core/crypto/pure.ts";

test("the pure door is the one that tests and inspection import", async () => {
  expect(await openCrypto("pure")).toBe(pureCrypto);
  expect(pureCrypto).toMatchObject({ door: "pure", nativeCurve: false });
});

test("the fast door says whether its curve is native", async () => {
  const crypto = await openCrypto("fast");
  expect(crypto.door).toBe("fast");
  expect(crypto.nativeCurve).toBe((await openNativeCurve()) !== undefined);
});

test("without the native package there is no native curve, and nobody throws", async () => {
  const missing = () =>
    Promise.reject(Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" }));
  expect(await openNativeCurve(missing)).toBeUndefined();
});

test.each(["pure", "fast"] as const)("each part of the %s door opens alone", async (door) => {
  const whole = await openCrypto(door);
  const parts = [await openHashes(door), await openCurve(door), await openCiphers(door), await openKdfs(door)];
  const names = parts.flatMap((part) => Object.keys(part));
  expect([...names, "door", "nativeCurve"].sort()).toEqual(Object.keys(whole).sort());
  expect((await openHashes(door)).keccak256(new Uint8Array())).toEqual(whole.keccak256(new Uint8Array()));
});

test("functions stand alone: they can be taken out of the door", async () => {
  const { agree, compress, publicKeyOf, keccak256 } = await openCrypto("fast");
  const secret = new Uint8Array(32).fill(1);
  expect(agree(secret, publicKeyOf(secret)).length).toBe(32);
  expect(compress(publicKeyOf(secret)).length).toBe(33);
  expect(keccak256(secret).length).toBe(32);
});
