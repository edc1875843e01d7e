import { expect, test } from "vitest";
import { openOwnKeys } from "../../../src/core/crypto/fast/own-keys.ts";
import { openOwnKeys as openAnywhere } from "../../../src/core/crypto/open.ts";
import { pureCurve } from "../../../src/core/crypto/pure/curve.ts";
import { pureHashes } from "../../../src/core/crypto/pure/hashes.ts";

const secrets = Array.from({ length: 20 }, (_, index) => pureHashes.sha256(Uint8Array.of(index)));

test("public halves are those of the curve, with either parity", () => {
  const own = openOwnKeys();
  const heads = new Set<number | undefined>();
  for (const secret of secrets) {
    const publicKey = pureCurve.publicKeyOf(secret);
    expect(own?.publicKeyOf(secret)).toEqual(publicKey);
    const compressed = own?.compress(publicKey);
    expect(compressed).toEqual(pureCurve.compress(publicKey));
    expect(Object.getPrototypeOf(compressed)).toBe(Uint8Array.prototype);
    heads.add(compressed?.[0]);
  }
  expect(heads).toEqual(new Set([2, 3]));
});

test("there are some on any machine", async () => {
  const own = await openAnywhere();
  const [secret = new Uint8Array()] = secrets;
  expect(own.publicKeyOf(secret)).toEqual(pureCurve.publicKeyOf(secret));
});
