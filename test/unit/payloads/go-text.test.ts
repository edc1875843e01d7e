import { expect, test } from "vitest";
import { isBlank, isGoFloat } from "../../../src/core/payloads/go-text.ts";

test.each(["", " ", "\t\n\v\f\r", "\u0085", "\u00a0", "\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000"])(
  "%j is blank",
  (text) => {
    expect(isBlank(text)).toBe(true);
  },
);

test.each(["a", " a ", "\ufeff", "\u200b", "\u180e", "\u0000"])("%j is not blank", (text) => {
  expect(isBlank(text)).toBe(false);
});

test.each([
  ..."0 1 -1 +1 007 1.5 .5 5. 1e18 1E+5 1e-5 1.7976931348623157e308 1e-999 inf -Inf +INFINITY nan NaN".split(" "),
  ..."1_000 1_23.50_0_0e+1_2 0x1p4 0X1.8P-2 0x.8p1 0x1.p0 0x_1_2.3_4_5p+1_2 0x0p9999 0x1p1023 0x00000000001p1023".split(
    " ",
  ),
  "0x1p-99999",
  "0x0.0001p1039",
])("%s is a number", (text) => {
  expect(isGoFloat(text)).toBe(true);
});

test.each([
  "",
  " 1 ",
  "much",
  "1e",
  "e5",
  ".",
  "+",
  "1.2.3",
  "1,5",
  "0x1",
  "0xp4",
  "0x1p",
  "0x1e2",
  "+nan",
  "infinit",
  "0b1",
  "1n",
  "1e309",
  "-1e400",
  "0x1p1024",
  "0x0.0001p1040",
  ..."_1 1_ 1__0 123_.5 123._5 1_e5 1e_5 1e5_ 0_x1p1".split(" "),
])("%j is not a number", (text) => {
  expect(isGoFloat(text)).toBe(false);
});

test("a text of a megabyte is judged in one pass", () => {
  expect(isGoFloat(`${"1".repeat(1 << 20)}_`)).toBe(false);
  expect(isGoFloat(`0x${"f".repeat(1 << 20)}p-4194304`)).toBe(true);
});
