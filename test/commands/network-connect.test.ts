/** `connect` against all kinds of nodes: how far it comes, by whose fault it ends, and what is told of it. */
import { readFileSync, statSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorOf, type Ran, recordsOf, resultOf } from "../support/cli.ts";
import { deafPort, Stage, strangerAt } from "../support/network.ts";
import { GARBLED_STATUS, type OddServer, oddNode, oddServer, STATUS, socksProxy } from "../support/odd-nodes.ts";

interface Visit {
  readonly ok: boolean;
  readonly enode: string;
  readonly nodeId: string;
  readonly clientId: string | null;
  readonly capabilities: readonly string[];
  readonly stages: readonly { readonly stage: string; readonly ms: number }[];
  readonly failedAt: string | null;
  readonly fault: string | null;
  readonly reason: string | null;
  readonly disconnect: { readonly code: number; readonly by: string; readonly text: string } | null;
  readonly whisper: { readonly minPow: number; readonly light: boolean; readonly confirmations: boolean } | null;
}

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.withRelay();
});
afterAll(() => stage.close());

const visitsOf = (ran: Ran) => resultOf<{ nodes: Visit[]; reached: number; total: number }>(ran);
const stagesOf = ({ stages }: Visit): string[] => stages.map(({ stage: name }) => name);
const WHOLE_WAY = ["tcp", "auth", "ack", "hello", "capabilities", "whisper"];

/** Visits one node; the report and the exit code. */
async function visit(node: string, ...more: string[]): Promise<Visit & { code: number | null }> {
  const ran = await stage.run(["connect", node, "--json", ...more]);
  const [only] = visitsOf(ran).nodes;
  if (!only) throw new Error("no report");
  return { ...only, code: ran.code };
}

/** Visits a server that lives as long as the visit. */
async function visitOdd(server: OddServer, node: string, ...more: string[]): ReturnType<typeof visit> {
  try {
    return await visit(node, ...more);
  } finally {
    await server.close();
  }
}

describe.concurrent("a relay", () => {
  it("is reached stage by stage, and tells its terms", async () => {
    const { enode, nodeId } = stage.shared;
    const report = await visit(enode);
    expect(report).toMatchObject({ ok: true, code: 0, enode, nodeId, failedAt: null, fault: null, disconnect: null });
    expect(stagesOf(report)).toEqual(WHOLE_WAY);
    expect(report).toMatchObject({ capabilities: ["shh/6"], whisper: { minPow: 0.001, light: false } });
  });

  it("is reached by name, which is resolved first", async () => {
    const report = await visit(stage.shared.enode.replace("127.0.0.1", "localhost"));
    expect(stagesOf(report)).toEqual(["resolve", ...WHOLE_WAY]);
  });

  it("is reached by the alias under which the profile keeps it", async () => {
    await stage.profiles("alias");
    await stage.run(["--profile", "alias", "peer", "add", stage.shared.enode, "--alias", "home"]);
    const ran = await stage.run(["--profile", "alias", "connect", "home", "--json"]);
    expect(visitsOf(ran).nodes).toMatchObject([{ ok: true, nodeId: stage.shared.nodeId }]);
    const unknown = errorOf(await stage.run(["--profile", "alias", "connect", "hom", "--json"]));
    expect(unknown).toMatchObject({ code: "E_NOT_FOUND", hint: "Did you mean home?" });
  });

  it("is held as long as was asked for", async () => {
    const report = await visit(stage.shared.enode, "--hold", "300ms");
    expect(report).toMatchObject({ ok: true, code: 0, failedAt: null, reason: null });
    expect(stagesOf(report)).toEqual([...WHOLE_WAY, "hold"]);
    expect(report.stages.at(-1)?.ms).toBeGreaterThanOrEqual(290);
  });

  it("leaves its frames in the trace", async () => {
    const file = stage.path("trace.ndjson");
    expect((await visit(stage.shared.enode, "--trace", file)).code).toBe(0);
    const frames = readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const seen = frames.map(({ direction, capability, code }) => `${direction} ${capability} ${code}`);
    for (const frame of ["out p2p 0", "in p2p 0", "out shh 0", "in shh 0"]) expect(seen).toContain(frame);
    expect(frames[0]).toMatchObject({ type: "frame", nodeId: stage.shared.nodeId, data: expect.stringMatching(/^0x/) });
  });

  it("that has no place left says so", async () => {
    const relay = await stage.relay("--max-peers", "1");
    const first = stage.start(["connect", relay.enode, "--hold", "30s"]);
    await first.says(/whisper \d+ ms/);
    const report = await visit(relay.enode);
    expect(report).toMatchObject({ ok: false, code: 5, fault: "them", disconnect: { code: 4, by: "them" } });
    expect(["hello", "capabilities", "whisper"]).toContain(report.failedAt);
    expect(await first.stop("SIGINT")).toMatchObject({ code: 130, stdout: expect.stringContaining("reached") });
    await relay.process.stop();
  });

  it("is told to a person in a few lines, with the stages on stderr", async () => {
    const ran = await stage.run(["connect", stage.shared.enode]);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/^client +statusctl\/v\S+$/m);
    expect(ran.stdout).toMatch(/^outcome +reached$/m);
    expect(ran.stderr).toMatch(/whisper \d+ ms/);
  });
});

describe.concurrent("a place", () => {
  it("at which nobody listens refuses", async () => {
    const report = await visit(strangerAt(await deafPort()));
    expect(report).toMatchObject({ ok: false, code: 3, stages: [], failedAt: "tcp", fault: "them" });
    expect(report.reason).toContain("ECONNREFUSED");
  });

  it("whose name does not resolve is not dialled", async () => {
    const report = await visit(strangerAt(1).replace("127.0.0.1", "no-such-host.invalid"), "--timeout", "10s");
    expect(report).toMatchObject({ ok: false, code: 3, stages: [], failedAt: "resolve" });
  });

  it("that hangs up at once ends it after auth", async () => {
    const server = await oddServer((socket) => socket.end());
    const report = await visitOdd(server, strangerAt(server.port));
    expect(report).toMatchObject({ ok: false, code: 3, failedAt: "ack", fault: "them" });
    expect(stagesOf(report)).toEqual(["tcp", "auth"]);
  });

  it("that is silent ends it after auth, when time is up", async () => {
    const server = await oddServer(() => undefined);
    const report = await visitOdd(server, strangerAt(server.port), "--timeout", "700ms");
    expect(report).toMatchObject({ ok: false, code: 3, failedAt: "ack", fault: "them", reason: "no answer in time" });
  });

  it("that talks nonsense ends it after auth", async () => {
    const server = await oddServer((socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n".repeat(100)));
    const report = await visitOdd(server, strangerAt(server.port));
    expect(report).toMatchObject({ ok: false, code: 3, failedAt: "ack", fault: "them", disconnect: null });
  });

  it("where another node lives than was named ends it after auth", async () => {
    const report = await visit(strangerAt(stage.shared.port));
    expect(report).toMatchObject({ ok: false, code: 3, failedAt: "ack", fault: "them" });
  });
});

describe.concurrent("a node of devp2p", () => {
  it("without Whisper says who it is, and that we have nothing to talk about", async () => {
    const node = await oddNode({ clientId: "Geth/v1.9.9", capabilities: [{ name: "eth", version: 63, length: 17 }] });
    const report = await visitOdd(node, node.enode);
    expect(report).toMatchObject({ ok: false, clientId: "Geth/v1.9.9", capabilities: ["eth/63"], whisper: null });
    expect(report).toMatchObject({ failedAt: "capabilities", disconnect: { code: 3 } });
    expect(stagesOf(report)).toEqual(["tcp", "auth", "ack", "hello"]);
  });

  it("that says no Status is left alone, with the reason", async () => {
    const node = await oddNode();
    const report = await visitOdd(node, node.enode);
    expect(report).toMatchObject({ ok: false, code: 3, failedAt: "whisper", fault: "them" });
    expect(report.reason).toBe("status: none within 5 seconds");
  });

  it("whose Status cannot be read is told apart", async () => {
    const node = await oddNode({ greeting: [GARBLED_STATUS] });
    const report = await visitOdd(node, node.enode);
    expect(report).toMatchObject({ ok: false, failedAt: "whisper", fault: "them", disconnect: { by: "us", code: 16 } });
    expect(report.reason).toContain("status");
  });

  it("cannot write to the terminal with its name", async () => {
    const node = await oddNode({ clientId: "evil\u001b]0;owned\u0007\n\u202eback\u009b", greeting: [STATUS] });
    const text = await stage.run(["connect", node.enode, "--color", "never"]);
    const list = await stage.run(["connect", node.enode, node.enode]);
    const fields = await stage.run(["connect", node.enode, "--fields", "nodes.clientId"]);
    await node.close();
    for (const { stdout, code } of [text, list, fields]) {
      expect(code).toBe(0);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      expect(stdout).toContain("evil\\x1b]0;owned");
    }
    expect(fields.stdout.split("\n")).toHaveLength(2);
  });
});

describe.concurrent("many nodes", () => {
  it("are visited at once, each told as it comes", async () => {
    const deaf = strangerAt(await deafPort());
    const list = stage.file("nodes.txt", `${stage.shared.enode}\n\n${deaf}\n${stage.shared.enode}\n`);
    const ran = await stage.run(["connect", "--nodes", list, "--parallel", "3", "--ndjson"]);
    expect(ran.code).toBe(8);
    const records = recordsOf(ran);
    expect(records.slice(0, -1).map(({ ok }) => ok)).toEqual(expect.arrayContaining([true, true, false]));
    expect(records.at(-1)).toMatchObject({ type: "end", reason: "complete", counts: { reached: 2, total: 3 } });
  });

  it("come from stdin, one after the other", async () => {
    const connect = stage.start(["connect", "-", "--ndjson"], { stdin: "open" });
    connect.write(`${stage.shared.enode}\n`);
    await connect.says(/"type":"node"/);
    connect.write(`${stage.shared.enode}\n`);
    connect.endInput();
    const ran = await connect.ended;
    expect(ran.code).toBe(0);
    expect(recordsOf(ran)).toHaveLength(3);
  });

  it("stop coming with a signal", async () => {
    const connect = stage.start(["connect", "-", "--ndjson"], { stdin: "open" });
    connect.write(`${stage.shared.enode}\n`);
    await connect.says(/"type":"node"/);
    const ran = await connect.stop("SIGINT");
    expect(ran.code).toBe(130);
    expect(recordsOf(ran).at(-1)).toMatchObject({ type: "end", reason: "signal", counts: { reached: 1 } });
  });

  it("of which none is reached are a failure", async () => {
    const port = await deafPort();
    const ran = await stage.run(["connect", strangerAt(port), strangerAt(port), "--json"]);
    expect(ran.code).toBe(3);
    expect(visitsOf(ran)).toMatchObject({ reached: 0, total: 2 });
  });
});

describe.concurrent("a proxy", () => {
  it("is asked for the name, which is not resolved here", async () => {
    const proxy = await socksProxy();
    const named = stage.shared.enode.replace("127.0.0.1", "relay.invalid");
    const report = await visitOdd(proxy, named, "--proxy", `socks5://127.0.0.1:${proxy.port}`);
    expect(report).toMatchObject({ ok: true, code: 0, nodeId: stage.shared.nodeId });
    expect(stagesOf(report)).toEqual(WHOLE_WAY);
    expect(proxy.asked).toEqual([{ kind: "name", host: "relay.invalid", port: stage.shared.port }]);
  });

  it("that is not there is a failure of this side's choice", async () => {
    const report = await visit(stage.shared.enode, "--proxy", `socks5://127.0.0.1:${await deafPort()}`);
    expect(report).toMatchObject({ ok: false, code: 3, failedAt: "tcp" });
  });

  it("carries messages too", async () => {
    await stage.profiles("proxied");
    const proxy = await socksProxy();
    const peers = [stage.shared.enode.replace("127.0.0.1", "hidden.invalid")];
    const env = { ALL_PROXY: `socks5h://127.0.0.1:${proxy.port}` };
    const ran = await stage.run(["--profile", "proxied", "send", "hi", "--chat", "p", "--json"], { peers, env });
    await proxy.close();
    expect(ran.code).toBe(0);
    expect(proxy.asked).toMatchObject([{ kind: "name", host: "hidden.invalid" }]);
  });
});

describe.concurrent("what cannot be done", () => {
  it.each([
    [["connect"], "E_USAGE"],
    [["connect", "enode://00@127.0.0.1:1"], "E_USAGE"],
    [["connect", "nobody"], "E_NOT_FOUND"],
    [["connect", "--nodes", "/no/such/file"], "E_NOT_FOUND"],
    [["connect", "x", "--hold", "soon"], "E_USAGE"],
  ])("%j is a usage error", async (args, code) => {
    expect(errorOf(await stage.run([...args, "--json"]))).toMatchObject({ exit: 2, code });
  });

  it("a trace that cannot be written ends it before anybody is called", async () => {
    const ran = await stage.run(["connect", stage.shared.enode, "--trace", "/no/such/folder/file", "--json"]);
    expect(errorOf(ran)).toMatchObject({ code: "E_DISK", exit: 7 });
  });
});
