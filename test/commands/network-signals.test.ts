/** SIGINT and SIGTERM: the first ends a command in order, the second at once. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorOf, type Ran, recordsOf, resultOf } from "../support/cli.ts";
import { deafPort, held, type Running, Stage, strangerAt, textsOf } from "../support/network.ts";

let stage: Stage;
let deaf: string;
beforeAll(async () => {
  stage = await Stage.withRelay();
  deaf = strangerAt(await deafPort());
});
afterAll(() => stage.close());

const SIGNALS = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const;

/** The profile is nobody's, and works. */
async function expectIntact(name: string, directory: string): Promise<void> {
  expect(existsSync(join(directory, "lock"))).toBe(false);
  const ran = await stage.run(["--profile", name, "send", "still here", "--chat", "after", "--json"]);
  expect(resultOf(ran)).toMatchObject({ sent: 1 });
}

async function expectEnd(running: Running, signal: NodeJS.Signals, code: number): Promise<Ran> {
  const ran = await running.stop(signal);
  expect(ran).toMatchObject({ code, signal: null });
  expect(recordsOf(ran).at(-1)).toMatchObject({ type: "end", reason: "signal" });
  return ran;
}

describe.concurrent.each(SIGNALS)("%s", (signal, code) => {
  it("ends watch, which leaves the profile as it should be", async () => {
    const directory = await stage.profile(`watcher-${code}`);
    const words = ["--profile", `watcher-${code}`, "watch", "--chat", `w${code}`, "--ndjson"];
    const watch = stage.start(words);
    await stage.profiles(`sender-${code}`);
    await stage.run(["--profile", `sender-${code}`, "send", "one", "--chat", `w${code}`]);
    await watch.says(/"text":"one"/);
    expect(textsOf(recordsOf(await expectEnd(watch, signal, code)))).toEqual(["one"]);
    await expectIntact(`watcher-${code}`, directory);
  });

  it("ends watch --raw with its one value", async () => {
    const watch = stage.start(["watch", "--raw", "--full", "--json", "--exec", "echo seen"]);
    await stage.run(["post", `raw ${code}`, "--chat", `raw${code}`]);
    await watch.says(/seen/);
    const ran = await watch.stop(signal);
    expect(ran.code).toBe(code);
    expect(resultOf(ran)).toMatchObject({ reason: "signal" });
  });

  it("ends serve, which says goodbye to its peers", async () => {
    const relay = await stage.relay();
    const guest = stage.start(["connect", relay.enode, "--hold", "30s"]);
    await guest.says(/whisper \d+ ms/);
    const ran = await expectEnd(relay.process, signal, code);
    expect(recordsOf(ran).at(-1)).toMatchObject({ counts: { peers: 1 } });
    expect((await guest.ended).stdout).toMatch(/failed at hold, by the other side: .*\(disconnect 0x08\)/);
  });

  it("ends devnet, which tells what its relays took", async () => {
    const devnet = stage.start(["devnet", "--relays", "2"]);
    await devnet.says(/export STATUSCTL_PEERS='[^']+'\n/);
    const ran = await devnet.stop(signal);
    expect(ran.code).toBe(code);
    expect(ran.stdout).toMatch(/^# relay1 took 0 envelopes$/m);
  });

  it("ends send that nobody takes; the message waits in the outbox", async () => {
    const name = `lonely-${code}`;
    const directory = await stage.profile(name);
    const words = ["--profile", name, "send", "later", "--chat", `l${code}`, "--timeout", "30s"];
    const send = stage.start(words, { peers: [deaf] });
    await held(directory);
    await pause(1000);
    const ran = await send.stop(signal);
    expect(ran.code).toBe(code);
    expect(ran.stdout).toMatch(/^(queued|posted) 0x[0-9a-f]{64} to #l\d+\n$/);
    await stage.profile(`${name}-ear`);
    const watch = ["--profile", `${name}-ear`, "watch", "--chat", `l${code}`, "--count", "1", "--timeout", "30s"];
    const [heard] = await Promise.all([stage.run([...watch, "--ndjson"]), expectIntact(name, directory)]);
    expect(textsOf(recordsOf(heard))).toEqual(["later"]);
  });

  it("ends the wait for input, and nothing half-read is sent", async () => {
    const name = `reader-${code}`;
    const directory = await stage.profile(name);
    const send = stage.start(["--profile", name, "send", "-", "--chat", "half", "--json"], { stdin: "open" });
    send.write("half a mess");
    await held(directory);
    const ran = await send.stop(signal);
    expect(errorOf(ran)).toMatchObject({ code: "E_INTERRUPTED", exit: code });
    expect(ran.code).toBe(code);
    await expectIntact(name, directory);
  });

  it("ends send --lines, which tells what it has sent", async () => {
    const name = `liner-${code}`;
    await stage.profile(name);
    const words = ["--profile", name, "send", "--lines", "--chat", `lines${code}`, "--json"];
    const watch = ["watch", "--raw", "--chat", `lines${code}`, "--count", "1", "--timeout", "30s"];
    const send = stage.start(words, { stdin: "open" });
    send.write("one line\n");
    expect((await stage.run(watch)).code).toBe(0);
    await pause(300);
    const ran = await send.stop(signal);
    expect(ran.code).toBe(code);
    expect(resultOf(ran)).toMatchObject({ total: 1, messages: [{ state: "sent" }] });
  });
});

describe.concurrent("a second signal", () => {
  it("ends a command that cannot end yet", async () => {
    await stage.profiles("busy");
    const hook = "echo busy; exec sleep 5 >/dev/null 2>&1";
    const watch = stage.start(["watch", "--raw", "--full", "--exec", hook]);
    await stage.run(["--profile", "busy", "send", "x", "--chat", "busy"]);
    await watch.says(/busy/);
    watch.signal("SIGINT");
    await watch.says(/once more to stop at once/);
    expect(watch.isOver).toBe(false);
    const ran = await watch.stop("SIGTERM");
    expect(ran).toMatchObject({ code: 143, signal: null });
  });

  it("is not needed when work of others is under way", async () => {
    await stage.profiles("shared");
    const watch = stage.start(["--profile", "shared", "watch", "--chat", "s"], { peers: [deaf] });
    await watch.says(/ECONNREFUSED/);
    const send = stage.start(["--profile", "shared", "send", "handed", "--chat", "s", "--timeout", "20s", "--json"]);
    await pause(1500);
    const started = Date.now();
    expect((await watch.stop("SIGINT")).code).toBe(130);
    expect(Date.now() - started).toBeLessThan(10_000);
    // Whoever asked goes on with it, by its own peers.
    expect(resultOf(await send.ended)).toMatchObject({ sent: 1, messages: [{ known: false }] });
  });
});

it("commands without a wait die by the signal", async () => {
  const ran = stage.start(["envelope", "decode", "-", "--json"], { stdin: "open" });
  await pause(700);
  const { code, signal } = await ran.stop("SIGINT");
  expect(code === 130 || signal === "SIGINT").toBe(true);
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
