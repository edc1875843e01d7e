import { describe, expect, test } from "vitest";
import { edits, nearest } from "../../../src/cli/nearest.ts";
import { moveLeadingFlags, type RouteTable, routeOf } from "../../../src/cli/route.ts";

const ids = ["fleet:list", "fleet:show", "key:sign", "send", "watch", "whoami"];
const table: RouteTable = {
  has: (id) => ids.includes(id),
  ids: () => ids,
  valueFlags: new Set(["--profile", "--peer"]),
};
const route = (...argv: string[]) => routeOf(argv, table);

describe("which command", () => {
  test("the longest run of words that is one", () => {
    expect(route("key", "sign", "text")).toEqual({ type: "run", id: "key:sign", argv: ["text"] });
    expect(route("send", "watch")).toEqual({ type: "run", id: "send", argv: ["watch"] });
  });

  test("global flags before it move behind its words, values along", () => {
    expect(route("--json", "--profile", "bob", "send", "hi", "--to", "x")).toEqual({
      type: "run",
      id: "send",
      argv: ["hi", "--json", "--profile", "bob", "--to", "x"],
    });
    expect(route("--profile=bob", "-v", "whoami")).toEqual({
      type: "run",
      id: "whoami",
      argv: ["--profile=bob", "-v"],
    });
  });

  test("what stands after -- is never touched", () => {
    expect(route("--json", "send", "--", "--help")).toEqual({
      type: "run",
      id: "send",
      argv: ["--json", "--", "--help"],
    });
    expect(moveLeadingFlags(["--", "send"], table.valueFlags)).toEqual(["--", "send"]);
  });

  test("a hyphen alone is an argument: stdin", () => {
    expect(route("--json", "send", "-")).toEqual({ type: "run", id: "send", argv: ["--json", "-"] });
  });
});

describe("help", () => {
  test("of nothing, a group, a command", () => {
    expect(route()).toEqual({ type: "help", words: [] });
    expect(route("--help")).toEqual({ type: "help", words: [] });
    expect(route("help", "key")).toEqual({ type: "help", words: ["key"] });
    expect(route("fleet", "-h")).toEqual({ type: "help", words: ["fleet"] });
    expect(route("key", "sign", "text", "--help")).toEqual({ type: "help", words: ["key", "sign"] });
  });
});

describe("what is no command", () => {
  test("a group alone lacks a word, flags alone lack all", () => {
    expect(route("fleet", "--json")).toEqual({ type: "incomplete", words: ["fleet"] });
    expect(route("--json")).toEqual({ type: "incomplete", words: [] });
    expect(route("--profile", "bob")).toEqual({ type: "incomplete", words: [] });
  });

  test.each([
    [["sned", "hi"], "send"],
    [["fleet", "lst"], "fleet list"],
    [["flete", "list"], "fleet list"],
    [["key", "sing"], "key sign"],
    [["quux"], undefined],
  ])("%j suggests %s", (argv, suggestion) => {
    expect(routeOf(argv, table)).toEqual({ type: "unknown", words: argv, suggestion });
  });
});

describe("the nearest word", () => {
  test("edits are insertions, deletions, replacements and swaps", () => {
    expect([edits("", "abc"), edits("abc", ""), edits("abc", "abd"), edits("abc", "acb"), edits("abc", "abc")]).toEqual(
      [3, 3, 1, 1, 0],
    );
  });

  test("a guess is not made when too much differs", () => {
    expect(nearest("watc", ["watch", "send"])).toBe("watch");
    expect(nearest("zzzz", ["watch", "send"])).toBeUndefined();
  });
});
