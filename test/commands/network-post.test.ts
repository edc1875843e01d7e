/** `post`: envelopes for every kind of reader, made here or recorded elsewhere, and what peers make of them. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openKeyring } from "../../src/core/accounts/keyring.ts";
import { toHex } from "../../src/core/bytes/hex.ts";
import { readProfile } from "../../src/core/node/profiles.ts";
import { systemRandom } from "../../src/core/node/system.ts";
import { errorOf, type Ran, recordsOf, resultOf } from "../support/cli.ts";
import { fast as crypto } from "../support/doors.ts";
import { deafPort, Stage, strangerAt, textsOf } from "../support/network.ts";
import { oddNode, refusing } from "../support/odd-nodes.ts";

interface Posted {
  readonly posts: readonly {
    readonly envelope: { hash: string; topic: string; pow: number; ttl: number; size: number; rlp: string };
    readonly state: string | null;
    readonly peer: string | null;
    readonly written: number;
    readonly reason: string | null;
  }[];
  readonly sent: number;
  readonly total: number;
}

interface Layer {
  readonly layer: string;
  readonly fields: Record<string, unknown>;
}

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.withRelay();
});
afterAll(() => stage.close());

const postedBy = (ran: Ran): Posted => resultOf<Posted>(ran);

/** What `envelope open` finds in the envelope that a dry run made. */
async function opened(dryRun: Ran, ...keys: string[]): Promise<Record<string, unknown>> {
  const { posts } = postedBy(dryRun);
  const rlp = posts[0]?.envelope.rlp ?? "";
  const ran = await stage.run(["envelope", "open", rlp, ...keys, "--json"]);
  expect(ran.code, ran.stdout + ran.stderr).toBe(0);
  const { envelopes } = resultOf<{ envelopes: { layers: Layer[] }[] }>(ran);
  return envelopes[0]?.layers.find(({ layer }) => layer === "WhisperMessage")?.fields ?? {};
}

/** The public key of a profile's chat key. */
async function publicKeyOf(directory: string): Promise<string> {
  const profile = await readProfile({ crypto, random: systemRandom, directory, passphrase: async () => undefined });
  return toHex(openKeyring(crypto, profile.identity.chatKey).publicKey);
}

describe.concurrent("an envelope", () => {
  it("for a chat is taken by the relay, and read by who knows the name", async () => {
    const posted = postedBy(await stage.run(["post", "hello", "--chat", "post", "--json"]));
    expect(posted).toMatchObject({ sent: 1, total: 1 });
    const [post] = posted.posts;
    expect(post).toMatchObject({ state: "sent", peer: stage.shared.nodeId, written: 1, reason: null });
    const watch = await stage.run(["watch", "--raw", "--chat", "post", "--count", "1", "--timeout", "20s", "--json"]);
    expect(resultOf<{ records: object[] }>(watch).records).toMatchObject([{ hash: post?.envelope.hash }]);
    const dry = await stage.run(["post", "hello", "--chat", "post", "--dry-run", "--json"]);
    expect(postedBy(dry).posts).toMatchObject([{ state: null, written: 0 }]);
    expect(await opened(dry, "--chat", "post")).toMatchObject({ mode: "sym", payloadSize: 5 });
  });

  it("for a word of one's own", async () => {
    const word = stage.file("word", "open sesame\n");
    const dry = ["post", "--hex", "0xc0ffee", "--topic", "0x01020304", "--password-file", word, "--dry-run", "--json"];
    const ran = await stage.run(dry);
    expect(postedBy(ran).posts[0]?.envelope.topic).toBe("0x01020304");
    expect(await opened(ran, "--password-file", word)).toMatchObject({ payloadSize: 3 });
  });

  it("for a symmetric key", async () => {
    const key = stage.file("sym-key", `0x${"5a".repeat(32)}\n`);
    const dry = ["post", "-", "--topic", "0x0a0b0c0d", "--sym-key-file", key, "--ttl", "77", "--dry-run", "--json"];
    const ran = await stage.run(dry, { stdin: "from a pipe" });
    expect(postedBy(ran).posts[0]?.envelope).toMatchObject({ topic: "0x0a0b0c0d", ttl: 77 });
    expect(await opened(ran, "--sym-key-file", key)).toMatchObject({ payloadSize: 11 });
  });

  it("for one reader, signed", async () => {
    const [reader, author] = [await stage.profile("reader"), await stage.profile("author")];
    const key = await publicKeyOf(reader);
    const file = stage.file("payload", "for your eyes");
    const words = ["post", "--payload-file", file, "--to", key, "--sign", "--dry-run", "--json"];
    const ran = await stage.run(["--profile", "author", ...words]);
    const found = await opened(ran, "--profile", "reader");
    expect(found).toMatchObject({ mode: "asym", payloadSize: 13, signer: await publicKeyOf(author) });
  });

  it("has the work and the padding that were asked for", async () => {
    const words = ["post", "x", "--chat", "post", "--pow", "0.5", "--padding", "0x0102030405", "--dry-run", "--json"];
    const ran = await stage.run(words);
    expect(postedBy(ran).posts[0]?.envelope.pow).toBeGreaterThanOrEqual(0.5);
    expect(await opened(ran, "--chat", "post")).toMatchObject({ paddingSize: 5 });
  });

  it("that was recorded is posted as it is, from a file, from a pipe, or many at once", async () => {
    const relay = await stage.relay();
    const dry = await stage.run(["post", "again", "--chat", "replay", "--ttl", "60", "--dry-run", "--json"]);
    const { hash = "", rlp = "" } = postedBy(dry).posts[0]?.envelope ?? {};
    const asFile = await stage.run(["post", "--envelope", stage.file("envelope", `${rlp}\n`), "--json"]);
    expect(postedBy(asFile).posts).toMatchObject([{ state: "sent", envelope: { hash } }]);
    await stage.run(["post", "more", "--chat", "replay", "--ttl", "60"]);
    const watch = ["watch", "--raw", "--ndjson", "--chat", "replay", "--count", "2", "--timeout", "20s"];
    const recorded = await stage.run(watch);
    const replayed = await stage.run(["post", "-", "--json"], { stdin: recorded.stdout, peers: [relay.enode] });
    expect(postedBy(replayed)).toMatchObject({ sent: 2, total: 2 });
    const again = recordsOf(await stage.run(watch, { peers: [relay.enode] }));
    expect(again.map(({ hash: name }) => name)).toEqual(recordsOf(recorded).map(({ hash: name }) => name));
    await relay.process.stop();
  });

  it("goes from one network to another through a pipe", async () => {
    const relay = await stage.relay();
    const watch = "statusctl watch --raw --ndjson --chat bridge --count 1 --timeout 30s";
    const bridge = stage.shell(`${watch} | statusctl --peer "$OTHER" post - --json`, { env: { OTHER: relay.enode } });
    await stage.run(["post", "over", "--chat", "bridge"]);
    expect(postedBy(await bridge.ended).posts).toMatchObject([{ state: "sent", peer: relay.nodeId }]);
    await relay.process.stop();
  });
});

describe.concurrent("a refusal", () => {
  it("by too little work is told at once, and is no lack of peers", async () => {
    const relay = await stage.relay("--min-pow", "50");
    const ran = await stage.run(["post", "cheap", "--chat", "post", "--timeout", "30s", "--json"], {
      peers: [relay.enode],
    });
    expect(ran.code).toBe(5);
    expect(postedBy(ran).posts).toMatchObject([{ state: "rejected", peer: relay.nodeId, written: 0 }]);
    expect(postedBy(ran).posts[0]?.reason).toContain("proof of work of 50");
    await stage.profiles("cheap");
    const words = ["--profile", "cheap", "send", "cheap", "--chat", "cheap", "--timeout", "30s", "--json"];
    const sent = await stage.run(words, { peers: [relay.enode] });
    expect(sent.code).toBe(5);
    expect(resultOf(sent).messages).toMatchObject([{ state: "rejected", peer: relay.nodeId }]);
    // It waits for a relay that asks for less.
    await stage.profiles("listener");
    const watch = ["--profile", "listener", "watch", "--chat", "cheap", "--count", "2", "--timeout", "30s", "--ndjson"];
    const heard = stage.run(watch);
    await stage.run(["--profile", "cheap", "send", "more", "--chat", "cheap"]);
    expect(textsOf(recordsOf(await heard)).toSorted()).toEqual(["cheap", "more"]);
    await relay.process.stop();
  });

  it("by our own pool needs no network at all", async () => {
    const weak = ["post", "x", "--chat", "post", "--ttl", "86400", "--pow", "0", "--json"];
    const ran = await stage.run(weak, { peers: [strangerAt(await deafPort())] });
    expect(ran.code).toBe(5);
    const reason = expect.stringContaining("proof of work");
    expect(postedBy(ran).posts).toMatchObject([{ state: "refused", written: 0, reason }]);
  });

  it("by a peer is told in its words, without its control characters", async () => {
    const node = await oddNode(refusing("no\u001b[31m thanks\u0007\nreally"));
    const json = await stage.run(["post", "x", "--chat", "post", "--json"], { peers: [node.enode] });
    const text = await stage.run(["post", "x", "--chat", "post"], { peers: [node.enode] });
    await stage.profiles("unloved");
    const words = ["--profile", "unloved", "send", "x", "--chat", "post"];
    const sent = await stage.run(words, { peers: [node.enode] });
    await node.close();
    expect(postedBy(json).posts).toMatchObject([{ state: "rejected", reason: "no\u001b[31m thanks\u0007\nreally" }]);
    for (const { code, stdout } of [text, sent]) {
      expect(code).toBe(5);
      expect(stdout).toMatch(/^rejected .*no\\x1b\[31m thanks\\x07 really/);
      expect(stdout.split("\n")).toHaveLength(2);
    }
  });

  it("of all that is left: nobody is there", async () => {
    const ran = await stage.run(["post", "x", "--chat", "post", "--timeout", "700ms", "--json"], {
      peers: [strangerAt(await deafPort())],
    });
    const error = errorOf(ran);
    expect(error).toMatchObject({ code: "E_PEER_UNREACHABLE", exit: 3 });
    expect(error.hint).toContain("ECONNREFUSED");
  });
});

describe.concurrent("what cannot be posted", () => {
  it.each([
    [["post", "x"], "", 2],
    [["post", "--chat", "a"], "", 2],
    [["post", "x", "--chat", "a", "--to", "0x01"], "", 2],
    [["post", "x", "--sym-key-file", "/no/such/file", "--topic", "0x01020304"], "", 2],
    [["post", "x", "--chat", "a", "--topic", "0x01"], "", 2],
    [["post", "0xzz", "--hex", "--chat", "a"], "", 2],
    [["post", "x", "--chat", "a", "--pow", "much"], "", 2],
    [["post", "x", "--to", "0x04"], "", 2],
    [["post", "-"], "", 2],
    [["post", "-"], "this is no envelope\n", 2],
    [["post", "x", "--chat", "a", "--sign", "--profile", "nobody"], "", 7],
    [["post", "x", "--chat", "a", "--pow", "1e9", "--pow-time", "100ms"], "", 4],
  ])("%j with %j on stdin ends with one JSON value", async (args, stdin, code) => {
    expect(errorOf(await stage.run([...args, "--json"], { stdin }))).toMatchObject({ exit: code });
  });
});
