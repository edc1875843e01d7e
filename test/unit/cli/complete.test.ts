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
const values: ValueSource = (kind) => [{ word: `some-${kind}`, about: "" }];
const complete = (...words: string[]) => candidatesFor(words, manifest, values).map(({ word }) => word);

describe("completion", () => {
  test("of commands, word by word", () => {
    expect(complete("")).toEqual(["fleet", "completion", "send"]);
    expect(complete("f")).toEqual(["fleet"]);
    expect(complete("fleet", "")).toEqual(["list", "show"]);
    expect(complete("fleet", "s")).toEqual(["show"]);
  });

  test("of flags, once each unless they repeat", () => {
    expect(complete("send", "--c")).toEqual(["--chat", "--count"]);
    expect(complete("send", "--count", "1", "--chat", "x", "--c")).toEqual(["--chat"]);
  });

  test("of values, by the flag or the argument", () => {
    expect(complete("send", "--profile", "")).toEqual(["some-profiles"]);
    expect(complete("send", "--wait", "s")).toEqual(["sent"]);
    expect(complete("send", "--mnemonic-file", "")).toEqual([":files"]);
    expect(complete("send", "--count", "")).toEqual([]);
    expect(complete("fleet", "show", "")).toEqual(["some-fleets"]);
    expect(complete("completion", "z")).toEqual(["zsh"]);
  });

  test("with global flags before the command", () => {
    expect(complete("--profile", "bob", "fleet", "show", "some-f")).toEqual(["some-fleets"]);
    expect(complete("--pro")).toEqual(["--profile"]);
  });

  test("past the last argument there is nothing", () => {
    expect(complete("fleet", "show", "eth.prod", "")).toEqual([]);
    expect(complete("nonsense", "")).toEqual([]);
  });
});
