import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type HookOptions, runHook } from "../../../src/cli/message-hook.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "statusctl-hook-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (command: string, record: object = {}, options: Partial<HookOptions> = {}) =>
  runHook(
    command,
    { type: "message", ...record },
    { prints: "stderr", signal: new AbortController().signal, ...options },
  );

test("a hook gets the record on stdin and its flat values in the environment", async () => {
  const file = join(folder, "short");
  expect(await run(`{ cat; echo "$STATUSCTL_MSG_ID $STATUSCTL_MSG_CHAT"; } > ${file}`, { id: "0x1", chat: {} })).toBe(
    undefined,
  );
  expect(readFileSync(file, "utf8")).toBe('{"type":"message","id":"0x1","chat":{}}\n0x1 \n');
});

test("a hook gets what no environment holds on stdin alone", async () => {
  const file = join(folder, "long");
  const rlp = "ab".repeat(150_000);
  expect(await run(`{ cat; echo "$STATUSCTL_MSG_HASH\${STATUSCTL_MSG_RLP+set}"; } > ${file}`, { hash: "h", rlp })).toBe(
    undefined,
  );
  expect(readFileSync(file, "utf8")).toBe(`${JSON.stringify({ type: "message", hash: "h", rlp })}\nh\n`);
});

test("a hook that fails says how", async () => {
  expect(await run("exit 7")).toBe("code 7");
  expect(await run("kill -9 $$")).toBe("ended by SIGKILL");
});

test("a hook that cannot be started is a failure like any other", async () => {
  expect(await run(`: ${"x".repeat(4_000_000)}`)).toContain("E2BIG");
});

test("a hook is ended some time after its stream", async () => {
  const stream = new AbortController();
  const running = run("exec sleep 600", {}, { signal: stream.signal, graceMs: 10 });
  stream.abort();
  expect(await running).toBe("ended by SIGTERM");
  expect(await run("exec sleep 600", {}, { signal: stream.signal, graceMs: 10 })).toBe("ended by SIGTERM");
});
