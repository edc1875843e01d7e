/** Who is told of a node's events. */
import { describe, expect, it } from "vitest";
import { Hub } from "../../../src/core/node/hub.ts";
import type { NodeEvent } from "../../../src/core/node/node-io.ts";

const failed = (error: string): NodeEvent => ({ type: "failed", error });
const errorOf = (event: NodeEvent): string | undefined =>
  event.type === "failed" && event.error !== "skip" ? String(event.error) : undefined;
const never = new AbortController().signal;

describe("a listener", () => {
  it("hears everything until it leaves", () => {
    const hub = new Hub();
    const heard: (string | undefined)[] = [];
    const leave = hub.listen((event) => heard.push(errorOf(event)));
    hub.tell(failed("one"));
    leave();
    hub.tell(failed("two"));
    expect(heard).toEqual(["one"]);
  });

  it("may leave while it is told something, and keeps nobody else from hearing it", () => {
    const hub = new Hub();
    const heard: string[] = [];
    const leave = hub.listen(() => leave());
    hub.listen(() => heard.push("second"));
    hub.tell(failed("one"));
    expect(heard).toEqual(["second"]);
  });
});

describe("the first event of a kind", () => {
  it("is waited for", async () => {
    const hub = new Hub();
    const first = hub.first(errorOf, never);
    for (const error of ["skip", "one", "two"]) hub.tell(failed(error));
    expect(await first).toBe("one");
  });

  it("is given up with the signal, also with one that is aborted already", async () => {
    const hub = new Hub();
    const abort = new AbortController();
    const first = hub.first(errorOf, abort.signal);
    abort.abort();
    hub.tell(failed("late"));
    expect(await first).toBeUndefined();
    expect(await hub.first(errorOf, abort.signal)).toBeUndefined();
  });

  it("is an error when the choice throws, which disturbs no other listener", async () => {
    const hub = new Hub();
    const first = hub.first(() => {
      throw new Error("refused");
    }, never);
    const other = hub.first(errorOf, never);
    hub.tell(failed("one"));
    await expect(first).rejects.toThrow("refused");
    expect(await other).toBe("one");
  });
});

describe("a stream", () => {
  const read = async (stream: AsyncIterable<string>): Promise<string[]> => {
    const values: string[] = [];
    for await (const value of stream) values.push(value);
    return values;
  };

  it("holds what is chosen, from the call until the signal", async () => {
    const hub = new Hub();
    const abort = new AbortController();
    hub.tell(failed("before"));
    const stream = hub.stream(errorOf, abort.signal);
    for (const error of ["one", "skip", "two"]) hub.tell(failed(error));
    abort.abort();
    hub.tell(failed("late"));
    expect((await read(stream)).slice(0, 2)).toEqual(["one", "two"]);
  });

  it("is over at once with an aborted signal", async () => {
    expect(await read(new Hub().stream(errorOf, AbortSignal.abort()))).toEqual([]);
  });

  it("ends with what the choice throws", async () => {
    const hub = new Hub();
    const stream = hub.stream((event) => {
      if (errorOf(event) === "broken") throw new Error("the disk is full");
      return errorOf(event);
    }, never);
    hub.tell(failed("one"));
    hub.tell(failed("broken"));
    await expect(read(stream)).rejects.toThrow("the disk is full");
  });
});
