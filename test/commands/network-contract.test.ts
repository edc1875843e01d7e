/** The contract of machine output, for every command that goes onto the network: one value, its schema, its exit code. */
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorOf, errorsOf, type Ran, recordsOf, resultOf } from "../support/cli.ts";
import { deafPort, Stage, strangerAt } from "../support/network.ts";

let stage: Stage;
let deaf: string;
beforeAll(async () => {
  stage = await Stage.withRelay();
  deaf = strangerAt(await deafPort());
  await stage.profiles("one");
  await stage.run(["post", "for all watchers", "--chat", "contract", "--ttl", "300"]);
});
afterAll(() => stage.close());

interface Case {
  readonly words: readonly string[];
  /** Exit code of a success. */
  readonly code?: number;
}

/** Runs that succeed, by themselves and soon. */
const SUCCESSES: Readonly<Record<string, Case>> = {
  connect: { words: ["connect", "ENODE"] },
  serve: { words: ["serve", "--listen", "127.0.0.1:0", "--for", "300ms", "--status-every", "100ms"] },
  devnet: { words: ["devnet", "--relays", "2", "--for", "300ms"] },
  send: { words: ["send", "hello", "--chat", "contract", "--profile", "PROFILE"] },
  "send many": { words: ["send", "hello", "--chat", "contract", "--chat", "other", "--profile", "PROFILE"] },
  "send --dry-run": { words: ["send", "hello", "--chat", "contract", "--dry-run", "--profile", "one"] },
  "send a sticker": { words: ["send", "--sticker", "abc:1", "--chat", "contract", "--profile", "PROFILE"] },
  post: { words: ["post", "hello", "--chat", "contract"] },
  "post --dry-run": { words: ["post", "hello", "--chat", "contract", "--dry-run"] },
  watch: { words: ["watch", "--chat", "contract", "--for", "700ms", "--profile", "PROFILE"] },
  "watch --raw": { words: ["watch", "--raw", "--chat", "contract", "--count", "1", "--timeout", "30s", "--stats"] },
  "watch --idle": { words: ["watch", "--raw", "--topic", "0x00000001", "--idle", "500ms"] },
  demo: { words: ["demo"] },
};

/** Runs that fail for what they meet. */
const FAILURES: Readonly<Record<string, { readonly words: readonly string[]; readonly code: string; exit: number }>> = {
  serve: { words: ["serve", "--listen", "127.0.0.1:TAKEN", "--for", "1s"], code: "E_PORT", exit: 3 },
  devnet: { words: ["devnet", "--port", "TAKEN", "--for", "1s"], code: "E_PORT", exit: 3 },
  send: { words: ["send", "x", "--chat", "c", "--profile", "missing"], code: "E_NO_PROFILE", exit: 7 },
  "send too much": {
    words: ["send", "--file", "HUGE", "--chat", "c", "--profile", "PROFILE"],
    code: "E_REFUSED",
    exit: 2,
  },
  post: {
    words: ["post", "x", "--chat", "c", "--peer", "DEAF", "--timeout", "500ms"],
    code: "E_PEER_UNREACHABLE",
    exit: 3,
  },
  watch: { words: ["watch", "--chat", "c", "--profile", "missing"], code: "E_NO_PROFILE", exit: 7 },
  "watch --raw": { words: ["watch", "--raw", "--dump", "/proc/no/folder"], code: "E_DISK", exit: 7 },
  "watch --from": { words: ["watch", "--from", "0x04", "--profile", "one"], code: "E_USAGE", exit: 2 },
};

const STREAMS = ["connect", "serve", "devnet", "watch"];
let profiles = 0;

/** The words with what stands for something put in. */
async function filled(words: readonly string[]): Promise<string[]> {
  const profile = `p${++profiles}`;
  if (words.includes("PROFILE")) await stage.profile(profile);
  if (words.includes("HUGE")) writeFileSync(stage.path("huge"), "x".repeat(2 ** 20));
  const values: Record<string, string> = {
    ENODE: stage.shared.enode,
    DEAF: deaf,
    PROFILE: profile,
    HUGE: stage.path("huge"),
  };
  return words.map((word) => values[word] ?? word.replace("TAKEN", String(stage.shared.port)));
}

const run = async (words: readonly string[], ...more: string[]): Promise<Ran> =>
  stage.run([...(await filled(words)), ...more]);

describe.concurrent.each(Object.entries(SUCCESSES))("%s", (_, { words, code = 0 }) => {
  it("gives one JSON value that its schema describes", async () => {
    const ran = await run(words, "--json");
    expect(ran).toMatchObject({ code, stderr: "" });
    resultOf(ran);
    expect(JSON.parse(ran.stdout)).toMatchObject({ ok: true, command: words[0], warnings: [] });
    expect(ran.stdout).toMatch(/^\{.*\}\n$/);
  });

  it("gives text without colours or animation, also when nobody reads stderr", async () => {
    const line = (await filled(words)).map((word) => `'${word}'`).join(" ");
    const ran = await stage.shell(`statusctl ${line} 2>&-`).ended;
    expect(ran).toMatchObject({ code, stderr: "" });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    expect(ran.stdout).not.toMatch(/[\u001b\u2800-\u28ff✔❯✖]/);
  });

  if (STREAMS.includes(words[0] ?? "")) {
    it("gives records, the last of which says how it ended", async () => {
      const ran = await run(words, "--ndjson");
      expect(ran).toMatchObject({ code, stderr: "" });
      const end = recordsOf(ran).at(-1);
      expect(end).toEqual({ type: "end", ts: expect.any(Number), time: expect.any(String), ...endOf(end) });
      for (const record of recordsOf(ran)) expect(schemaErrors(record)).toEqual([]);
    });
  }
});

/** The rest of an end record, if it is one. */
function endOf(end: Record<string, unknown> | undefined): object {
  expect(["count", "timeout", "idle", "complete"]).toContain(end?.reason);
  for (const count of Object.values(end?.counts ?? {})) expect(count).toEqual(expect.any(Number));
  return { reason: end?.reason, counts: end?.counts };
}

/** What the schema of messages and envelopes has against a record of theirs. */
function schemaErrors(record: Record<string, unknown>): string[] {
  if (record.type === "envelope") return errorsOf("envelope-record/1", record);
  return record.type === "message" ? errorsOf("message/1", record) : [];
}

describe.concurrent.each(Object.entries(FAILURES))("%s, when it cannot be done,", (_, { words, code, exit }) => {
  it("says so in one JSON value", async () => {
    const ran = await run(words, "--json");
    expect(errorOf(ran)).toMatchObject({ code, exit });
    expect(ran).toMatchObject({ code: exit, stderr: "" });
  });

  it("says so in a few lines on stderr, with the same exit code", async () => {
    const ran = await run(words);
    expect(ran).toMatchObject({ code: exit, stdout: "" });
    expect(ran.stderr).toContain(code);
    expect(ran.stderr).toContain("error: ");
  });

  if (STREAMS.includes(words[0] ?? "")) {
    it("says so in a record before the end", async () => {
      const ran = await run(words, "--ndjson");
      expect(ran.code).toBe(exit);
      expect(recordsOf(ran).slice(-2)).toMatchObject([
        { type: "error", error: { code, exit } },
        { type: "end", reason: "error" },
      ]);
    });
  }
});

describe.concurrent("limits of watch", () => {
  it("a count that is not reached in time is exit code 4, with what came before", async () => {
    const words = ["watch", "--raw", "--chat", "contract", "--count", "1000", "--timeout", "1s", "--json"];
    const ran = await stage.run(words);
    expect(ran.code).toBe(4);
    expect(resultOf(ran)).toMatchObject({ reason: "timeout" });
    const idle = await stage.run(["watch", "--raw", "--chat", "contract", "--count", "1000", "--idle", "1s", "--json"]);
    expect(idle.code).toBe(4);
    expect(resultOf(idle)).toMatchObject({ reason: "idle" });
  });

  it("--fields narrows records", async () => {
    const words = ["watch", "--raw", "--chat", "contract", "--count", "1", "--timeout", "30s", "--ndjson"];
    const ran = await stage.run([...words, "--fields", "hash,topic"]);
    const [envelope] = recordsOf(ran);
    expect(Object.keys(envelope ?? {})).toEqual(["type", "ts", "time", "hash", "topic"]);
  });
});

it("profiles that were used are nobody's and private", async () => {
  const directory = await stage.profile("tidy");
  await stage.run(["--profile", "tidy", "send", "x", "--chat", "contract"]);
  const listing = await stage.shell(`ls -lAR '${directory}' | grep '^[-d]' | cut -c5-10 | sort -u`).ended;
  expect(listing.stdout).toBe("------\n");
  expect(() => readFileSync(`${directory}/lock`)).toThrow("ENOENT");
});
