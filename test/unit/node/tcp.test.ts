/** Streams over the loopback, and what becomes of those whose other end does not read. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import type { Wire } from "../../../src/core/node/ports.ts";
import { type Listener, listenTcp, tcpDialer } from "../../../src/core/node/tcp.ts";

interface Conversation {
  readonly listener: Listener;
  /** Our end. */
  readonly wire: Wire;
  /** The other end; it reads nothing until it is told to. */
  readonly socket: Socket;
  /** Settles when our end is over. */
  readonly over: Promise<Error | undefined>;
}

async function conversation(): Promise<Conversation> {
  let begin: (value: Pick<Conversation, "wire" | "over">) => void = () => undefined;
  const begun = new Promise<Pick<Conversation, "wire" | "over">>((resolve) => {
    begin = resolve;
  });
  const listener = await listenTcp({ host: "127.0.0.1", port: 0 }, (wire) => {
    let closed: (error?: Error) => void = () => undefined;
    const over = new Promise<Error | undefined>((resolve) => {
      closed = resolve;
    });
    begin({ wire, over });
    return { bytes: () => undefined, closed };
  });
  const socket = connect({ host: "127.0.0.1", port: listener.address.port });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return { listener, socket, ...(await begun) };
}

/** Writes until so much waits for the other end. */
function fill(wire: Wire, backlog: number): void {
  while (wire.backlog < backlog) wire.write(new Uint8Array(65_536));
}

describe.concurrent("a wire that is closed", () => {
  it("delivers what was written to whoever reads", async () => {
    const { listener, wire, socket, over } = await conversation();
    wire.write(new Uint8Array(1_000_000));
    wire.close();
    let received = 0;
    for await (const chunk of socket) received += chunk.length;
    expect(received).toBe(1_000_000);
    expect(await over).toBeUndefined();
    await listener.close();
  });

  it("is over at once when far too much waits for the other end", async () => {
    const { listener, wire, socket, over } = await conversation();
    fill(wire, 4 * 2 ** 20);
    wire.close();
    await over;
    expect(wire.backlog).toBe(0);
    socket.destroy();
    await listener.close();
  });

  it("does not wait for ever for one who does not read", async () => {
    const { listener, wire, socket, over } = await conversation();
    fill(wire, 1);
    wire.close();
    wire.close();
    await over;
    socket.destroy();
    await listener.close();
  });

  it("is closed by the end of the listener, whether it is read or not", async () => {
    const { listener, wire, socket, over } = await conversation();
    fill(wire, 1);
    await listener.close();
    await over;
    socket.destroy();
  });
});

describe("wires that are read", () => {
  it("have their turn after each piece of one that floods us", async () => {
    const order: string[] = [];
    let wires = 0;
    const listener = await listenTcp({ host: "127.0.0.1", port: 0 }, () => {
      const name = ["flood", "other"][wires++] ?? "";
      const bytes = (): void => {
        if (order.push(name) === 1) other.write("now");
      };
      return { bytes, closed: () => undefined };
    });
    const flood = connect({ host: "127.0.0.1", port: listener.address.port });
    await once(flood, "connect");
    const other = connect({ host: "127.0.0.1", port: listener.address.port });
    await once(other, "connect");
    flood.write(new Uint8Array(40 * 65_536));
    while (!order.includes("other")) await new Promise(setImmediate);
    expect(order.indexOf("other")).toBeLessThan(5);
    for (const socket of [flood, other]) socket.destroy();
    await listener.close();
  });
});

describe("a dialled wire", () => {
  it("carries bytes both ways", async () => {
    const listener = await listenTcp({ host: "127.0.0.1", port: 0 }, (wire) => ({
      bytes: (chunk) => wire.write(chunk.map((byte) => byte + 1)),
      closed: () => undefined,
    }));
    const answer = await new Promise<Uint8Array>((resolve, reject) => {
      const opened = (wire: Wire) => {
        wire.write(Uint8Array.of(1, 2, 3));
        const bytes = (chunk: Uint8Array): void => {
          wire.close();
          resolve(chunk);
        };
        return { bytes, closed: () => undefined };
      };
      tcpDialer().dial(listener.address, opened, reject);
    });
    expect([...answer]).toEqual([2, 3, 4]);
    await listener.close();
  });

  it("is refused where nobody listens", async () => {
    const listener = await listenTcp({ host: "127.0.0.1", port: 0 }, () => expect.unreachable());
    await listener.close();
    const error = await new Promise<Error>((resolve, reject) => {
      tcpDialer().dial(listener.address, () => reject(new Error("opened")) as never, resolve);
    });
    expect(error.message).toContain("ECONNREFUSED");
  });
});
