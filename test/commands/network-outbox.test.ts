/** What becomes of messages when peers are away, processes are killed, and several of them want one profile. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SeededRandom } from "../sim/random.ts";
import { errorOf, type Ran, resultOf } from "../support/cli.ts";
import { deafPort, held, type Running, recordsIn, Stage, strangerAt, textsOf } from "../support/network.ts";

/** More on request: `STATUSCTL_KILL_POINTS=200 npx vitest run test/commands/network-outbox`. */
const KILL_POINTS = Number(process.env.STATUSCTL_KILL_POINTS ?? 8);
const KILL_LIMIT_MS = 100_000 + 5_000 * KILL_POINTS;

interface Sent {
  readonly messages: readonly { messageId: string; state: string; known: boolean; written: number }[];
  readonly sent: number;
  readonly total: number;
}

let stage: Stage;
let deaf: string;
beforeAll(async () => {
  stage = await Stage.withRelay();
  deaf = strangerAt(await deafPort());
});
afterAll(() => stage.close());

const sentBy = (ran: Ran): Sent => resultOf<Sent>(ran);

/** Somebody who hears all that is said in the chat. */
class Ear {
  readonly #watch: Running;

  static async of(name: string, chat: string): Promise<Ear> {
    await stage.profiles(name);
    return new Ear(stage.start(["--profile", name, "watch", "--chat", chat, "--ndjson"], { limitMs: KILL_LIMIT_MS }));
  }

  private constructor(watch: Running) {
    this.#watch = watch;
  }

  /** Waits until the text was heard, or fails. */
  async hears(text: string): Promise<void> {
    await this.#watch.says(new RegExp(`"text":"${text}"`));
  }

  /** All that was heard, by its clocks: relays keep no order. */
  async end(): Promise<unknown[]> {
    const { stdout } = await this.#watch.stop();
    return textsOf(recordsIn(stdout).toSorted((a, b) => Number(a.clock) - Number(b.clock)));
  }
}

describe.concurrent("with no peer in reach", () => {
  it("a message waits in the outbox, and leaves with the next command, once", async () => {
    await stage.profiles("anna");
    const ear = await Ear.of("anna-ear", "later");
    const words = ["--profile", "anna", "send", "first", "--chat", "later", "--timeout", "1s", "--json"];
    const lost = await stage.run(words, { peers: [deaf] });
    expect(lost.code).toBe(3);
    expect(sentBy(lost).messages).toMatchObject([{ written: 0, state: expect.stringMatching(/queued|posted/) }]);
    expect(JSON.parse(lost.stdout).warnings).toMatchObject([{ code: "W_PEER" }]);
    const watched = await stage.run(["--profile", "anna", "watch", "--chat", "later", "--for", "2s", "--ndjson"]);
    expect(watched.code).toBe(0);
    await ear.hears("first");
    await stage.run(["--profile", "anna", "send", "last", "--chat", "later"]);
    await ear.hears("last");
    expect(await ear.end()).toEqual(["first", "last"]);
  });

  it("a message is queued without anybody to connect with", async () => {
    await stage.profiles("bert");
    const ear = await Ear.of("bert-ear", "queued");
    const words = ["--profile", "bert", "send", "queued", "--chat", "queued", "--wait", "queued", "--json"];
    const queued = await stage.run(words, { peers: [] });
    expect(queued.code).toBe(0);
    expect(sentBy(queued)).toMatchObject({ sent: 0, messages: [{ state: "queued" }] });
    await stage.run(["--profile", "bert", "send", "second", "--chat", "queued"]);
    for (const text of ["queued", "second"]) await ear.hears(text);
    expect((await ear.end()).toSorted()).toEqual(["queued", "second"]);
  });

  it("nobody named is an error of its own", async () => {
    await stage.profiles("cleo");
    const ran = await stage.run(["--profile", "cleo", "send", "x", "--chat", "c", "--json"], { peers: [] });
    expect(errorOf(ran)).toMatchObject({ code: "E_OFFLINE", exit: 3 });
  });
});

describe.concurrent("an idempotency key", () => {
  it("sends once, however often it is run", async () => {
    await stage.profiles("dora");
    const ear = await Ear.of("dora-ear", "once");
    const words = ["--profile", "dora", "send", "once", "--chat", "once", "--idempotency-key", "k", "--json"];
    const runs = [sentBy(await stage.run(words)), sentBy(await stage.run(words)), sentBy(await stage.run(words))];
    expect(runs.map(({ messages }) => messages[0]?.known)).toEqual([false, true, true]);
    expect(new Set(runs.map(({ messages }) => messages[0]?.messageId)).size).toBe(1);
    await stage.run(["--profile", "dora", "send", "over", "--chat", "once"]);
    await ear.hears("over");
    expect(await ear.end()).toEqual(["once", "over"]);
  });

  it("takes a message up again that was left in the outbox", async () => {
    await stage.profiles("emil");
    const ear = await Ear.of("emil-ear", "again");
    const words = ["--profile", "emil", "send", "again", "--chat", "again", "--idempotency-key", "k", "--json"];
    const lost = await stage.run([...words, "--timeout", "1s"], { peers: [deaf] });
    expect(lost.code).toBe(3);
    const found = await stage.run(words);
    expect(found.code).toBe(0);
    expect(sentBy(found).messages).toMatchObject([{ state: "sent", messageId: sentBy(lost).messages[0]?.messageId }]);
    await ear.hears("again");
    await stage.run(["--profile", "emil", "send", "over", "--chat", "again"]);
    await ear.hears("over");
    expect(await ear.end()).toEqual(["again", "over"]);
  });

  it("means each line of --lines", async () => {
    await stage.profiles("fritz");
    const words = ["--profile", "fritz", "send", "--lines", "--chat", "keyed", "--idempotency-key", "run1-", "--json"];
    const short = sentBy(await stage.run(words, { stdin: "a\nb\n" }));
    const long = sentBy(await stage.run(words, { stdin: "a\nb\nc\n" }));
    expect(short.messages.map(({ known }) => known)).toEqual([false, false]);
    expect(long.messages.map(({ known }) => known)).toEqual([true, true, false]);
  });
});

it("kill -9 at any moment loses no line, sends none twice, and keeps their order", {
  timeout: KILL_LIMIT_MS,
}, async () => {
  const seed = Date.now() % 2 ** 31;
  const random = new SeededRandom(seed);
  await stage.profiles("killed");
  const ear = await Ear.of("killed-ear", "killed");
  const expected: string[] = [];
  for (let point = 0; point < KILL_POINTS; point++) {
    const lines = Array.from({ length: 40 }, (_, line) => `point ${point} line ${line}`);
    expected.push(...lines);
    const file = stage.file(`lines-${point}`, `${lines.join("\n")}\n`);
    const words = ["--profile", "killed", "send", "--lines", "--file", file, "--chat", "killed"];
    const keyed = [...words, "--idempotency-key", `p${point}-`, "--json"];
    const victim = stage.start(keyed);
    await sleep(random.between(150, 700));
    await victim.stop("SIGKILL");
    const rerun = await stage.run(keyed);
    expect(sentBy(rerun), `seed ${seed}`).toMatchObject({ sent: 40, total: 40 });
  }
  await stage.run(["--profile", "killed", "send", "over", "--chat", "killed"]);
  await ear.hears("over");
  expect(await ear.end(), `seed ${seed}`).toEqual([...expected, "over"]);
});

describe.concurrent("a profile that several want", () => {
  it("sends for all of twenty at once", async () => {
    await stage.profiles("many");
    const ear = await Ear.of("many-ear", "many");
    const texts = Array.from({ length: 20 }, (_, number) => `from ${number}`);
    const runs = await Promise.all(
      texts.map((text) =>
        stage.run(["--profile", "many", "send", text, "--chat", "many", "--wait-lock", "30s", "--json"]),
      ),
    );
    for (const ran of runs) expect(sentBy(ran).messages).toMatchObject([{ state: "sent", known: false }]);
    for (const text of texts) await ear.hears(text);
    expect((await ear.end()).toSorted()).toEqual(texts.toSorted());
  });

  it("hands messages to the one that watches, whose peers take them", async () => {
    const directory = await stage.profile("holder");
    const ear = await Ear.of("holder-ear", "handed");
    const watch = stage.start(["--profile", "holder", "watch", "--chat", "handed", "--ndjson"]);
    await held(directory);
    await stage.run(["--profile", "holder", "send", "zero", "--chat", "handed"]);
    await watch.says(/zero/);
    const words = ["--profile", "holder", "send", "--lines", "--chat", "handed", "--json"];
    // Its own peer is deaf: only the holder can have sent it.
    const sent = sentBy(await stage.run(words, { stdin: "a\nb\nc\nd\n", peers: [deaf] }));
    expect(sent).toMatchObject({ sent: 4, total: 4 });
    const second = stage.start(["--profile", "holder", "watch", "--chat", "handed", "--ndjson"]);
    // Until it listens at the holder's.
    for (let tries = 0; tries < 20 && !second.stdout.includes("anybody"); tries++) {
      await stage.run(["--profile", "holder", "send", `anybody ${tries}?`, "--chat", "handed"]);
    }
    await stage.run(["--profile", "holder", "send", "e", "--chat", "handed"]);
    await second.says(/"text":"e"/);
    await ear.hears("e");
    const isCall = (text: unknown): boolean => String(text).startsWith("anybody");
    expect((await ear.end()).filter((text) => !isCall(text))).toEqual(["zero", "a", "b", "c", "d", "e"]);
    const seen = textsOf(recordsIn((await watch.stop()).stdout)).filter((text) => !isCall(text));
    expect(seen.toSorted()).toEqual(["a", "b", "c", "d", "e", "zero"]);
    // The second watcher takes over where the first one ended.
    await stage.profiles("holder-friend");
    const friend = ["--profile", "holder-friend", "send", "f", "--chat", "handed"];
    await stage.run(friend);
    await second.says(/"text":"f"/);
    expect((await second.stop()).code).toBe(143);
  });

  it("loses nothing and sends nothing twice when its holder is killed", async () => {
    await stage.profiles("orphan");
    const ear = await Ear.of("orphan-ear", "orphan");
    // Nobody answers the holder, so all work is under way when it dies.
    const watch = stage.start(["--profile", "orphan", "watch", "--chat", "orphan"], { peers: [deaf] });
    await watch.says(/ECONNREFUSED/);
    const texts = Array.from({ length: 6 }, (_, number) => `orphan ${number}`);
    const sends = texts.map((text) => stage.run(["--profile", "orphan", "send", text, "--chat", "orphan", "--json"]));
    await sleep(2500);
    await watch.stop("SIGKILL");
    for (const ran of await Promise.all(sends)) {
      if (ran.code === 0) expect(sentBy(ran).messages).toMatchObject([{ state: "sent" }]);
      else expect(errorOf(ran)).toMatchObject({ code: "E_LOCKED", message: expect.stringContaining("statusctl") });
    }
    await stage.run(["--profile", "orphan", "send", "over", "--chat", "orphan"]);
    await ear.hears("over");
    const heard = (await ear.end()).filter((text) => text !== "over");
    expect(heard.toSorted()).toEqual(texts);
  });

  it("is taken over by a watcher whose holder is killed long after", async () => {
    await stage.profiles("heir");
    const holder = stage.start(["--profile", "heir", "watch", "--chat", "heir"]);
    await holder.says(/connected with/);
    const heir = stage.start(["--profile", "heir", "watch", "--chat", "heir", "--wait-lock", "100ms", "--ndjson"]);
    await sleep(2000);
    await holder.stop("SIGKILL");
    await stage.profiles("heir-friend");
    await stage.run(["--profile", "heir-friend", "send", "to the heir", "--chat", "heir"]);
    await heir.says(/to the heir/);
    expect((await heir.stop()).code).toBe(143);
  });

  it("whose holder is frozen is named, with its command and process", async () => {
    await stage.profiles("frozen");
    const watch = stage.start(["--profile", "frozen", "watch", "--chat", "frozen"]);
    await watch.says(/connected with/);
    watch.signal("SIGSTOP");
    const words = ["--profile", "frozen", "send", "x", "--chat", "frozen", "--wait-lock", "500ms", "--json"];
    const error = errorOf(await stage.run(words));
    expect(error).toMatchObject({ code: "E_LOCKED", exit: 7, details: { command: "statusctl watch" } });
    expect(error.message).toMatch(/statusctl watch.*process \d+, since \d{4}-/);
    watch.signal("SIGCONT");
    expect((await watch.stop()).code).toBe(143);
  });
});
