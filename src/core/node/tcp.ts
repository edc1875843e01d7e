/** TCP streams as the `Wire`s of the shell: dialled directly or through a SOCKS5 proxy, and accepted. */
import { createServer, connect as dialTcp, isIP, type Server, type Socket } from "node:net";
import { EnvironmentError, UsageError } from "../platform/errors.ts";
import { hangUp } from "./hang-up.ts";
import type { Address, Dialer, Wire, WireEvents } from "./ports.ts";

/** Geth's dial timeout (spec/rlpx section 7). */
const DIAL_TIMEOUT_MS = 15_000;
/** What one look at a socket gives at most: a piece of this length means that more is waiting. */
const PIECE_BYTES_MAX = 65_536;
/** Last bytes that are waited for: the largest packet and a goodbye. More only wait for who does not read. */
const LINGER_BYTES_MAX = 2 ** 21;

export interface DialerOptions {
  /** `socks5://HOST:PORT`: names are resolved by the proxy, so nothing leaks to the local resolver. */
  readonly proxy?: string | undefined;
  readonly timeoutMs?: number;
}

/** Opens outgoing streams. */
export function tcpDialer(options: DialerOptions = {}): Dialer {
  const proxy = options.proxy === undefined ? undefined : parseProxy(options.proxy);
  const timeoutMs = options.timeoutMs ?? DIAL_TIMEOUT_MS;
  return {
    dial(address, opened, failed) {
      const attempt = proxy ? openThroughProxy(proxy, address, timeoutMs) : openDirectly(address, timeoutMs);
      let abandoned = false;
      attempt.socket.then(
        (socket) => (abandoned ? socket.destroy() : attach(socket, opened)),
        (error: Error) => abandoned || failed(error),
      );
      return () => {
        abandoned = true;
        attempt.abandon();
      };
    },
  };
}

interface Attempt {
  readonly socket: Promise<Socket>;
  abandon(): void;
}

function openDirectly({ host, port }: Address, timeoutMs: number): Attempt {
  const socket = dialTcp({ host, port, noDelay: true });
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)));
  const opened = new Promise<Socket>((resolve, reject) => {
    socket.once("connect", () => {
      socket.setTimeout(0);
      socket.off("error", reject);
      resolve(socket);
    });
    socket.once("error", reject);
  });
  return { socket: opened, abandon: () => socket.destroy() };
}

function openThroughProxy(proxy: Address, destination: Address, timeoutMs: number): Attempt {
  const open = async (): Promise<Socket> => {
    const { openThroughSocks } = await import("./socks.ts");
    return openThroughSocks(proxy, destination, timeoutMs);
  };
  return { socket: open(), abandon: () => undefined };
}

/** Reads `socks5://HOST:PORT` (also `socks5h`, `socks`). Throws `UsageError`. */
export function parseProxy(text: string): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^socks(5h?)?:$/.test(url.protocol) || url.hostname === "") {
    throw new UsageError("USAGE", `proxy: expected socks5://HOST:PORT, got "${text}"`);
  }
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port: url.port === "" ? 1080 : Number(url.port) };
}

export interface Listener {
  /** Where it really listens: the port is chosen by the system when 0 was asked. */
  readonly address: Address;
  close(): Promise<void>;
}

/** Accepts streams on `address`. Throws `EnvironmentError` PORT. */
export async function listenTcp(address: Address, accept: (wire: Wire) => WireEvents): Promise<Listener> {
  const sockets = new Set<Socket>(); // BOUNDED BY the node's quota, which closes what it does not want
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    attach(socket, accept);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => reject(portError(address, cause)));
    server.listen({ host: address.host, port: address.port }, resolve);
  });
  return { address: boundAddress(server, address), close: () => shut(server, sockets) };
}

function portError({ host, port }: Address, cause: Error): EnvironmentError {
  return new EnvironmentError("PORT", `cannot listen on ${host}:${port}: ${cause.message}`, { cause });
}

function boundAddress(server: Server, asked: Address): Address {
  const bound = server.address();
  return typeof bound === "object" && bound !== null ? { host: asked.host, port: bound.port } : asked;
}

async function shut(server: Server, sockets: Set<Socket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of sockets) hangUp(socket, LINGER_BYTES_MAX);
  await closed;
}

/** Joins a connected socket to the events that `opened` returns. */
function attach(socket: Socket, opened: (wire: Wire) => WireEvents): void {
  let failure: Error | undefined;
  const events = opened(wireOf(socket));
  readInTurns(socket, events.bytes);
  socket.on("error", (error) => {
    failure = error;
  });
  socket.on("end", () => hangUp(socket, LINGER_BYTES_MAX));
  socket.on("close", () => events.closed(failure));
}

/** After a full piece the other sockets have their turn; else who floods us is read 32 times before anybody else is. */
function readInTurns(socket: Socket, take: (chunk: Uint8Array) => void): void {
  socket.on("data", (chunk: Uint8Array) => {
    take(chunk);
    if (chunk.length < PIECE_BYTES_MAX) return;
    socket.pause();
    setImmediate(() => socket.resume());
  });
}

function wireOf(socket: Socket): Wire {
  return {
    remoteAddress: socket.remoteAddress ?? "",
    get backlog() {
      return socket.writableLength;
    },
    write: (bytes) => void (socket.writable && socket.write(bytes)),
    close: () => hangUp(socket, LINGER_BYTES_MAX),
  };
}

/** Whether `host` is an address and not a name. */
export const isAddress = (host: string): boolean => isIP(host) !== 0;
