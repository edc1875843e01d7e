import { describe, expect, test } from "vitest";
import { candidatesFor, type Manifest, type ValueSource } from "../../../src/cli/complete.ts";

const flag = (type: "boolean" | "option", more: object = {}) => ({ type, summary: "about it", ...more });
const manifest: Manifest = {
  commands: {
    "fleet:list": { summary: "list fleets", flags: { json: flag("boolean"), profile: flag("option") }, args: {} },
    "fleet:show": {
      summary: "show one",
      flags: { json: flag("boolean"), profile: flag("option") },
      args: { fleet: {} },
    },
    completion: { summary: "scripts", flags: {}, args: { shell: { options: ["bash", "zsh"] } } },
    send: {
      summary: "send a message",
      flags: {
        json: flag("boolean"),
        profile: flag("option"),
        chat: flag("option", { multiple: true }),
        wait: flag("option", { options: ["queued", "sent"] }),
        "mnemonic-file": flag("option"),
        count: flag("option"),
      },
      args: { text: {} },
    },
  },
};
const values: ValueSource = async (kind) => [{ word: `some-${kind}`, about: "" }];
const complete = async (...words: string[]) => (await candidatesFor(words, manifest, values)).map(({ word }) => word);

describe("completion", () => {
  test("of commands, word by word", async () => {
    expect(await complete("")).toEqual(["fleet", "completion", "send"]);
    expect(await complete("f")).toEqual(["fleet"]);
    expect(await complete("fleet", "")).toEqual(["list", "show"]);
    expect(await complete("fleet", "s")).toEqual(["show"]);
  });

  test("of flags, once each unless they repeat", async () => {
    expect(await complete("send", "--c")).toEqual(["--chat", "--count"]);
    expect(await complete("send", "--count", "1", "--chat", "x", "--c")).toEqual(["--chat"]);
  });

  test("of values, by the flag or the argument", async () => {
    expect(await complete("send", "--profile", "")).toEqual(["some-profiles"]);
    expect(await complete("send", "--wait", "s")).toEqual(["sent"]);
    expect(await complete("send", "--mnemonic-file", "")).toEqual([":files"]);
    expect(await complete("send", "--count", "")).toEqual([]);
    expect(await complete("fleet", "show", "")).toEqual(["some-fleets"]);
    expect(await complete("completion", "z")).toEqual(["zsh"]);
  });

  test("with global flags before the command", async () => {
    expect(await complete("--profile", "bob", "fleet", "show", "some-f")).toEqual(["some-fleets"]);
    expect(await complete("--pro")).toEqual(["--profile"]);
  });

  test("past the last argument there is nothing", async () => {
    expect(await complete("fleet", "show", "eth.prod", "")).toEqual([]);
    expect(await complete("nonsense", "")).toEqual([]);
  });
});
