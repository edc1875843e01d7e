/** The commands that look things up: schemas, codes, fleets, settings, completion, health. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { errorOf, jsonOf, ROOT, resultOf, type Sandbox, sandbox } from "../support/cli.ts";

let box: Sandbox;
beforeAll(() => {
  box = sandbox();
});
afterAll(() => box.remove());

const run = (...args: string[]) => box.run([...args, "--json"]);

describe("schemas", () => {
  test("each stands alone once it is shown", async () => {
    const { schemas } = resultOf<{ schemas: { name: string; title: string }[] }>(await run("schema", "list"));
    expect(schemas.length).toBeGreaterThan(20);
    for (const name of ["success/1", "whoami/1", "fleet-show"]) {
      const { definition } = resultOf<{ definition: object }>(await run("schema", "show", name));
      expect(new Ajv2020({ strict: false }).compile(definition)).toBeTypeOf("function");
    }
  });

  test("a mistyped name gets a suggestion", async () => {
    expect(errorOf(await run("schema", "show", "whoam/1"))).toMatchObject({
      code: "E_NOT_FOUND",
      hint: "Did you mean whoami/1?",
    });
  });

  test("as text a schema is itself JSON", async () => {
    expect(JSON.parse((await box.run(["schema", "show", "success/1"])).stdout)).toMatchObject({ type: "object" });
  });
});

describe("explain", () => {
  test("finds a number in every kind, and a name in any spelling", async () => {
    const { explanations } = resultOf<{ explanations: { subject: string; name: string }[] }>(await run("explain", "4"));
    expect(explanations.map(({ subject, name }) => `${subject} ${name}`)).toEqual([
      "exit TIMEOUT",
      "disconnect tooManyPeers",
    ]);
    expect(resultOf(await run("explain", "E_LOCKED"))).toMatchObject({
      explanations: [{ subject: "error", number: 7 }],
    });
    expect(resultOf(await run("explain", "packet", "126"))).toMatchObject({ explanations: [{ name: "p2pRequest" }] });
  });

  test("says what was meant when nothing is known", async () => {
    expect(errorOf(await run("explain", "E_LOKED"))).toMatchObject({
      code: "E_NOT_FOUND",
      hint: "Did you mean E_LOCKED?",
    });
  });
});

describe("fleets and the cheat sheet", () => {
  test("a fleet's nodes are all read", async () => {
    const { mailservers } = resultOf<{ mailservers: string[] }>(await run("fleet", "show", "eth.prod"));
    const { nodes } = resultOf<{ nodes: { tcpPort: number }[] }>(await run("enode", "decode", ...mailservers));
    expect(nodes.map(({ tcpPort }) => tcpPort)).toEqual(mailservers.map(() => 443));
  });

  test("without a name it is the fleet in use", async () => {
    const ran = await box.run(["fleet", "show", "--json"], { env: { STATUSCTL_FLEET: "eth.test" } });
    expect(resultOf(ran)).toMatchObject({ name: "eth.test" });
    expect(errorOf(await run("fleet", "show", "eth.tset")).hint).toBe("Did you mean eth.test?");
  });

  test("every command of the cheat sheet exists", async () => {
    const { sections } = resultOf<{ sections: { lines: { command: string }[] }[] }>(await run("cheat"));
    const known = resultOf<{ commands: { command: string }[] }>(await run("help")).commands.map(
      ({ command }) => command,
    );
    const used = sections.flatMap(({ lines }) =>
      lines.map(({ command }) => /statusctl ([a-z -]+)/.exec(command)?.[1] ?? ""),
    );
    const later = ["mailserver-request", "ratchet-inspect", "discover", "check"]; // of the contract, not yet in the program
    for (const words of used.filter((use) => use.trim() !== "" && !later.some((word) => use.startsWith(word)))) {
      expect(
        known.some((command) => words.startsWith(command)),
        words,
      ).toBe(true);
    }
  });
});

describe("config show", () => {
  test("tells the origin of each value", async () => {
    mkdirSync(join(box.home, "config/statusctl"), { recursive: true });
    writeFileSync(join(box.home, "config/statusctl/config.json"), JSON.stringify({ timeout: "20s", profile: "alice" }));
    mkdirSync(join(box.home, "data/statusctl/profiles/alice"), { recursive: true });
    writeFileSync(
      join(box.home, "data/statusctl/profiles/alice/config.json"),
      JSON.stringify({ fleet: "eth.staging" }),
    );
    const ran = await box.run(["config", "show", "--json", "--wait-lock", "1s"], { env: { STATUSCTL_PEERS: "home" } });
    const { settings } = resultOf<{ settings: { key: string; value: unknown; origin: string }[] }>(ran);
    const origins = Object.fromEntries(
      settings.map(({ key, value, origin }) => [key, `${origin} ${JSON.stringify(value)}`]),
    );
    expect(origins).toMatchObject({
      profile: 'user "alice"',
      fleet: 'profile "eth.staging"',
      peers: 'environment ["home"]',
      timeoutMs: "user 20000",
      waitLockMs: "flag 1000",
      color: 'default "auto"',
    });
    expect(origins.mailservers).toMatch(/^fleet \["enode:/);
    writeFileSync(join(box.home, "config/statusctl/config.json"), "{}");
  });
});

describe("completion", () => {
  const complete = async (...words: string[]) =>
    (await box.run(["__complete", ...words])).stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.split("\t")[0]);

  test("answers from the manifest and from this machine", async () => {
    expect(await complete("whoa")).toEqual(["whoami"]);
    expect(await complete("fleet", "show", "eth.s")).toEqual(["eth.staging"]);
    expect(await complete("--profile", "al")).toEqual(["alice"]);
    expect(await complete("schema", "show", "whoami")).toEqual(["whoami/1"]);
    expect(await complete("init", "--mnemonic-fi")).toEqual(["--mnemonic-file"]);
    expect(await complete("key", "import", "")).toEqual([":files"]);
  });

  test("knows the names in a profile, but none of an encrypted one", async () => {
    const ID =
      "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
    const pass = join(box.home, "pass.txt");
    writeFileSync(pass, "secret", { mode: 0o600 });
    for (const options of [
      ["--profile", "open"],
      ["--profile", "closed", "--passphrase-file", pass],
    ]) {
      resultOf(await run("init", "--reveal", ...options));
      resultOf(await run("peer", "add", `enode://${ID}@10.0.0.1:1`, "--alias", "home", ...options));
    }
    expect(await complete("--profile", "open", "peer", "remove", "h")).toEqual(["home"]);
    expect(await complete("--profile", "closed", "peer", "remove", "h")).toEqual([]);
    expect(await complete("--profile", "none", "peer", "remove", "")).toEqual([]);
  });

  /** The shells of this machine; a script that its shell cannot load would help nobody. */
  const has = (shell: string): boolean => {
    try {
      execFileSync("sh", ["-c", `command -v ${shell}`]);
      return true;
    } catch {
      return false;
    }
  };
  const shim = (): string => {
    const bin = join(box.home, "bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(
      join(bin, "statusctl"),
      `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, "bin/run.js")}" "$@"\n`,
      { mode: 0o755 },
    );
    return `${bin}:${process.env.PATH}`;
  };
  const inShell = (shell: string, script: string): string =>
    execFileSync(shell, ["-c", script], { env: { PATH: shim(), HOME: box.home, TERM: "dumb" }, encoding: "utf8" });

  test.skipIf(!has("bash"))("loads and completes in bash", () => {
    const script = `eval "$(statusctl completion bash -q)"
      COMP_WORDS=(statusctl fleet show eth.te); COMP_CWORD=3; _statusctl; printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(inShell("bash", script)).toBe("eth.test\n");
  });

  test.skipIf(!has("fish"))("loads and completes in fish", () => {
    const script = "statusctl completion fish -q | source; complete -C 'statusctl fleet show eth.te'";
    expect(inShell("fish", script)).toBe("eth.test\tfleet\n");
  });

  test.skipIf(!has("zsh"))("loads in zsh", () => {
    const script =
      'autoload -U compinit && compinit -D -u && eval "$(statusctl completion zsh -q)" && print $_comps[statusctl]';
    expect(inShell("zsh", script)).toBe("_statusctl\n");
  });

  test("as JSON holds script and installation", async () => {
    for (const shell of ["bash", "zsh", "fish", "powershell"]) {
      expect(resultOf(await run("completion", shell))).toMatchObject({
        shell,
        script: expect.stringContaining("__complete"),
      });
    }
    expect(errorOf(await run("completion", "tcsh")).exit).toBe(2);
  });
});

describe("names of the name service", () => {
  /** An Ethereum node that knows one name and one key. */
  const answers: Record<string, string> = {
    "02571be3": `0x${"00".repeat(12)}${"11".repeat(20)}`,
    "0178b8bf": `0x${"00".repeat(12)}${"22".repeat(20)}`,
    c8690233: `0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8`,
    "3b3b57de": `0x${"00".repeat(32)}`,
  };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const { method, params } = JSON.parse(body);
      const result = method === "eth_chainId" ? "0x1" : answers[params[0].data.slice(2, 10)];
      response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, result }));
    });
  });
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve())));
  afterAll(() => server.close());
  const KEY = "0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

  test("hash as the name service wants them", async () => {
    expect(resultOf(await run("ens", "hash", "foo.eth"))).toMatchObject({
      node: "0xde9b09fd7c5f901e23a3f19fecc54828e9c848539801e86591bd9801b019f84f",
    });
    expect(resultOf(await run("ens", "hash", "jarrad"))).toMatchObject({ name: "jarrad.stateofus.eth" });
  });

  test("resolve to a chat key, which may be the expected one", async () => {
    const found = resultOf(await run("ens", "resolve", "alice", "--eth-rpc", url(), "--expect", KEY));
    expect(found).toMatchObject({ name: "alice.stateofus.eth", record: "key", missing: null, matches: true });
    const other = KEY.replace("0x02", "0x03");
    expect(await box.run(["ens", "resolve", "alice", "--eth-rpc", url(), "--expect", other])).toMatchObject({
      code: 9,
    });
  });

  test("without the record are answered with no", async () => {
    const ran = await run("ens", "resolve", "alice", "--record", "address", "--eth-rpc", url());
    expect(ran.code).toBe(9);
    expect(resultOf(ran)).toMatchObject({ value: null, missing: "record" });
  });

  test("need a node that answers, and go around no proxy", async () => {
    expect(errorOf(await run("ens", "resolve", "alice")).code).toBe("E_USAGE");
    expect(errorOf(await run("ens", "resolve", "alice", "--eth-rpc", "http://127.0.0.1:1")).code).toBe(
      "E_PEER_UNREACHABLE",
    );
    expect(
      errorOf(await run("ens", "resolve", "alice", "--eth-rpc", url(), "--proxy", "socks5://127.0.0.1:1")).code,
    ).toBe("E_REFUSED");
  });
});

describe("doctor", () => {
  test("of a machine without a profile warns, of a damaged one fails with exit code 9", async () => {
    const fresh = await run("doctor", "--profile", "nobody");
    expect(fresh.code).toBe(0);
    expect(resultOf(fresh)).toMatchObject({ healthy: true });
    const folder = join(box.home, "data/statusctl/profiles/broken");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, "journal"), "not a journal", { mode: 0o600 });
    const sick = await run("doctor", "--profile", "broken");
    expect(sick.code).toBe(9);
    const { healthy, checks } = resultOf<{ healthy: boolean; checks: { name: string; status: string }[] }>(sick);
    expect(healthy).toBe(false);
    expect(checks).toContainEqual(expect.objectContaining({ name: "profile", status: "fail" }));
  });

  test("names variables that nothing reads", async () => {
    const ran = await box.run(["doctor", "--json"], { env: { STATUSCTL_FLET: "x" } });
    expect(JSON.stringify(jsonOf(ran))).toContain("Did you mean STATUSCTL_FLEET?");
  });
});
