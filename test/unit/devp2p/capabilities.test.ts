import { describe, expect, test } from "vitest";
import { shareCapabilities } from "../../../src/core/devp2p/capabilities.ts";

const capability = (name: string, version: number, length = 10) => ({ name, version, length });

describe("shared capabilities", () => {
  test("get ids from 16 on, in the order of their names, whoever listed them how", () => {
    const ours = [capability("waku", 0, 128), capability("shh", 6, 128)];
    const expected = [
      { ...capability("shh", 6, 128), offset: 0x10 },
      { ...capability("waku", 0, 128), offset: 0x90 },
    ];
    expect(shareCapabilities(ours, [capability("waku", 0), capability("shh", 6)])).toEqual(expected);
    expect(shareCapabilities([...ours].reverse(), [capability("shh", 6), capability("waku", 0)])).toEqual(expected);
  });

  test("are each the highest version of their name that both have", () => {
    const ours = [capability("eth", 63, 17), capability("eth", 62, 8), capability("eth", 61, 4), capability("shh", 6)];
    const theirs = [capability("eth", 64), capability("eth", 61), capability("eth", 62), capability("shh", 6)];
    expect(shareCapabilities(ours, theirs)).toEqual([
      { ...capability("eth", 62, 8), offset: 16 },
      { ...capability("shh", 6), offset: 24 },
    ]);
  });

  test("are none when versions or the case of letters differ", () => {
    expect(
      shareCapabilities([capability("shh", 6)], [capability("shh", 5), capability("SHH", 6), capability("shh6", 6)]),
    ).toEqual([]);
  });

  test("are compared as names and versions, not as one text", () => {
    expect(shareCapabilities([capability("1 a", 2)], [capability("a", 21), capability("a", 2)])).toEqual([]);
    expect(shareCapabilities([capability("2 a", 1)], [capability("a", 12)])).toEqual([]);
  });
});
