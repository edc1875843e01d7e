/** What one profile says, another hears: real programs, real TCP. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorsOf, type Ran, recordsOf, resultOf } from "../support/cli.ts";
import { recordsIn, Stage, textsOf } from "../support/network.ts";

interface Sent {
  readonly messageId: string;
  readonly messages: readonly {
    readonly messageId: string;
    readonly state: string;
    readonly envelope: { readonly hash: string } | null;
    readonly peer: string | null;
    readonly known: boolean;
  }[];
}

interface Watched {
  readonly records: readonly { readonly id: string; readonly text: string; readonly envelope: { hash: string } }[];
  readonly reason: string;
}

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.withRelay();
});
afterAll(() => stage.close());

const sentBy = (ran: Ran): Sent => resultOf<Sent>(ran);

describe.concurrent("a message to a public chat", () => {
  it("is heard by who watches, and its sender is told which relay has it", async () => {
    await stage.profiles("alice", "bob");
    const bob = stage.start(["--profile", "bob", "watch", "--chat", "test", "--count", "1", "--timeout", "30s"]);
    await bob.says(/connected with/);
    const sent = sentBy(await stage.shell("echo hi | statusctl --profile alice send --chat test - --json").ended);
    expect(sent.messages).toMatchObject([{ state: "sent", messageId: sent.messageId, peer: stage.shared.nodeId }]);
    expect(sent.messages[0]?.envelope?.hash).toMatch(/^0x[0-9a-f]{64}$/);
    expect(await bob.ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\S+ #test \S+ \S+ \S+ hi\n$/) });
  });

  it("has the same ids on both sides", async () => {
    await stage.profiles("carol", "dave");
    const watch = ["--profile", "dave", "watch", "--chat", "ids", "--count", "1", "--timeout", "30s", "--json"];
    const [heard, said] = await Promise.all([
      stage.run(watch),
      stage.run(["send", "one", "--profile", "carol", "--chat", "ids", "--json"]),
    ]);
    const { records, reason } = resultOf<Watched>(heard);
    const sent = sentBy(said);
    expect(records).toMatchObject([{ id: sent.messageId, text: "one", envelope: sent.messages[0]?.envelope }]);
    expect(reason).toBe("count");
  });

  it("crosses three relays in a row", async () => {
    await stage.profiles("erin", "frank");
    const devnet = stage.start(["devnet", "--relays", "3", "--topology", "line", "--ndjson", "--for", "40s"]);
    await devnet.says(/"type":"environment"/);
    const [first = "", , last = ""] = recordsIn(devnet.stdout).map(({ enode }) => String(enode));
    const watch = ["--profile", "frank", "watch", "--chat", "far", "--count", "1", "--timeout", "30s", "--ndjson"];
    const frank = stage.start(watch, { peers: [last] });
    const sent = sentBy(
      await stage.run(["send", "far", "--profile", "erin", "--chat", "far", "--json"], { peers: [first] }),
    );
    expect(`0x${first.slice(8, 136)}`).toBe(sent.messages[0]?.peer);
    const records = recordsOf(await frank.ended);
    expect(textsOf(records)).toEqual(["far"]);
    expect(await devnet.stop()).toMatchObject({ code: 143 });
  });

  it("is the same behind the other door to the primitives", async () => {
    await stage.profiles("grace", "heidi");
    const env = { STATUSCTL_CRYPTO: "pure" };
    const watch = ["--profile", "heidi", "watch", "--chat", "pure", "--count", "1", "--timeout", "35s", "--ndjson"];
    const [heard, said] = await Promise.all([
      stage.run(watch, { env }),
      stage.run(["send", "pure", "--profile", "grace", "--chat", "pure", "--json"], { env }),
    ]);
    expect(sentBy(said).messages).toMatchObject([{ state: "sent" }]);
    expect(textsOf(recordsOf(heard))).toEqual(["pure"]);
  });

  it("reaches the command of --exec as JSON and in the environment", async () => {
    await stage.profiles("ivan", "judy");
    const hook = 'printf "%s:" "$STATUSCTL_MSG_TEXT"; cat';
    const watch = ["--profile", "judy", "watch", "--chat", "hook", "--count", "1", "--timeout", "30s", "--exec", hook];
    const [heard] = await Promise.all([
      stage.run(watch),
      stage.run(["send", "$(touch litter)", "--profile", "ivan", "--chat", "hook"]),
    ]);
    expect(heard.code).toBe(0);
    const [, record = ""] = /^\$\(touch litter\):(.*)\n$/s.exec(heard.stdout) ?? [];
    expect(JSON.parse(record)).toMatchObject({ text: "$(touch litter)" });
  });

  it("keeps stdout pure JSON while --exec prints", async () => {
    await stage.profiles("kim", "leo");
    const words = ["watch", "--chat", "impure", "--count", "1", "--timeout", "30s", "--exec", "echo noise; false"];
    const [heard] = await Promise.all([
      stage.run(["--profile", "leo", ...words, "--json"]),
      stage.run(["send", "x", "--profile", "kim", "--chat", "impure"]),
    ]);
    expect(resultOf<Watched>(heard).records).toMatchObject([{ text: "x" }]);
    expect(heard.stderr).toContain("noise");
    expect(JSON.parse(heard.stdout).warnings).toMatchObject([{ code: "W_EXEC" }]);
  });
});

describe.concurrent("what strangers write", () => {
  it("cannot reach a terminal raw, but is whole in JSON", async () => {
    await stage.profiles("mallory", "nina");
    const evil = "\u001b]0;owned\u0007\u001b[2Jhi\r\u202eabc\u009b1m\nsecond";
    const args = ["--profile", "nina", "watch", "--chat", "evil", "--count", "1", "--timeout", "30s"];
    const both = Promise.all([
      stage.run([...args, "--color", "never"]),
      stage.run(["send", evil, "--profile", "mallory", "--chat", "evil"]),
    ]);
    const [{ stdout }, { code }] = await both;
    expect(code).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(stdout).toContain("\\x1b]0;owned\\x07");
    expect(stdout).toContain("<U+202E>abc");
    const again = await stage.run(["--profile", "mallory", "send", evil, "--chat", "evil2", "--dry-run", "--json"]);
    expect(resultOf<{ messages: { text: string }[] }>(again).messages).toMatchObject([{ text: evil }]);
  });
});

describe.concurrent("watch --raw", () => {
  it("writes envelopes that `envelope open` reads live", async () => {
    await stage.profiles("olivia");
    const watch = "statusctl watch --raw --ndjson --chat live --count 2 --timeout 30s";
    const opened = stage.shell(`${watch} | statusctl envelope open - --chat live --ndjson`);
    await stage.run(["send", "first", "--profile", "olivia", "--chat", "live"]);
    await opened.says(/"text":"first"/);
    expect(opened.isOver).toBe(false);
    await stage.run(["send", "second", "--profile", "olivia", "--chat", "live"]);
    const { stdout } = await opened.ended;
    expect(stdout).toMatch(/"text":"second"/);
    expect(recordsIn(stdout).at(-1)).toMatchObject({ type: "end", counts: { envelopes: 2, opened: 2 } });
  });

  it("shows all envelopes, or those of the topics named, with the relay they came from", async () => {
    await stage.profiles("peggy");
    const watch = ["watch", "--raw", "--ndjson", "--chat", "rawchat", "--count", "1", "--timeout", "30s", "--stats"];
    const all = stage.start(["watch", "--raw", "--full", "--json", "--count", "2", "--timeout", "30s"]);
    const [ran, sent] = await Promise.all([
      stage.run(watch),
      stage.run(["send", "raw", "--profile", "peggy", "--chat", "rawchat", "--json"]).then(sentBy),
    ]);
    const [envelope, stats, end] = recordsOf(ran);
    expect(envelope).toMatchObject({ type: "envelope", hash: sent.messages[0]?.envelope?.hash, direct: false });
    expect(envelope?.via).toBe(stage.shared.nodeId);
    const { type: _, ts: __, time: ___, via: ____, direct: _____, ...record } = envelope ?? {};
    expect(errorsOf("envelope-record/1", record)).toEqual([]);
    expect(stats).toMatchObject({ type: "stats", envelopes: 1, topics: [{ name: "rawchat", envelopes: 1 }] });
    expect(end).toMatchObject({ type: "end", reason: "count", counts: { records: 1 } });
    expect(resultOf<{ counts: object }>(await all.ended).counts).toEqual({ records: 2 });
  });

  it("keeps envelopes with --dump as they are on the wire", async () => {
    await stage.profiles("rupert");
    const folder = stage.path("dump");
    const watch = ["watch", "--raw", "--chat", "dumped", "--count", "1", "--timeout", "30s", "--dump", folder];
    const [ran] = await Promise.all([
      stage.run([...watch, "--ndjson"]),
      stage.run(["send", "kept", "--profile", "rupert", "--chat", "dumped"]),
    ]);
    const [envelope] = recordsOf(ran);
    const file = `${folder}/${envelope?.hash}.rlp`;
    const opened = await stage.run(["envelope", "open", file, "--chat", "dumped", "--json"]);
    expect(opened.stdout).toContain('"text":"kept"');
  });

  it("ends when its reader has gone and something more comes", async () => {
    await stage.profiles("sybil");
    const script = '(statusctl watch --raw --chat head --for 39s; echo "code $?" >&2) | head -1';
    const piped = stage.shell(script);
    await stage.run(["send", "one", "--profile", "sybil", "--chat", "head"]);
    await piped.says(/bytes {2}ttl/);
    await stage.run(["send", "two", "--profile", "sybil", "--chat", "head"]);
    const { stdout, stderr } = await piped.ended;
    expect(stdout.split("\n")).toHaveLength(2);
    expect(stderr).toContain("code 0");
  });
});

describe.concurrent("input", () => {
  it("is waited for, however slowly it comes", async () => {
    await stage.profiles("trent");
    const slow = "(printf 'slow '; sleep 1; echo text) | statusctl --profile trent send - --chat slow --json";
    const lines =
      "(echo a; sleep 1; echo b; sleep 1; printf c) | statusctl --profile trent send --lines --chat slow --json";
    expect(sentBy(await stage.shell(slow).ended).messages).toMatchObject([{ state: "sent" }]);
    expect(sentBy(await stage.shell(lines).ended).messages).toMatchObject([{}, {}, {}]);
    const history = ["--profile", "trent", "send", "x", "--chat", "slow", "--dry-run", "--json"];
    expect((await stage.run(history)).code).toBe(0);
  });

  it("is sent line by line as it comes, not at its end", async () => {
    await stage.profiles("uma", "victor");
    const watch = ["--profile", "victor", "watch", "--chat", "lines", "--count", "2", "--timeout", "30s", "--ndjson"];
    const victor = stage.start(watch);
    const uma = stage.start(["--profile", "uma", "send", "--lines", "--chat", "lines", "--json"], { stdin: "open" });
    uma.write("first line\n");
    await victor.says(/first line/);
    uma.write("second line\n");
    expect(textsOf(recordsOf(await victor.ended))).toEqual(["first line", "second line"]);
    uma.endInput();
    expect(sentBy(await uma.ended).messages).toHaveLength(2);
  });

  it("that was not asked for is not waited for", async () => {
    await stage.profiles("walter");
    const ran = stage.start(["--profile", "walter", "send", "hello", "--chat", "silent", "--json"], { stdin: "open" });
    expect(sentBy(await ran.ended).messages).toMatchObject([{ state: "sent" }]);
  });

  it("is an error when it holds nothing", async () => {
    await stage.profiles("yves");
    const ran = await stage.run(["--profile", "yves", "send", "--lines", "--chat", "empty", "--json"]);
    expect(ran.code).toBe(2);
    expect(JSON.parse(ran.stdout)).toMatchObject({ ok: false, error: { code: "E_USAGE" } });
  });
});
