/** Flags of the network commands that no other conversation needs, and what they cannot mean. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorOf, recordsOf, resultOf } from "../support/cli.ts";
import { recordsIn, Stage, textsOf } from "../support/network.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.withRelay();
  await stage.profiles("p");
});
afterAll(() => stage.close());

const WRONG: readonly (readonly string[])[] = [
  ["send"],
  ["send", "x"],
  ["send", "--chat", "c"],
  ["send", "x", "--chat", "c", "--file", "f"],
  ["send", "x", "--chat", "c", "--sticker", "hash"],
  ["send", "--chat", "c", "--content-type", "sticker"],
  ["send", "x", "--chat", "c", "--reply-to", "0x01"],
  ["send", "x", "--chat", "c", "--wait", "acked"],
  ["send", "x", "--chat", ""],
  ["send", "--file", "/no/such/file", "--chat", "c"],
  ["watch", "--chat", "c", "--for", "soon"],
  ["watch", "--chat", "c", "--count", "0"],
  ["watch", "--topic", "0x01020304"],
  ["watch", "--raw", "--topic", "0x0102"],
  ["watch", "--chat", "c", "--json", "--ndjson"],
  ["serve", "--listen", "nowhere"],
  ["serve", "--rate-limit", "1,2"],
  ["serve", "--rate-limit", "1,2,many"],
  ["serve", "--min-pow", "-1"],
  ["serve", "--max-pool", "much"],
  ["serve", "--for", "ever"],
  ["serve", "--peer", "nobody"],
  ["serve", "--trusted", "nobody"],
  ["serve", "--node-key-file", "/no/such/file"],
  ["devnet", "--loss", "2"],
  ["devnet", "--latency", "much"],
  ["devnet", "--topology", "star"],
  ["devnet", "--relays", "0"],
  ["demo", "--relays", "17"],
];

describe.concurrent("usage errors", () => {
  it.each(WRONG.map((words) => [words] as const))("%j", async (words) => {
    const more = words.includes("--json") ? [] : ["--json"];
    const ran = await stage.run(["--profile", "p", ...words, ...more]);
    if (words.includes("--ndjson")) expect(ran.code).toBe(2);
    else expect(errorOf(ran)).toMatchObject({ exit: 2 });
  });
});

describe.concurrent("send", () => {
  it("says the same to several chats, each with a message of its own", async () => {
    await stage.profiles("several");
    const words = ["--profile", "several", "send", "x", "--chat", "one", "--chat", "two", "--chat", "one", "--json"];
    const { messages } = resultOf<{ messages: { chat: { id: string }; messageId: string }[] }>(await stage.run(words));
    expect(messages.map(({ chat }) => chat.id)).toEqual(["one", "two"]);
    expect(new Set(messages.map(({ messageId }) => messageId)).size).toBe(2);
  });

  it("answers a message, with a sticker, a status or an emoji", async () => {
    await stage.profiles("kinds", "kinds-ear");
    const watch = [
      "--profile",
      "kinds-ear",
      "watch",
      "--chat",
      "kinds",
      "--count",
      "4",
      "--timeout",
      "35s",
      "--ndjson",
    ];
    const heard = stage.run(watch);
    const send = async (...words: string[]): Promise<string> => {
      const ran = await stage.run(["--profile", "kinds", "send", ...words, "--chat", "kinds", "--json"]);
      return resultOf<{ messageId: string }>(ran).messageId;
    };
    const first = await send("first");
    await send("yes", "--reply-to", first);
    await send("--sticker", "e30101701220:3");
    await send("👍", "--content-type", "emoji");
    const records = recordsOf(await heard).filter(({ type }) => type === "message");
    const byClock = records.toSorted((a, b) => Number(a.clock) - Number(b.clock));
    expect(byClock).toMatchObject([
      { text: "first", contentType: "text", replyTo: null },
      { text: "yes", replyTo: first },
      { contentType: "sticker", sticker: { hash: "e30101701220", pack: 3 } },
      { text: "👍", contentType: "emoji" },
    ]);
  });
});

describe.concurrent("watch", () => {
  it("--from shows one author", async () => {
    await stage.profiles("this", "that", "from-ear");
    const { publicKey } = resultOf<{ publicKey: string }>(await stage.run(["--profile", "this", "whoami", "--json"]));
    const words = ["watch", "--chat", "from", "--from", publicKey, "--count", "2", "--timeout", "35s", "--ndjson"];
    const heard = stage.run(["--profile", "from-ear", ...words]);
    for (const [who, text] of [
      ["this", "mine"],
      ["that", "not mine"],
      ["this", "mine again"],
    ] as const) {
      await stage.run(["--profile", who, "send", text, "--chat", "from"]);
    }
    expect(textsOf(recordsOf(await heard))).toEqual(["mine", "mine again"]);
  });

  it("shows what comes in chats that were joined before, without --chat", async () => {
    await stage.profiles("joined", "joined-friend");
    await stage.run(["--profile", "joined", "watch", "--chat", "old", "--for", "500ms"]);
    const heard = stage.run(["--profile", "joined", "watch", "--count", "1", "--timeout", "35s", "--ndjson"]);
    await stage.run(["--profile", "joined-friend", "send", "still here?", "--chat", "old"]);
    expect(textsOf(recordsOf(await heard))).toEqual(["still here?"]);
  });

  it("goes on when its relay comes back", async () => {
    await stage.profiles("patient", "patient-friend");
    const key = stage.file("node-key", "11".repeat(32));
    const relay = await stage.relay("--node-key-file", key);
    const words = ["--profile", "patient", "watch", "--chat", "back", "--count", "1", "--timeout", "38s"];
    const watch = stage.start(words, { peers: [relay.enode] });
    await watch.says(/connected with/);
    await relay.process.stop("SIGKILL");
    const again = ["serve", "--listen", `127.0.0.1:${relay.port}`, "--node-key-file", key, "--ndjson", "--for", "40s"];
    const back = stage.start(again, { peers: [] });
    await back.says(/"type":"listening"/);
    await stage.run(["--profile", "patient-friend", "send", "back", "--chat", "back"], { peers: [relay.enode] });
    expect(await watch.ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/ back\n$/) });
    await back.stop();
  });
});

describe.concurrent("serve", () => {
  it("keeps the key of its profile, and joins other relays by their alias", async () => {
    await stage.profiles("relay");
    await stage.run(["--profile", "relay", "peer", "add", stage.shared.enode, "--alias", "first"]);
    const words = [
      "--profile",
      "relay",
      "serve",
      "--listen",
      "127.0.0.1:0",
      "--peer",
      "first",
      "--ndjson",
      "--for",
      "38s",
    ];
    const relay = stage.start(words);
    const [, enode = ""] = await relay.says(/"enode":"([^"]+)"/);
    const { nodeId } = resultOf<{ nodeId: string }>(await stage.run(["--profile", "relay", "whoami", "--json"]));
    expect(`0x${enode.slice(8, 136)}`).toBe(nodeId);
    const heard = stage.run(["watch", "--raw", "--chat", "joined", "--count", "1", "--timeout", "30s"], {
      peers: [enode],
    });
    await stage.run(["post", "through both", "--chat", "joined"]);
    expect((await heard).code).toBe(0);
    expect((await relay.stop()).code).toBe(143);
  });

  it("tells its terms to those who connect", async () => {
    const relay = await stage.relay("--min-pow", "0.5", "--rate-limit", "100,50,0");
    const ran = await stage.run(["connect", relay.enode, "--json"]);
    expect(resultOf<{ nodes: object[] }>(ran).nodes).toMatchObject([
      { whisper: { minPow: 0.5, rateLimits: { ip: 100, peerId: 50, topic: 0 }, light: false } },
    ]);
    await relay.process.stop();
  });

  it("reports its figures as often as was asked for", async () => {
    const words = ["serve", "--listen", "127.0.0.1:0", "--status-every", "100ms", "--for", "1s"];
    const alone = { peers: [] };
    const [json, text] = await Promise.all([stage.run([...words, "--ndjson"], alone), stage.run(words, alone)]);
    const figures = recordsIn(json.stdout).filter(({ type }) => type === "status");
    expect(figures.length).toBeGreaterThan(1);
    expect(figures[0]).toMatchObject({ peers: 0, envelopes: 0, opened: 0, closed: 0 });
    expect(text.stdout).toMatch(/^enode:\/\/.*\n(up .* 0 peers .*\n)+$/);
  });
});
