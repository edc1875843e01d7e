/** Envelopes as commands take them apart, open them and make them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toHex } from "../../src/core/bytes/hex.ts";
import { errorOf, errorsOf, jsonOf, recordsOf, resultOf, type Sandbox, sandbox } from "../support/cli.ts";
import { CHAT, chatKey, people } from "../support/toy-wire.ts";
import { loadVectors } from "../support/vectors.ts";

interface Recorded {
  readonly envelopeDecode: readonly {
    readonly name: string;
    readonly rlp: string;
    readonly ok: boolean;
    readonly hash?: string;
  }[];
  readonly messagesSym: readonly {
    readonly envelope: { readonly rlp: string; readonly hash: string; readonly pow: number };
    readonly symKey: string;
    readonly payload: string;
  }[];
  readonly topics: readonly { readonly name: string; readonly topic: string; readonly bloom: string }[];
  readonly bloomAggregate: readonly { readonly topics: readonly string[]; readonly bloom: string }[];
}

const vectors = loadVectors<Recorded>("whisper.json");
const good = vectors.envelopeDecode.filter(({ ok }) => ok);

interface Decoded {
  readonly envelopes: readonly { readonly hash: string; readonly rlp: string; readonly pow: number }[];
}

let box: Sandbox;
beforeAll(() => {
  box = sandbox();
});
afterAll(() => box.remove());

const run = (...args: string[]) => box.run([...args, "--json"]);

describe("decode", () => {
  test("reads recorded envelopes from hex, lines and bytes alike", async () => {
    const lines = good.map(({ rlp }) => rlp).join("\n");
    const { envelopes } = resultOf<Decoded>(await box.run(["envelope", "decode", "-", "--json"], { stdin: lines }));
    expect(envelopes.map(({ hash }) => hash)).toEqual(good.map(({ hash }) => hash));
    const [first] = good;
    const file = join(box.home, "envelope.bin");
    writeFileSync(file, Buffer.from((first?.rlp ?? "").slice(2), "hex"));
    expect(resultOf<Decoded>(await run("envelope", "decode", file)).envelopes).toEqual(envelopes.slice(0, 1));
    const base64 = Buffer.from((first?.rlp ?? "").slice(2), "hex").toString("base64");
    expect(resultOf<Decoded>(await run("envelope", "decode", base64)).envelopes).toEqual(envelopes.slice(0, 1));
  });

  test("refuses what is no envelope, and names the line", async () => {
    for (const { rlp } of vectors.envelopeDecode.filter(({ ok }) => !ok).slice(0, 3)) {
      expect(errorOf(await run("envelope", "decode", rlp)).exit).toBe(2);
    }
    const ran = await box.run(["envelope", "decode", "-", "--json"], { stdin: `${good[0]?.rlp}\n0x00\n` });
    expect(errorOf(ran).message).toMatch(/^line 2: /);
  });

  test("streams records that it reads again, and ends with a count", async () => {
    const stdin = good.map(({ rlp }) => rlp).join("\n");
    const first = await box.run(["envelope", "decode", "-", "--ndjson"], { stdin });
    const records = recordsOf(first);
    expect(records.at(-1)).toMatchObject({ type: "end", reason: "eof", counts: { envelopes: good.length } });
    const again = recordsOf(await box.run(["envelope", "decode", "-", "--ndjson"], { stdin: first.stdout }));
    expect(again.map(({ hash }) => hash)).toEqual(records.map(({ hash }) => hash));
  });

  test("of nothing is nothing", async () => {
    expect(resultOf(await box.run(["envelope", "decode", "-", "--json"], { stdin: "" }))).toEqual({ envelopes: [] });
  });

  test("shows a person the bytes beside the fields, or a line each", async () => {
    const text = (await box.run(["envelope", "decode", good[0]?.rlp ?? ""])).stdout;
    expect(text).toMatch(/topic\s+0x/);
    expect(text).toContain("sealed");
    const table = await box.run(["envelope", "decode", "-", "--table"], {
      stdin: good.map(({ rlp }) => rlp).join("\n"),
    });
    expect(table.stdout.trim().split("\n")).toHaveLength(good.length + 1);
  });

  test("ends with its reader", async () => {
    const stdin = `${good[0]?.rlp}\n`.repeat(3000);
    const ran = await box.run(["envelope", "decode", "-", "--ndjson"], {
      stdin,
      whileRunning: ({ stdout }) => stdout?.once("data", () => stdout.destroy()),
    });
    expect(ran.code).toBe(0);
  });
});

describe("encode", () => {
  test("makes recorded envelopes again, byte for byte", async () => {
    for (const { rlp } of good.slice(0, 4)) {
      const decoded = await run("envelope", "decode", rlp);
      const encoded = await box.run(["envelope", "encode", "-"], { stdin: decoded.stdout });
      expect(encoded.stdout).toBe(`${rlp}\n`);
    }
  });

  test("finds the work that is wanted", async () => {
    const made = await run(
      "envelope",
      "encode",
      "--topic",
      "0xcd423760",
      "--data",
      "0xc0ffee",
      "--ttl",
      "10s",
      "--pow",
      "2",
    );
    const { envelope } = resultOf<{ envelope: { pow: number; ttl: number } }>(made);
    expect(envelope.pow).toBeGreaterThanOrEqual(2);
    expect(envelope.ttl).toBe(10);
  });

  test("wants a topic and data", async () => {
    expect(errorOf(await run("envelope", "encode", "--topic", "0xcd423760")).code).toBe("E_USAGE");
    expect(errorOf(await run("envelope", "encode", "--topic", "status", "--data", "0x00")).code).toBe("E_USAGE");
    expect(errorOf(await box.run(["envelope", "encode", "-", "--json"], { stdin: "[]" })).code).toBe("E_USAGE");
  });
});

describe("open", () => {
  const envelope = people().alice.post("hello \u001b[31mworld");
  const hex = toHex(envelope.bytes);
  const symKey = (): string => {
    const file = join(box.home, "chat-key.txt");
    writeFileSync(file, toHex(chatKey(CHAT)));
    return file;
  };

  test("goes through every layer down to the text, which stays harmless", async () => {
    const ran = await run("envelope", "open", hex, "--chat", "other", "--sym-key-file", symKey());
    const { envelopes } = resultOf<{
      envelopes: { opened: boolean; layers: { layer: string; ok: boolean; fields: object }[] }[];
    }>(ran);
    expect(envelopes[0]?.layers.map(({ layer, ok }) => `${layer} ${ok}`)).toEqual([
      "Envelope true",
      "WhisperMessage true",
      "ApplicationMetadataMessage true",
      "ChatMessage true",
    ]);
    expect(envelopes[0]?.layers.at(-1)?.fields).toMatchObject({ text: "hello \u001b[31mworld", chatId: CHAT });
    const text = await box.run(["envelope", "open", hex, "--sym-key-file", symKey()]);
    expect(text.stdout).toContain("\\x1b[31mworld");
    expect(text.stdout).not.toContain("\u001b");
  });

  test("says which key failed and why, with exit code 6", async () => {
    const ran = await run("envelope", "open", hex, "--chat", "other");
    expect(ran.code).toBe(6);
    const [{ layers } = { layers: [] }] = resultOf<{ envelopes: { layers: { why?: string; fields: object }[] }[] }>(
      ran,
    ).envelopes;
    expect(layers.at(-1)).toMatchObject({
      why: "none of the keys opens it",
      fields: { tried: { "chat other": { outcome: "wrong key" } } },
    });
  });

  test("of many, some is partial", async () => {
    const stdin = `${hex}\n${good[0]?.rlp}\n`;
    const ran = await box.run(["envelope", "open", "-", "--sym-key-file", symKey(), "--ndjson"], { stdin });
    expect(ran.code).toBe(8);
    expect(recordsOf(ran).at(-1)).toMatchObject({ counts: { envelopes: 2, opened: 1 } });
  });

  test("takes keys from files", async () => {
    const [recorded] = vectors.messagesSym;
    const key = join(box.home, "sym.txt");
    writeFileSync(key, `${recorded?.symKey}\n`);
    const ran = await run("envelope", "open", recorded?.envelope.rlp ?? "", "--sym-key-file", key);
    expect(resultOf(ran)).toMatchObject({ opened: 1, envelopes: [{ hash: recorded?.envelope.hash }] });
  });

  test("of a chat takes the chat's name", async () => {
    const { posts } = resultOf<{ posts: { envelope: { rlp: string } }[] }>(
      await run("post", "hi", "--chat", "room", "--dry-run"),
    );
    const ran = await run("envelope", "open", posts[0]?.envelope.rlp ?? "", "--chat", "#room");
    expect(resultOf(ran)).toMatchObject({ opened: 1 });
  });

  test("without any key says so", async () => {
    expect(errorOf(await run("envelope", "open", hex))).toMatchObject({ code: "E_CRYPTO", exit: 6 });
  });
});

describe("topics", () => {
  test("are the recorded ones", async () => {
    for (const { name, topic, bloom } of vectors.topics.filter(({ name }) => /^[a-z]/.test(name)).slice(0, 3)) {
      expect(resultOf(await run("topic", "of", name))).toMatchObject({
        topics: [{ kind: "public", name, topic, bloom }],
      });
    }
  });

  test("are guessed from names, partitions and keys, or not at all", async () => {
    const guess = (...args: string[]) => run("topic", "guess", ...args);
    expect(resultOf(await guess("0xcd423760", "--chat", "status"))).toMatchObject({
      guesses: [{ kind: "public", name: "status" }],
    });
    expect(resultOf(await guess("0x2e433e37"))).toMatchObject({ guesses: [{ kind: "partitioned", partition: 1722 }] });
    const none = await guess("0x12345678", "--chat", "status");
    expect([none.code, resultOf(none).guesses]).toEqual([9, []]);
    expect(errorOf(await guess("status")).code).toBe("E_USAGE");
  });

  test("join into recorded filters, which say what they want", async () => {
    for (const { topics, bloom } of vectors.bloomAggregate.filter(({ topics }) => topics.length > 0).slice(0, 3)) {
      expect(resultOf(await run("topic", "bloom", ...topics))).toMatchObject({ bloom });
    }
    const one = resultOf<{ bloom: string }>(await run("topic", "bloom", "status"));
    const other = await run("topic", "bloom", "status", "nimbus", "--filter", one.bloom);
    expect([other.code, resultOf(other).topics]).toMatchObject([9, [{ matches: true }, { matches: false }]]);
    expect(errorOf(await run("topic", "bloom", "status", "--filter", "0x00")).code).toBe("E_USAGE");
  });
});

describe("enode URLs", () => {
  const KEY = "0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

  test("are made and taken apart again", async () => {
    for (const [host, shown] of [
      ["10.0.0.1", "10.0.0.1"],
      ["::1", "::1"],
      ["[::1]", "::1"],
      ["node.example", "node.example"],
    ] as const) {
      const { enode } = resultOf<{ enode: string }>(
        await run("enode", "encode", KEY, "--host", host, "--port", "30303", "--udp-port", "30301"),
      );
      expect(resultOf(await run("enode", "decode", enode))).toMatchObject({
        nodes: [{ enode, compressedKey: KEY, host: shown, tcpPort: 30303, udpPort: 30301 }],
      });
    }
  });

  test("come from stdin in lines", async () => {
    const { enode } = resultOf<{ enode: string }>(
      await run("enode", "encode", KEY, "--host", "a.example", "--port", "1"),
    );
    const ran = await box.run(["enode", "decode", "-", "--fields", "nodes.host"], { stdin: `${enode}\n${enode}\n` });
    expect(ran.stdout).toBe("a.example\na.example\n");
  });

  test("that are wrong are told where", async () => {
    expect(errorOf(await run("enode", "decode", "enode://00@10.0.0.1:1")).message).toContain("node id");
    expect(errorOf(await run("enode", "encode", KEY, "--host", "10.0.0.300", "--port", "1")).message).toContain("host");
  });
});

test("an error in a stream is a record, and the stream still ends", async () => {
  const ran = await box.run(["envelope", "decode", "0x00", "--ndjson"]);
  const [error, end] = recordsOf(ran);
  expect([ran.code, error?.type, end]).toMatchObject([2, "error", { type: "end", reason: "error" }]);
  expect(errorsOf("failure/1", { ok: false, command: "x", error: error?.error })).toEqual([]);
  expect(() => jsonOf(ran)).toThrow();
});
