/** Handing work to the process that holds the profile. */
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type AskOptions, askHolder } from "../../../src/core/node/store/ask-holder.ts";
import { ProfileLock } from "../../../src/core/node/store/lock.ts";
import { takeWork, type Work, type WorkSocket } from "../../../src/core/node/store/socket.ts";
import { LineSplitter } from "../../../src/core/node/store/socket-lines.ts";
import { socketPathOf } from "../../../src/core/node/store/socket-path.ts";
import { EnvironmentError, RemoteError, UsageError } from "../../../src/core/platform/errors.ts";
import type { Json } from "../../../src/core/profile/store.ts";

let directory: string;
let lock: ProfileLock;
let socket: WorkSocket | undefined;

beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/statusctl-socket-`);
  const taken = ProfileLock.try(directory, { command: "statusctl watch", now: Date.now() });
  if (!(taken instanceof ProfileLock)) throw new Error("a new lock is free");
  lock = taken;
});

afterEach(async () => {
  await socket?.close();
  socket = undefined;
  lock.release();
  rmSync(directory, { recursive: true });
});

/** Opens the socket; `echo` unless told otherwise. */
async function open(
  worker: (work: Work) => Promise<Json> = async ({ method, params }) => ({ method, params: params ?? null }),
) {
  socket = await takeWork(directory, lock, worker);
  return socket;
}

const ask = (method: string, params: Json = null, options: Partial<AskOptions> = {}) =>
  askHolder(directory, { method, params }, { timeoutMs: 5000, ...options });

/** A promise and what settles it. */
function signalled(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** A connection that speaks for itself: what it hears until the other side ends it. */
async function speak(path: string, ...words: (string | Uint8Array)[]): Promise<string> {
  const raw = connect(path);
  let heard = "";
  raw.on("data", (chunk) => {
    heard += String(chunk);
  });
  raw.on("error", () => undefined);
  for (const word of words) raw.write(word);
  await new Promise((resolve) => raw.once("close", resolve));
  return heard;
}

const request = (fields: object = {}): string =>
  `${JSON.stringify({ v: 1, id: 1, method: "m", params: null, ...fields })}\n`;

describe("asking", () => {
  test("gives what the holder makes of it", async () => {
    await open();
    expect(await ask("send", { text: "hello\nüñ" })).toEqual({ method: "send", params: { text: "hello\nüñ" } });
  });

  test("finds nobody when nobody holds the profile", async () => {
    lock.release();
    expect(await ask("send")).toBeUndefined();
  });

  test("hears events before the end, in order", async () => {
    await open(async ({ emit }) => {
      for (let n = 0; n < 1000; n++) emit(n);
      return "done";
    });
    const events: Json[] = [];
    expect(await ask("watch", null, { onEvent: (event) => events.push(event) })).toBe("done");
    expect(events).toEqual(Array.from({ length: 1000 }, (_, n) => n));
  });

  test("throws what was thrown there, as what it was", async () => {
    const errors = [
      new UsageError("USAGE", "chat: empty"),
      new EnvironmentError("DEADLINE", "no peer in time", { details: { peers: 3, hint: null } }),
      new RemoteError("BAD_MAC", "frame 7"),
    ];
    await open(async ({ params }) => {
      throw errors[Number(params)] ?? new TypeError("our bug");
    });
    for (const [index, { name, message, code, details }] of errors.entries()) {
      await expect(ask("send", index)).rejects.toMatchObject({ name, message, code, details });
    }
    await expect(ask("send", 0)).rejects.toBeInstanceOf(UsageError);
    await expect(ask("send", 99)).rejects.toThrow("our bug");
  });

  test("works for many at once, each with its own answer", async () => {
    await open(async ({ params }) => {
      await new Promise((resolve) => setTimeout(resolve, 5 * (10 - Number(params))));
      return params;
    });
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => ask("send", n)));
    expect(answers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("waits for a holder that has not yet opened its socket", async () => {
    const answer = ask("send");
    await new Promise((resolve) => setTimeout(resolve, 100));
    await open(async () => "late");
    expect(await answer).toBe("late");
  });

  test("names a holder that takes no work in time", async () => {
    const silent = { code: "LOCKED", message: expect.stringContaining('"statusctl watch"') };
    await expect(ask("send", null, { timeoutMs: 50 })).rejects.toMatchObject(silent);
    lock.announce(`${directory}/nobody.sock`);
    await expect(ask("send", null, { timeoutMs: 50 })).rejects.toMatchObject(silent);
  });

  test("names a holder that listens and says nothing", async () => {
    const path = `${directory}/mute.sock`;
    const server = createServer(() => undefined).listen(path);
    lock.announce(path);
    await expect(ask("send", null, { timeoutMs: 80 })).rejects.toMatchObject({ code: "LOCKED" });
    server.close();
  });

  test("is told when the holder ends before the work does", async () => {
    const { close } = await open(() => new Promise(() => undefined));
    socket = undefined;
    const answer = ask("send");
    const failed = expect(answer).rejects.toThrow("ended before the work was done");
    await new Promise((resolve) => setTimeout(resolve, 100));
    await close();
    await failed;
  });

  test("can be given up, and the holder is told", async () => {
    const told = signalled();
    const begun = signalled();
    await open(({ signal }) => {
      signal.addEventListener("abort", () => told.resolve());
      begun.resolve();
      return new Promise(() => undefined);
    });
    const controller = new AbortController();
    const answer = ask("watch", null, { signal: controller.signal });
    const failed = expect(answer).rejects.toThrow("enough");
    await begun.promise;
    controller.abort(new Error("enough"));
    await failed;
    await told.promise;
    await expect(ask("watch", null, { signal: controller.signal })).rejects.toThrow("enough");
  });

  test("does not believe a holder that speaks in tongues", async () => {
    const path = `${directory}/odd.sock`;
    const answers = ["garbage\n", '{"v":1,"id":1}\n', '{"v":2,"id":1,"accepted":true}\n', '{"v":1,"id":1,"ok":true}\n'];
    for (const answer of answers) {
      const server = createServer((raw) => raw.resume().end(answer)).listen(path);
      lock.announce(path);
      await expect(ask("send")).rejects.toBeInstanceOf(RemoteError);
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

describe("hostile input", () => {
  const hostile: [string, string | Uint8Array, string][] = [
    ["text that is not JSON", "hello\n", "MALFORMED"],
    ["bytes that are not UTF-8", Uint8Array.of(0xff, 0xfe, 10), "MALFORMED"],
    ["an object that is no request", "{}\n", "MALFORMED"],
    ["null", "null\n", "MALFORMED"],
    ["a list", "[1,2]\n", "MALFORMED"],
    ["a request without an id", '{"v":1,"method":"m","params":null}\n', "MALFORMED"],
    ["an id that is no whole number", request({ id: 1.5 }), "MALFORMED"],
    ["a method that is no text", request({ method: {} }), "MALFORMED"],
    ["another version", request({ v: 2 }), "UNSUPPORTED"],
    ["a line without end", "x".repeat((1 << 20) + 1), "OVERSIZED"],
    ["a line that is too long", `${"x".repeat(1 << 21)}\n`, "OVERSIZED"],
  ];

  test.each(hostile)("%s is answered with an error and the end", async (_, words, code) => {
    const { path } = await open();
    const answer = JSON.parse(await speak(path, words));
    expect(answer).toMatchObject({ v: 1, id: null, ok: false, error: { kind: "remote", code } });
    expect(await ask("send", 1)).toEqual({ method: "send", params: 1 });
  });

  test("an id that is in use ends the connection", async () => {
    const { path } = await open(() => new Promise(() => undefined));
    expect(await speak(path, request(), request())).toContain("PROTOCOL");
  });

  test("too much at once ends the connection, and what was begun is aborted", async () => {
    let aborted = 0;
    const { path } = await open(({ signal }) => {
      signal.addEventListener("abort", () => aborted++);
      return new Promise(() => undefined);
    });
    const requests = Array.from({ length: 40 }, (_, id) => request({ id })).join("");
    expect(await speak(path, requests)).toContain("FLOOD");
    await expect.poll(() => aborted).toBe(32);
  });

  test("an asker that does not read is cut off", async () => {
    const cut = signalled();
    const { path } = await open(async ({ emit, signal }) => {
      signal.addEventListener("abort", () => cut.resolve());
      for (let n = 0; n < 40; n++) emit("x".repeat(1 << 20));
      return new Promise(() => undefined);
    });
    const raw: Socket = connect(path);
    raw.on("error", () => undefined);
    raw.pause();
    raw.write(request());
    await cut.promise;
    raw.destroy();
  });

  test("a request in pieces is one request, and two in one piece are two", async () => {
    const { path } = await open();
    const whole = request({ id: 7, params: "ü" });
    const raw = connect(path);
    let heard = "";
    raw.on("data", (chunk) => {
      heard += String(chunk);
    });
    for (const byte of Buffer.from(whole)) raw.write(Uint8Array.of(byte));
    await expect.poll(() => heard).toContain('"id":7,"ok":true');
    raw.write(request({ id: 8 }) + request({ id: 9 }));
    await expect.poll(() => heard).toContain('"id":9,"ok":true');
    expect(heard).toContain('"id":8,"ok":true');
    raw.destroy();
  });

  test("lines are the same however the stream is cut", () => {
    const stream = Buffer.from("one\ntwo ü\n\nfour");
    for (let size = 1; size <= stream.length; size++) {
      const splitter = new LineSplitter();
      const lines: string[] = [];
      for (let at = 0; at < stream.length; at += size) lines.push(...splitter.push(stream.subarray(at, at + size)));
      expect(lines).toEqual(["one", "two ü", ""]);
    }
  });
});

describe("the socket", () => {
  test("is its owner's alone, and gone when it is closed", async () => {
    const { path, close } = await open();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(path.slice(0, path.lastIndexOf("/"))).mode & 0o777).toBe(0o700);
    expect(lock.holder.socket).toBe(path);
    await close();
    socket = undefined;
    expect(() => statSync(path)).toThrow("ENOENT");
  });

  test("closes although an asker reads no more", async () => {
    let begun: () => void = () => undefined;
    const beginning = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const holder = await open(({ emit, signal }) => {
      emit("x".repeat(2 ** 20)); // more than the system buffers
      begun();
      return new Promise((resolve) => signal.addEventListener("abort", () => resolve(null)));
    });
    const stopped = connect(holder.path);
    stopped.on("error", () => undefined);
    stopped.pause();
    stopped.write(request());
    await beginning;
    await holder.close();
    stopped.destroy();
  }, 20_000);

  test("takes the place of what a killed holder left", async () => {
    writeFileSync(socketPathOf(directory), "");
    await open(async () => "here");
    expect(await ask("send")).toBe("here");
  });

  test("has a short path, in the runtime directory if there is one", () => {
    const runtime = `${directory}/run`;
    mkdirSync(runtime, { mode: 0o700 });
    expect(socketPathOf(directory, { XDG_RUNTIME_DIR: runtime })).toMatch(`${runtime}/statusctl/`);
    const deep = `${directory}/${"deep/".repeat(20)}`;
    mkdirSync(deep, { recursive: true });
    for (const XDG_RUNTIME_DIR of [deep, "relative", `${directory}/missing`, undefined]) {
      const path = socketPathOf(directory, XDG_RUNTIME_DIR === undefined ? {} : { XDG_RUNTIME_DIR });
      expect(Buffer.byteLength(path)).toBeLessThanOrEqual(103);
      expect(path.startsWith(tmpdir())).toBe(true);
    }
  });

  test("is the same by whatever path the profile is reached, and another for another profile", () => {
    symlinkSync(directory, `${directory}-link`);
    expect(socketPathOf(`${directory}-link`)).toBe(socketPathOf(directory));
    rmSync(`${directory}-link`);
    expect(socketPathOf(tmpdir())).not.toBe(socketPathOf(directory));
  });

  test("is not put where somebody else could have been first", () => {
    const runtime = `${directory}/run`;
    mkdirSync(`${directory}/elsewhere`, { mode: 0o700 });
    mkdirSync(runtime);
    symlinkSync(`${directory}/elsewhere`, `${runtime}/statusctl`);
    expect(() => socketPathOf(directory, { XDG_RUNTIME_DIR: runtime })).toThrow("symbolic link");
    rmSync(`${runtime}/statusctl`);
    mkdirSync(`${runtime}/statusctl`, { mode: 0o755 });
    expect(() => socketPathOf(directory, { XDG_RUNTIME_DIR: runtime })).toThrow("others than its owner");
  });
});
