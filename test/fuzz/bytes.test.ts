import { RLP } from "@ethereumjs/rlp";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeRlp, RlpReader, type RlpValue, readRlpList } from "../../src/core/bytes/rlp.ts";
import { RemoteError } from "../../src/core/platform/errors.ts";
import { decodeOrRemoteError, rejectsEveryPrefix, survivesAnything } from "../support/decoders.ts";

type Tree = Uint8Array | Tree[];

const tree = fc.letrec<{ tree: Tree; list: Tree[] }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    fc.uint8Array({ maxLength: 4 }),
    fc.uint8Array({ minLength: 50, maxLength: 70 }),
    fc.uint8Array({ minLength: 250, maxLength: 300 }),
    tie("list"),
  ),
  list: fc.array(tie("tree"), { maxLength: 6 }),
})).tree;

/** Everything in one item, read strictly. */
function decodeTree(bytes: Uint8Array): Tree {
  const reader = new RlpReader(bytes, "tree");
  const whole = readItem(reader);
  reader.end();
  return whole;
}

function readItem(reader: RlpReader): Tree {
  if (!reader.nextIsList) return reader.bytes("string");
  const [items, list]: [Tree[], RlpReader] = [[], reader.list("list")];
  while (!list.atEnd) items.push(readItem(list));
  return items;
}

const samples = [
  encodeRlp([1583000015, 15, Uint8Array.of(1, 2, 3, 4), new Uint8Array(300).fill(9), 2n ** 63n]),
  encodeRlp([[], [[]], [new Uint8Array(60), [new Uint8Array(1)]]]),
  encodeRlp([6, 0n, new Uint8Array(64), true, false, [0, 0, 0]]),
];

test("any tree comes back, in the bytes that another implementation writes", () => {
  fc.assert(
    fc.property(tree, (value) => {
      const encoded = encodeRlp(value);
      expect(encoded).toEqual(RLP.encode(value));
      expect(decodeTree(encoded)).toEqual(value);
    }),
    { numRuns: 500 },
  );
});

test("any integer is the bytes that another implementation writes", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 70n }), fc.maxSafeNat(), (large, safe) => {
      expect(encodeRlp(large)).toEqual(RLP.encode(large));
      expect(encodeRlp(safe)).toEqual(RLP.encode(safe));
      expect(encodeRlp([safe, [large]])).toEqual(RLP.encode([safe, [large]]));
    }),
    { numRuns: 500 },
  );
});

/** Short runs of the bytes that prefixes are made of, which are much more often nearly right than random bytes. */
const nearlyRlp = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        0x00,
        0x01,
        0x37,
        0x38,
        0x7f,
        0x80,
        0x81,
        0x82,
        0xb7,
        0xb8,
        0xb9,
        0xc0,
        0xc1,
        0xc2,
        0xc8,
        0xf7,
        0xf8,
        0xf9,
      ),
      fc.nat(255),
    ),
    { maxLength: 70 },
  )
  .map((bytes) => Uint8Array.from(bytes));

test("we accept exactly the canonical encodings: what we read is written back the same, and another reads the same", () => {
  const seen = { accepted: 0, refused: 0 };
  const check = (bytes: Uint8Array) => {
    const decoded = decodeOrRemoteError(decodeTree, bytes);
    if (decoded instanceof RemoteError) {
      seen.refused++;
      expect(isCanonicalFor(bytes), `${decoded.message}: ${bytes}`).toBe(false);
    } else {
      seen.accepted++;
      expect(encodeRlp(decoded as RlpValue)).toEqual(bytes);
      expect(RLP.decode(bytes)).toEqual(decoded);
    }
  };
  const mutated = fc.tuple(tree, fc.nat(), fc.nat(255)).map(([value, at, byte]) => {
    const bytes = encodeRlp(value);
    bytes[at % bytes.length] = byte;
    return bytes;
  });
  fc.assert(fc.property(fc.oneof(nearlyRlp, mutated), check), { numRuns: 3000 });
  expect(seen.accepted).toBeGreaterThan(100);
  expect(seen.refused).toBeGreaterThan(100);
});

/** Whether the other implementation reads the bytes and would have written them so. */
function isCanonicalFor(bytes: Uint8Array): boolean {
  if (bytes.length === 0) return false; // it reads nothing as the empty string
  try {
    const written = RLP.encode(RLP.decode(bytes) as Uint8Array);
    return Buffer.from(written).equals(bytes);
  } catch {
    return false;
  }
}

test("the reader survives anything", () => {
  survivesAnything(decodeTree, samples, 3000);
  survivesAnything((bytes) => readRlpList(bytes, "list"), samples, 1000);
  for (const read of ["uint32", "uint64", "boolean", "raw", "list", "bytes"] as const) {
    survivesAnything((bytes) => new RlpReader(bytes, "item")[read]("field"), samples, 500);
  }
});

test("no encoding is read when its end is missing", () => {
  for (const sample of samples.slice(0, 2)) rejectsEveryPrefix(decodeTree, sample);
  rejectsEveryPrefix(decodeTree, encodeRlp(new Uint8Array(260)));
});
