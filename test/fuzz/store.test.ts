/** Files and sockets of a profile that hold anything at all. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { utf8 } from "../../src/core/bytes/bytes.ts";
import { decodeLine, encodeLine, linesOf } from "../../src/core/node/store/checked-line.ts";
import { ChunkIndex, hashKey } from "../../src/core/node/store/chunk-index.ts";
import { encodeTransaction, readJournal } from "../../src/core/node/store/journal.ts";
import { LineSplitter, parseAnswered, parseAsked } from "../../src/core/node/store/socket-lines.ts";
import { EnvironmentError } from "../../src/core/platform/errors.ts";
import { Changes } from "../../src/core/profile/changes.ts";
import { survivesAnything } from "../support/decoders.ts";

const HEADER = encodeLine('{"journal":1,"generation":1,"chunk":4096,"segments":{}}');

const json = fc.jsonValue();
const changes = fc
  .record({
    put: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), json, { maxKeys: 4 }),
    removed: fc.array(fc.stringMatching(/^[a-z]{1,5}$/), { maxLength: 2 }),
    appended: fc.uniqueArray(
      fc.record({ key: fc.string(), group: fc.string(), order: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
      {
        maxLength: 4,
        selector: ({ key }) => key,
      },
    ),
  })
  .map(({ put, removed, appended }) => {
    const made = new Changes();
    for (const [name, value] of Object.entries(put)) made.put(name, value as null);
    for (const name of removed) made.remove(name);
    for (const record of appended) made.append("messages", { ...record, value: record.key });
    return made;
  });

const journal = fc
  .array(changes, { maxLength: 6 })
  .map((all) => Buffer.concat([HEADER, ...all.map((each, index) => encodeTransaction(index + 1, each))]));

test("a journal of any transactions is read as it was written", () => {
  fc.assert(
    fc.property(fc.array(changes, { maxLength: 4 }), (all) => {
      const keys = all.flatMap((each) => each.records("messages").map(({ key }) => key));
      fc.pre(new Set(keys).size === keys.length);
      const bytes = Buffer.concat([HEADER, ...all.map((each, index) => encodeTransaction(index + 1, each))]);
      const expected = new Changes();
      for (const each of all) expected.absorb(each);
      const read = readJournal("journal", bytes);
      expect(read).toMatchObject({ size: bytes.length, torn: 0, transactions: all.length });
      expect(new Map(read.changes.documents)).toEqual(new Map(expected.documents));
      const plain = (of: Changes) =>
        of.records("messages").map(({ key, group, order, text }) => [key, group, order + 0, text]);
      expect(plain(read.changes)).toEqual(plain(expected));
    }),
  );
});

test("a journal with any bytes changed is read in part, or is damage, and never something else", () => {
  const hurt = fc.tuple(journal, fc.nat(), fc.nat(), fc.uint8Array({ maxLength: 20 }));
  fc.assert(
    fc.property(hurt, ([bytes, from, length, instead]) => {
      const start = from % (bytes.length + 1);
      const hurtBytes = Buffer.concat([bytes.subarray(0, start), instead, bytes.subarray(start + (length % 40))]);
      try {
        const whole = readJournal("journal", bytes);
        const read = readJournal("journal", hurtBytes);
        expect(bytes.subarray(0, read.size)).toEqual(hurtBytes.subarray(0, read.size));
        expect(read.transactions).toBeLessThanOrEqual(whole.transactions);
      } catch (error) {
        if (!(error instanceof EnvironmentError) && !String(error).includes("twice")) throw error;
      }
    }),
    { numRuns: 500 },
  );
});

test("a checked line is as it was written, or it is nothing", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), json, { minKeys: 1 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (object, at, bits) => {
        const line = encodeLine(JSON.stringify(object));
        const { crc: _, ...read } = JSON.parse(decodeLine(line) ?? "{}");
        fc.pre(!("crc" in object) && !("__proto__" in object));
        expect(read).toEqual(JSON.parse(JSON.stringify(object)));
        const changed = line.map((byte, index) => (index === at % line.length ? byte ^ bits : byte));
        expect(decodeLine(changed)).toBeUndefined();
      },
    ),
  );
});

test("lines joined are the file", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0x0a, 0x41, 0xff)), (bytes) => {
      const lines = [...linesOf(Uint8Array.from(bytes))];
      expect(lines.flatMap((line) => [...line.bytes])).toEqual(bytes);
    }),
  );
});

test("an index finds every record by key and by order, and is read back from its file", () => {
  const record = fc.record({
    key: fc.nat(300).map(String),
    group: fc.constantFrom("a", "b", "ü"),
    order: fc.integer(),
  });
  fc.assert(
    fc.property(fc.uniqueArray(record, { selector: ({ key }) => key }), (records) => {
      const entries = records.map(({ key, group, order }, n) => ({
        hash: hashKey(key),
        group,
        order,
        offset: 10 * n,
        length: 10,
      }));
      const made = ChunkIndex.of(entries, 10 * records.length);
      const read = ChunkIndex.decode(made.encoded);
      expect(read?.entries()).toEqual(entries);
      for (const [n, { key }] of records.entries()) {
        expect(read?.withHash(hashKey(key))).toContainEqual({ offset: 10 * n, length: 10 });
      }
      const inGroup = entries.filter(({ group }) => group === "b").toSorted((a, b) => a.order - b.order);
      const positions = made.positionsOf("b");
      const found = Array.from({ length: positions.length }, (_, index) => made.at(positions.at(index)).offset);
      expect(found).toEqual(inGroup.map(({ offset }) => offset));
    }),
  );
});

test("an index of any bytes is an index or nothing", () => {
  const made = ChunkIndex.of([{ hash: 1, group: "a", order: 2, offset: 3, length: 4 }], 7).encoded;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void expect(ChunkIndex.decode(bytes)).toBeUndefined()),
  );
  for (let at = 0; at <= made.length; at++) {
    expect(ChunkIndex.decode(made.subarray(0, at)) === undefined).toBe(at < made.length);
  }
});

test("what comes through the socket is a line of the protocol or a RemoteError", () => {
  const samples = [
    '{"v":1,"id":1,"method":"send","params":{"text":"hello"}}\n',
    '{"v":1,"id":1,"ok":true,"result":null}\n{"v":1,"id":1,"event":[1,2]}\n',
    '{"v":1,"id":null,"ok":false,"error":{"kind":"remote","code":"FLOOD","message":"","details":{}}}\n',
  ].map(utf8);
  survivesAnything((bytes) => [...new LineSplitter().push(bytes)].map(parseAsked), samples);
  survivesAnything((bytes) => [...new LineSplitter().push(bytes)].map(parseAnswered), samples);
});
