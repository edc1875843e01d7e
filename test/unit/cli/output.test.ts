import { EventEmitter } from "node:events";
import { PassThrough, Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { endWithReader, jsonValue, Output } from "../../../src/cli/output.ts";

function streams(stdout: Writable = new PassThrough()) {
  return { stdout, stderr: new PassThrough() };
}

const textOf = (stream: Writable): string => (stream as PassThrough).read()?.toString() ?? "";

describe("what is written", () => {
  test("a record begins with type, ts and time, and is one line", async () => {
    const io = streams();
    await new Output(io).record({ text: "a\nb", type: "message" }, 1_583_000_000_123);
    expect(textOf(io.stdout)).toBe(
      '{"type":"message","ts":1583000000123,"time":"2020-02-29T18:13:20.123Z","text":"a\\nb"}\n',
    );
  });

  test("bytes are hex and large integers text, also in a Buffer", () => {
    const value = { bytes: Uint8Array.of(1, 255), buffer: Buffer.from([2]), big: 2n ** 64n, list: [Buffer.from([3])] };
    expect(JSON.stringify(value, jsonValue)).toBe(
      '{"bytes":"0x01ff","buffer":"0x02","big":"18446744073709551616","list":["0x03"]}',
    );
  });

  test("JSON is one line for a program, indented for a terminal", async () => {
    const [pipe, terminal] = [streams(), streams(Object.assign(new PassThrough(), { isTTY: true }))];
    await new Output(pipe).json({ a: 1 });
    await new Output(terminal).json({ a: 1 });
    expect(textOf(pipe.stdout)).toBe('{"a":1}\n');
    expect(textOf(terminal.stdout)).toBe('{\n  "a": 1\n}\n');
  });

  test("a note goes to stderr", async () => {
    const io = streams();
    await new Output(io).note("hello");
    expect([textOf(io.stdout), textOf(io.stderr)]).toEqual(["", "hello\n"]);
  });
});

describe("a slow reader", () => {
  test("slows the writer down, and loses nothing", async () => {
    const taken: string[] = [];
    const slow = new Writable({
      highWaterMark: 16,
      write(chunk, _encoding, done) {
        taken.push(chunk.toString());
        setTimeout(done, 1);
      },
    });
    const output = new Output(streams(slow));
    for (let index = 0; index < 20; index++) {
      await output.line(`line ${index} of some length`);
      expect(slow.writableLength).toBeLessThan(64);
    }
    await output.flush();
    expect(taken.join("").split("\n")).toHaveLength(21);
  });

  test("is waited for by flush, however much there is", async () => {
    let bytes = 0;
    const slow = new Writable({
      write(chunk, _encoding, done) {
        bytes += chunk.length;
        setTimeout(done, 5);
      },
    });
    const output = new Output(streams(slow));
    void output.write("x".repeat(5_000_000));
    void output.write("y");
    await output.flush();
    expect(bytes).toBe(5_000_001);
  });

  test("that goes away is no reason to hang", async () => {
    const gone = new Writable({ highWaterMark: 1, write: () => {} });
    const written = new Output(streams(gone)).line("nobody reads this");
    gone.destroy();
    await written;
  });
});

describe("a reader that leaves", () => {
  test("ends the process with code 0; another error is thrown", () => {
    const stdout = new EventEmitter() as unknown as Writable;
    const stderr = new EventEmitter() as unknown as Writable;
    const codes: number[] = [];
    endWithReader({ stdout, stderr }, (code) => codes.push(code));
    stdout.emit("error", Object.assign(new Error(), { code: "EPIPE" }));
    stderr.emit("error", new Error("nobody is left to be told"));
    expect(codes).toEqual([0]);
    expect(() => stdout.emit("error", new Error("disk full"))).toThrow("disk full");
  });
});
