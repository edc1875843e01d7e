import { Chalk } from "chalk";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { colourLevel } from "../../../src/cli/colour.ts";
import { qrLines, showsUnicode } from "../../../src/cli/qr.ts";
import { factLines, tableLines } from "../../../src/cli/table.ts";
import { plainLine, plainText } from "../../../src/cli/terminal-text.ts";

describe("remote text", () => {
  test.each([
    ["\u001b[2Jgone", "\\x1b[2Jgone"],
    ["\u001b]0;title\u0007", "\\x1b]0;title\\x07"],
    ["\u009b31m", "\\x9b31m"],
    ["safe\r\u0008", "safe\\x0d\\x08"],
    ["user\u202egnp.exe", "user<U+202E>gnp.exe"],
    ["a\u2066b\u2069", "a<U+2066>b<U+2069>"],
    ["tab\tand\nline", "tab\tand\nline"],
    ["żółw 🐢", "żółw 🐢"],
  ])("%j becomes %j", (text, plain) => expect(plainText(text)).toBe(plain));

  test("of any kind holds nothing that moves a terminal", () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    const moves = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void expect(plainText(text)).not.toMatch(moves)));
  });

  test("fits one line where one is wanted", () => expect(plainLine("a\n\tb")).toBe("a b"));
});

describe("colours", () => {
  const level = (mode: "auto" | "always" | "never", isTerminal: boolean, env: Record<string, string> = {}) =>
    colourLevel({ mode, isTerminal, env });

  test("only on a terminal that can show them", () => {
    expect(level("auto", true, { TERM: "xterm-256color" })).toBe(2);
    expect(level("auto", true, { COLORTERM: "truecolor" })).toBe(3);
    expect(level("auto", true, { TERM: "dumb" })).toBe(0);
    expect(level("auto", false, { TERM: "xterm-256color" })).toBe(0);
  });

  test("NO_COLOR with any text turns them off, FORCE_COLOR on, and the flag beats both", () => {
    expect(level("auto", true, { NO_COLOR: "1" })).toBe(0);
    expect(level("auto", true, { NO_COLOR: "" })).toBe(1);
    expect(level("auto", false, { FORCE_COLOR: "1" })).toBe(1);
    expect(level("auto", false, { FORCE_COLOR: "3" })).toBe(3);
    expect(level("auto", true, { FORCE_COLOR: "0" })).toBe(0);
    expect(level("auto", false, { CLICOLOR_FORCE: "1" })).toBe(1);
    expect(level("always", false, { NO_COLOR: "1" })).toBe(1);
    expect(level("never", true, { FORCE_COLOR: "1" })).toBe(0);
  });
});

describe("tables", () => {
  const columns = [
    { title: "NAME", cell: ({ name }: { name: string; size: number }) => name },
    { title: "SIZE", align: "right" as const, cell: ({ size }: { name: string; size: number }) => String(size) },
  ];

  test("align their columns, numbers to the right", async () => {
    expect(
      await tableLines(columns, [
        { name: "a", size: 5 },
        { name: "long", size: 12345 },
      ]),
    ).toEqual(["NAME   SIZE", "a         5", "long  12345"]);
  });

  test("measure wide characters, and colours not at all", async () => {
    const [, wide, narrow] = await tableLines(columns, [
      { name: "日本", size: 1 },
      { name: "\u001b[31mab\u001b[0m", size: 1 },
    ]);
    expect(wide).toBe("日本     1");
    expect(narrow).toBe("\u001b[31mab\u001b[0m       1");
  });

  test("facts stand in two columns", () => {
    expect(
      factLines([
        ["a", "1"],
        ["long", ""],
      ]),
    ).toEqual(["a     1", "long"]);
  });
});

describe("the QR code", () => {
  const plain = new Chalk({ level: 0 });

  test("is a square of blocks, or of ASCII where there are none", () => {
    const blocks = qrLines("0x04", { colours: plain, unicode: true });
    const ascii = qrLines("0x04", { colours: plain, unicode: false });
    expect(new Set(blocks.map((line) => line.length)).size).toBe(1);
    expect(ascii.join("")).toMatch(/^[# ]+$/);
    expect(ascii[0]?.length).toBe(2 * ascii.length);
    expect(blocks.length).toBe(Math.ceil(ascii.length / 2));
  });

  test("with colours brings its own light ground", () => {
    const [line] = qrLines("0x04", { colours: new Chalk({ level: 1 }), unicode: true });
    expect(line).toContain("\u001b[47m");
  });

  test("follows the locale", () => {
    expect(showsUnicode({ LANG: "de_DE.UTF-8" })).toBe(true);
    expect(showsUnicode({ LC_ALL: "C", LANG: "de_DE.UTF-8" })).toBe(false);
    expect(showsUnicode({ TERM: "dumb", LANG: "C.UTF-8" })).toBe(false);
    expect(showsUnicode({})).toBe(true);
  });
});
