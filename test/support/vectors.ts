/**
 * Recordings of the reference, read from the folder in `STATUSCTL_VECTORS` (default `test/vectors`).
 *
 * A vector test states which sections of a file it runs and which it leaves out, with the reason; `forEachCase` asserts
 * that every case was run. So another recording of the same shape, with other keys and counts, is tested as fully.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const folder = process.env.STATUSCTL_VECTORS ?? fileURLToPath(new URL("../vectors", import.meta.url));

/** The parsed file `name` (such as `rlpx.json`) as the caller knows its shape. */
export function loadVectors<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
}

/** Asserts that each section of the file is run or is an exception with a written reason. */
export function coversAllSections(file: object, run: readonly string[], exceptions: Record<string, string>): void {
  test("every section is run or is an exception with a reason", () => {
    expect([...run, ...Object.keys(exceptions)].sort()).toEqual(Object.keys(file).sort());
  });
}

/** One test per section that runs `check` on each case and asserts that all were run, and that there are any. */
export function forEachCase<Case>(section: string, cases: readonly Case[], check: (vector: Case) => void): void {
  test(`${section}: ${cases.length} cases`, () => {
    let run = 0;
    for (const [index, vector] of cases.entries()) {
      try {
        check(vector);
      } catch (cause) {
        throw new Error(`${section}[${index}] ${nameOf(vector)}: ${String(cause)}`, { cause });
      }
      run++;
    }
    expect(run).toBe(cases.length);
    expect(run).toBeGreaterThan(0);
  });
}

function nameOf(vector: unknown): string {
  return typeof vector === "object" && vector !== null && "name" in vector ? `"${String(vector.name)}"` : "";
}
