/** The seam for handing work to the process that holds a profile: the asker's side. The other is `socket.ts`. */
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { EnvironmentError, type ErrorDetails } from "../../platform/errors.ts";
import type { Json } from "../../profile/store.ts";
import { holderOf, type LockHolder, lockedBy } from "./lock.ts";
import { decodeError } from "./socket-errors.ts";
import { type Answered, LineSplitter, parseAnswered, sendLine, VERSION } from "./socket-lines.ts";

export interface HolderRequest {
  readonly method: string;
  readonly params: Json;
}

export interface AskOptions {
  /** How long the holder may take to say that it is there; the work itself is bounded by `signal`. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: Json) => void;
}

const ID = 1;
const POLL_MS = 40;

/**
 * What the holder of the profile makes of `request`; undefined when nobody holds it. Throws what the work threw there,
 * the reason of `signal`, and `EnvironmentError` LOCKED when the holder does not answer, or ends before the work does.
 */
export async function askHolder(
  directory: string,
  request: HolderRequest,
  { timeoutMs, ...options }: AskOptions,
): Promise<Json | undefined> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    options.signal?.throwIfAborted();
    const holder = holderOf(directory);
    if (!holder) return undefined;
    const leftMs = Math.max(POLL_MS, deadline - Date.now());
    const answer =
      holder.socket === null
        ? undefined
        : await converse(holder.socket, request, { ...options, leftMs, ended: endedEarly(holder) });
    if (answer) return answer.result;
    if (Date.now() >= deadline) throw lockedBy(holder, directory);
    await sleep(POLL_MS, undefined, options.signal ? { signal: options.signal } : {});
  }
}

interface ConversationOptions extends Omit<AskOptions, "timeoutMs"> {
  readonly leftMs: number;
  /** Thrown when the holder ends before the work does. */
  readonly ended: EnvironmentError;
}

/** One attempt; undefined when nobody says in time that the request was taken. */
function converse(
  path: string,
  request: HolderRequest,
  { leftMs, ended, signal, onEvent }: ConversationOptions,
): Promise<{ readonly result: Json } | undefined> {
  return new Promise((resolve, reject) => {
    const lines = new LineSplitter();
    const socket = connect(path);
    let accepted = false;
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", takeBack);
      socket.destroy();
      settle();
    };
    const takeBack = (): void => end(() => reject(signal?.reason));
    const timer = setTimeout(() => end(() => resolve(undefined)), leftMs);
    const hear = (answer: Answered): void => {
      clearTimeout(timer);
      accepted = true;
      if ("event" in answer) onEvent?.(answer.event);
      if ("result" in answer) end(() => resolve({ result: answer.result }));
      if ("error" in answer) end(() => reject(decodeError(answer.error)));
    };
    socket.on("connect", () => sendLine(socket, { v: VERSION, id: ID, ...request }));
    socket.on("error", () => undefined); // "close" follows
    socket.on("close", () => end(() => (accepted ? reject(ended) : resolve(undefined))));
    socket.on("data", (chunk: Uint8Array) => {
      try {
        for (const line of lines.push(chunk)) hear(parseAnswered(line));
      } catch (error) {
        end(() => reject(error));
      }
    });
    signal?.addEventListener("abort", takeBack, { once: true });
  });
}

/** LOCKED, but not for long: the holder ends. */
export const endingError = (message: string, details: ErrorDetails = {}): EnvironmentError =>
  new EnvironmentError("LOCKED", message, { details: { ...details, ending: true } });

/** Whether the work should be asked for again, or done by whoever asks: its holder has ended or is about to. */
export const isEnding = (error: unknown): boolean =>
  error instanceof EnvironmentError && error.code === "LOCKED" && error.details.ending === true;

function endedEarly({ command, pid }: LockHolder): EnvironmentError {
  const message = `"${command}", which holds the profile (process ${pid}), ended before the work was done`;
  return endingError(message, { pid, command });
}
