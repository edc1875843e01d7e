/** Networks of one process: devnet, demo, and what users run first. */
import { cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ran, ROOT, recordsOf, resultOf } from "../support/cli.ts";
import { recordsIn, Stage } from "../support/network.ts";

let stage: Stage;
beforeAll(() => {
  stage = new Stage();
});
afterAll(() => stage.close());

/** The enodes of a devnet that runs, relay by relay. */
const enodesOf = (stdout: string): string[] =>
  recordsIn(stdout)
    .filter(({ type }) => type === "relay")
    .map(({ enode }) => String(enode));

describe.concurrent("devnet", () => {
  it("prints what a shell needs to use it", async () => {
    const script = [
      "statusctl devnet --relays 2 --for 30s > ../files/env.sh &",
      "for try in $(seq 200); do grep -q export ../files/env.sh && break; sleep 0.1; done",
      ". ../files/env.sh",
      "statusctl post hello --chat devnet --json",
      "statusctl watch --raw --chat devnet --count 1 --timeout 20s --json",
      "kill -TERM $!",
      "wait $!",
      'echo "code $?"',
    ];
    const { stdout, stderr } = await stage.shell(script.join("\n")).ended;
    const [posted = "", watched = "", code] = stdout.split("\n");
    expect(JSON.parse(posted), stderr).toMatchObject({ ok: true, result: { sent: 1 } });
    const { hash } = JSON.parse(posted).result.posts[0].envelope;
    expect(JSON.parse(watched)).toMatchObject({ ok: true, result: { records: [{ hash }] } });
    expect(code).toBe("code 143");
  });

  it.each(["line", "ring", "full"])("joins its relays in a %s, so that all hear of everything", async (topology) => {
    const words = ["devnet", "--relays", "4", "--topology", topology, "--ndjson", "--for", "35s"];
    const devnet = stage.start(words);
    await devnet.says(/"type":"environment"/);
    const enodes = enodesOf(devnet.stdout);
    expect(enodes).toHaveLength(4);
    const [, second = "", third = ""] = enodes;
    const watch = ["watch", "--raw", "--chat", "ring", "--count", "1", "--timeout", "30s", "--ndjson"];
    const [heard] = await Promise.all([
      stage.run(watch, { peers: [third] }),
      stage.run(["post", "x", "--chat", "ring"], { peers: [second] }),
    ]);
    expect(recordsOf(heard)).toHaveLength(2);
    expect(recordsOf(await devnet.stop()).at(-1)).toMatchObject({ type: "end", counts: { relays: 4 } });
  });

  it("has the same keys again with the same seed", async () => {
    const words = ["devnet", "--relays", "2", "--seed", "7", "--for", "200ms", "--json"];
    const [one, other] = await Promise.all([stage.run(words), stage.run(words)]);
    const keysOf = (ran: Ran): string[] =>
      resultOf<{ relays: { enode: string }[] }>(ran).relays.map(({ enode }) => enode.slice(8, 136));
    expect(keysOf(one)).toEqual(keysOf(other));
    expect(new Set(keysOf(one)).size).toBe(2);
  });

  it("carries messages through bad weather", async () => {
    const words = ["devnet", "--relays", "3", "--latency", "60ms", "--loss", "0.9", "--seed", "3", "--ndjson"];
    const devnet = stage.start([...words, "--for", "35s"]);
    await devnet.says(/"type":"environment"/);
    const [first = "", , last = ""] = enodesOf(devnet.stdout);
    const watch = ["watch", "--raw", "--chat", "storm", "--count", "1", "--timeout", "30s", "--ndjson"];
    const [heard] = await Promise.all([
      stage.run(watch, { peers: [last] }),
      stage.run(["post", "x", "--chat", "storm", "--ttl", "60"], { peers: [first] }),
    ]);
    expect(heard.code).toBe(0);
    await devnet.stop();
  });

  it("says which port is taken", async () => {
    const relay = await stage.relay();
    const ran = await stage.run(["devnet", "--port", String(relay.port), "--for", "5s", "--json"]);
    expect(JSON.parse(ran.stdout)).toMatchObject({ ok: false, error: { code: "E_PORT", exit: 3 } });
    expect(ran.code).toBe(3);
    await relay.process.stop();
  });
});

describe.concurrent("demo", () => {
  it("tells the whole story to a program", async () => {
    const ran = await stage.run(["demo", "--relays", "2", "--json"]);
    expect(ran.code).toBe(0);
    const { relays, people, messages } = resultOf<{
      relays: string[];
      people: { name: string; publicKey: string }[];
      messages: { from: string; to: string; heard: { text: string; from: { key: string } }; confirmedBy: string }[];
    }>(ran);
    expect(relays).toHaveLength(2);
    expect(people.map(({ name }) => name)).toEqual(["alice", "bob"]);
    expect(messages.map(({ from, to }) => [from, to])).toEqual([
      ["alice", "bob"],
      ["bob", "alice"],
    ]);
    expect(messages[0]?.heard.from.key).toBe(people[0]?.publicKey);
    expect(messages[0]?.confirmedBy).toBe(`0x${relays[0]?.slice(8, 136)}`);
  });

  it("tells it to a person, and leaves nothing behind", async () => {
    const temporary = stage.path("tmp");
    mkdirSync(temporary);
    const ran = await stage.run(["demo"], { env: { TMPDIR: temporary } });
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/alice to #demo: hello bob/);
    expect(ran.stdout).not.toContain("\u001b");
    expect(readdirSync(temporary)).toEqual([]);
  });

  it("is cleaned up after when it is interrupted", async () => {
    const temporary = stage.path("tmp2");
    mkdirSync(temporary);
    const demo = stage.start(["demo"], { env: { TMPDIR: temporary } });
    await demo.says(/listens on loopback/);
    const { code } = await demo.stop("SIGINT");
    expect([0, 130]).toContain(code);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

it("a fresh copy of the sources builds, shows its demo, and serves as a library", { timeout: 180_000 }, async () => {
  const copy = stage.path("copy");
  const isSource = (path: string): boolean => !/^(dist|node_modules|\.git|coverage)/.test(path.slice(ROOT.length));
  cpSync(ROOT, copy, { recursive: true, filter: isSource });
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  const demo = stage.shell(`cd ${copy} && npm run --silent demo -- --json`, { limitMs: 150_000 });
  const ran = await demo.ended;
  expect(ran.code, ran.stderr).toBe(0);
  expect(JSON.parse(ran.stdout)).toMatchObject({ ok: true, command: "demo" });
  const example = await stage.shell(`cd ${copy} && node examples/whisper-over-tcp.mjs`).ended;
  expect(example).toMatchObject({ code: 0, stdout: "sent: hello from the core\n" });
});
