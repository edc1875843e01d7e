/** One of several that fails: the results of the others are told, and the exit code says that something is missing. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorOf, resultOf } from "../support/cli.ts";
import { Stage } from "../support/network.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.withRelay();
});
afterAll(() => stage.close());

describe.concurrent("send", () => {
  it("keeps what was sent before the input broke", async () => {
    await stage.profiles("broken-input");
    const file = stage.file("broken-lines", `a\nb\n${"x".repeat(9 * 2 ** 20)}\n`);
    const words = ["--profile", "broken-input", "send", "--lines", "--file", file, "--chat", "c", "--json"];
    const ran = await stage.run(words);
    expect(ran.code).toBe(8);
    expect(resultOf(ran)).toMatchObject({ sent: 2, total: 2, failures: [{ number: null, code: "E_USAGE" }] });
  });

  it("without a chat is a matter of usage, said once", async () => {
    await stage.profiles("nowhere");
    const ran = await stage.run(["--profile", "nowhere", "send", "hello"]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("E_USAGE");
    expect(ran.stderr).not.toContain("    at ");
  });
});

describe.concurrent("connect", () => {
  it("keeps the nodes that were reached when another name is none", async () => {
    const ran = await stage.run(["connect", "nonsense", stage.shared.enode, "--json"]);
    expect(ran.code).toBe(8);
    expect(resultOf(ran)).toMatchObject({
      nodes: [{ ok: true }],
      failures: [{ name: "nonsense", code: "E_NOT_FOUND" }],
      reached: 1,
      total: 2,
    });
  });

  it("fails as its only name does, while more could still come", async () => {
    const ran = stage.shell("(echo nonsense; sleep 2) | statusctl connect - --parallel 2 --json");
    expect(errorOf(await ran.ended)).toMatchObject({ code: "E_NOT_FOUND", exit: 2 });
  });

  it("with no node in its input is a matter of usage", async () => {
    const ran = await stage.run(["connect", "-", "--json"], { stdin: "\n\n" });
    expect(errorOf(ran)).toMatchObject({ code: "E_USAGE", exit: 2 });
  });
});
