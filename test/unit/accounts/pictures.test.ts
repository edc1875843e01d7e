import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aliasOf, aliasOfSeed } from "../../../src/core/accounts/alias.ts";
import { identiconOf, renderPixels, renderPng, renderSvg } from "../../../src/core/accounts/identicon.ts";
import { encodePng } from "../../../src/core/accounts/png.ts";
import { ADJECTIVES } from "../../../src/core/accounts/words/adjectives.ts";
import { ANIMALS } from "../../../src/core/accounts/words/animals.ts";
import { decodePng } from "../../support/png.ts";

describe("three-word names", () => {
  test("depend on the last eight bytes of X alone", () => {
    const key = Uint8Array.from({ length: 65 }, (_, index) => index);
    const sameTail = key.slice().fill(9, 1, 25).fill(9, 33);
    expect(aliasOf(sameTail)).toBe(aliasOf(key));
    expect(aliasOf(key)).toBe(aliasOfSeed(0x191a1b1c1d1e1f20n));
    expect(aliasOf(key.with(32, 0))).not.toBe(aliasOf(key));
  });

  test("are two adjectives and an animal for every seed", () => {
    const adjectives = new Set(ADJECTIVES);
    const animals = new Set(ANIMALS);
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (seed) => {
        const [first = "", second = "", third = ""] = aliasOfSeed(seed).split(" ");
        expect([adjectives.has(first), adjectives.has(second), animals.has(third)]).toEqual([true, true, true]);
      }),
    );
  });
});

describe("identicons", () => {
  test("are mirrored", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const row of identiconOf(text).cells) expect(row.toReversed()).toEqual(row);
      }),
    );
  });

  test("show the same pixels as PNG and raw", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const identicon = identiconOf(text);
        const same = Buffer.compare(decodePng(renderPng(identicon)).pixels, renderPixels(identicon)) === 0;
        expect(same).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test("have one square of the SVG per filled cell, in the colour", () => {
    const identicon = identiconOf("0x04");
    const svg = renderSvg(identicon);
    const filled = identicon.cells.flat().filter(Boolean).length;
    expect(svg.match(/h6v6h-6z/g)).toHaveLength(filled);
    expect(svg).toContain(`fill="#${Buffer.from(identicon.colour).toString("hex")}"`);
    for (const [, x, y] of svg.matchAll(/M(\d+) (\d+)/g)) {
      expect(identicon.cells[(Number(y) - 10) / 6]?.[(Number(x) - 10) / 6]).toBe(true);
    }
  });
});

describe("PNG files of two colours", () => {
  test("of any size decode to what was drawn", () => {
    const size = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(size, size, fc.nat(), (width, height, salt) => {
        const isSecond = (x: number, y: number): boolean => ((x * 7 + y * 13 + salt) % 3) % 2 === 1;
        const palette = [
          [1, 2, 3, 4],
          [250, 251, 252, 253],
        ] as const;
        const decoded = decodePng(encodePng({ width, height, palette, isSecond }));
        const drawn = Array.from({ length: width * height }, (_, at) => [
          ...palette[isSecond(at % width, Math.floor(at / width)) ? 1 : 0],
        ]);
        expect(decoded).toEqual({ width, height, pixels: Uint8Array.from(drawn.flat()) });
      }),
      { numRuns: 30 },
    );
  });
});

describe("what is shown of a key", () => {
  const root = new URL("../../../src/core/accounts/", import.meta.url);

  test.each(["alias.ts", "identicon.ts", "keys.ts", "identity.ts", "keyring.ts"])(
    "%s loads neither word list nor key tree",
    (file) => {
      const packages = packagesOf(new URL(file, root));
      expect([...packages].filter((name) => name.startsWith("@scure/") || name.startsWith("@adraffy/"))).toEqual([]);
    },
  );

  /** The packages that a module loads, itself or through others of ours. */
  function packagesOf(module: URL, seen = new Set<string>()): Set<string> {
    const packages = new Set<string>();
    if (seen.has(module.href)) return packages;
    seen.add(module.href);
    const imports = readFileSync(module, "utf8").matchAll(/^(?:import|\}) (?!type)[^;]*?from "([^"]+)";$/gm);
    for (const [, name = ""] of imports) {
      if (!name.startsWith(".")) packages.add(name);
      else for (const below of packagesOf(new URL(name, module), seen)) packages.add(below);
    }
    return packages;
  }

  test("and the same walk does find them where they are loaded", () => {
    const packages = packagesOf(new URL("account.ts", root));
    expect([...packages]).toEqual(expect.arrayContaining(["@scure/bip32", "@scure/bip39"]));
  });
});
