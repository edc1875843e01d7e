/**
 * What passes through the socket of a profile's holder: one JSON object per line.
 *
 * ```
 * asked    := {v: 1, id, method, params}            taken back by ending the connection
 * answered := {v: 1, id, accepted: true}            at once, so that the other side knows somebody is there
 *           | {v: 1, id, event: JSON}               any number
 *           | {v: 1, id, ok: true, result: JSON}    the end
 *           | {v: 1, id, ok: false, error: {kind, code, message, details}}
 * ```
 * `id` is the asker's, and is null in the answer to what could not be read.
 */
import type { Socket } from "node:net";
import * as v from "valibot";
import { concatBytes, textOf } from "../../bytes/bytes.ts";
import { RemoteError } from "../../platform/errors.ts";
import type { Json } from "../../profile/store.ts";
import { errorSchema } from "./socket-errors.ts";

export const VERSION = 1;

/** A message with its largest payload is far below this. */
const LINE_MAX = 1 << 20;
const NEWLINE = 0x0a;

const json = v.custom<Json>(() => true);
const id = v.pipe(v.number(), v.safeInteger());
const version = v.literal(VERSION, `only version ${VERSION} is spoken here`);

const askedSchema = v.object({ v: version, id, method: v.string(), params: json });
export type Asked = v.InferOutput<typeof askedSchema>;

const answeredSchema = v.union([
  v.object({ v: version, id, accepted: v.literal(true) }),
  v.object({ v: version, id, event: json }),
  v.object({ v: version, id, ok: v.literal(true), result: json }),
  v.object({ v: version, id: v.nullable(id), ok: v.literal(false), error: errorSchema }),
]);
export type Answered = v.InferOutput<typeof answeredSchema>;

/** Throws `RemoteError` MALFORMED, UNSUPPORTED. */
export const parseAsked = (line: string): Asked => parse(askedSchema, line);
/** Throws `RemoteError` MALFORMED, UNSUPPORTED. */
export const parseAnswered = (line: string): Answered => parse(answeredSchema, line);

export function sendLine(socket: Socket, line: Asked | Answered): void {
  socket.write(`${JSON.stringify(line)}\n`);
}

function parse<const Schema extends v.GenericSchema>(schema: Schema, line: string): v.InferOutput<Schema> {
  const object = jsonOf(line);
  if (typeof object === "object" && object !== null && "v" in object && object.v !== VERSION) {
    throw new RemoteError("UNSUPPORTED", `profile socket: version ${String(object.v)} is not spoken here`);
  }
  const result = v.safeParse(schema, object);
  if (!result.success) throw new RemoteError("MALFORMED", "profile socket: a line of an unknown form");
  return result.output;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new RemoteError("MALFORMED", "profile socket: a line that is not JSON");
  }
}

/** Cuts a stream into lines. */
export class LineSplitter {
  #parts: Uint8Array[] = []; // BOUNDED BY LINE_MAX
  #length = 0;

  /** The lines that `chunk` completes. Throws `RemoteError` OVERSIZED, MALFORMED. */
  *push(chunk: Uint8Array): Generator<string> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#add(chunk.subarray(start, end));
      yield textOf(this.#take(), "profile socket");
      start = end + 1;
    }
    this.#add(chunk.subarray(start));
  }

  #add(part: Uint8Array): void {
    this.#length += part.length;
    if (this.#length > LINE_MAX) throw new RemoteError("OVERSIZED", `profile socket: a line over ${LINE_MAX} bytes`);
    if (part.length > 0) this.#parts.push(part);
  }

  #take(): Uint8Array {
    const line = concatBytes(...this.#parts);
    this.#parts = [];
    this.#length = 0;
    return line;
  }
}
