/**
 * The seam for handing work to the process that holds a profile: its side. The other is `ask-holder.ts`.
 *
 * Only the profile's owner can reach the socket: it has mode 0600 and lies in a directory of mode 0700. What comes
 * through it is bounded all the same, so that a broken asker cannot bring the holder down.
 */
import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { EnvironmentError, RemoteError } from "../../platform/errors.ts";
import type { Json } from "../../profile/store.ts";
import { hangUp } from "../hang-up.ts";
import type { ProfileLock } from "./lock.ts";
import { encodeError } from "./socket-errors.ts";
import { type Answered, type Asked, LineSplitter, parseAsked, sendLine, VERSION } from "./socket-lines.ts";
import { socketPathOf } from "./socket-path.ts";

/** Commands of one user at one time. */
const CONNECTIONS_MAX = 128;
/** Of one connection, under way. */
const REQUESTS_MAX = 32;
/** Bytes that an asker may leave unread. */
const BACKLOG_MAX = 16 << 20;

/** Work that another process asks for. */
export interface Work {
  readonly method: string;
  readonly params: Json;
  /** Aborts when the asker is gone. */
  readonly signal: AbortSignal;
  /** Tells the asker something before the end. */
  readonly emit: (event: Json) => void;
}

/** Does the work; what it rejects with is thrown where it was asked for. */
export type Worker = (work: Work) => Promise<Json>;

export interface WorkSocket {
  readonly path: string;
  /** Ends all connections. To be called before the lock is released: the next holder listens at the same path. */
  close(): Promise<void>;
}

/** Takes work for the profile in `directory` from now on. Throws `EnvironmentError` DISK, PERMISSIONS. */
export async function takeWork(directory: string, lock: ProfileLock, worker: Worker): Promise<WorkSocket> {
  const path = socketPathOf(directory);
  const connections = new Set<Socket>(); // BOUNDED BY CONNECTIONS_MAX
  const server = createServer((socket) => {
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
    new Conversation(socket, worker);
  });
  server.maxConnections = CONNECTIONS_MAX;
  rmSync(path, { force: true }); // of an earlier holder: this one has the lock
  await listen(server, path);
  chmodSync(path, 0o600);
  lock.announce(path);
  return { path, close: () => close(server, connections) };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      const message = `cannot listen on ${path}: ${cause.message}`;
      reject(new EnvironmentError("DISK", message, { cause, details: { file: path } }));
    });
    server.listen(path, resolve);
  });
}

/** Closing a server removes its socket file. */
async function close(server: Server, connections: ReadonlySet<Socket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of connections) hangUp(socket, BACKLOG_MAX);
  await closed;
}

/** One asker. */
class Conversation {
  readonly #socket: Socket;
  readonly #worker: Worker;
  readonly #lines = new LineSplitter();
  /** Work under way, by the asker's ids. BOUNDED BY REQUESTS_MAX. */
  readonly #underWay = new Map<number, AbortController>();

  constructor(socket: Socket, worker: Worker) {
    this.#socket = socket;
    this.#worker = worker;
    socket.on("data", (chunk: Uint8Array) => this.#hear(chunk));
    socket.on("error", () => undefined); // "close" follows
    socket.on("close", () => {
      for (const controller of this.#underWay.values()) controller.abort();
    });
  }

  #hear(chunk: Uint8Array): void {
    if (this.#socket.destroyed) return;
    try {
      for (const line of this.#lines.push(chunk)) this.#begin(parseAsked(line));
    } catch (error) {
      this.#answer({ v: VERSION, id: null, ok: false, error: encodeError(error) });
      hangUp(this.#socket, BACKLOG_MAX);
    }
  }

  #begin({ id, method, params }: Asked): void {
    if (this.#underWay.has(id)) throw new RemoteError("PROTOCOL", "profile socket: an id that is in use");
    if (this.#underWay.size >= REQUESTS_MAX) throw new RemoteError("FLOOD", "profile socket: too much at once");
    const controller = new AbortController();
    this.#underWay.set(id, controller);
    this.#answer({ v: VERSION, id, accepted: true });
    const emit = (event: Json): void => this.#answer({ v: VERSION, id, event });
    const ended = (answer: Answered): void => {
      this.#underWay.delete(id);
      this.#answer(answer);
    };
    this.#worker({ method, params, signal: controller.signal, emit }).then(
      (result) => ended({ v: VERSION, id, ok: true, result }),
      (error: unknown) => ended({ v: VERSION, id, ok: false, error: encodeError(error) }),
    );
  }

  #answer(answer: Answered): void {
    if (!this.#socket.writable) return;
    sendLine(this.#socket, answer);
    if (this.#socket.writableLength > BACKLOG_MAX) this.#socket.destroy();
  }
}
