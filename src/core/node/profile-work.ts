/**
 * Work on a profile as it passes between processes: what may be asked of its holder, and how the holder does it.
 *
 * A holder that is about to end finishes the work it has taken and refuses more; who is refused finds the profile free a
 * moment later.
 */
import * as v from "valibot";
import type { MessageId } from "../messenger/messenger-io.ts";
import { EnvironmentError, RemoteError } from "../platform/errors.ts";
import { hex } from "../profile/schema.ts";
import type { Json } from "../profile/store.ts";
import { type Edit, editedJson, editSchema } from "./edits.ts";
import type { LocalSession } from "./local-session.ts";
import type { SendRequest } from "./session-io.ts";
import type { Work } from "./store/socket.ts";

/** The longest that work may be waited for, whatever was asked. */
const TIMEOUT_MS_MAX = 24 * 60 * 60 * 1000;

const sendSchema: v.GenericSchema<unknown, SendRequest> = v.object({
  utterance: v.object({
    chat: v.string(),
    text: v.string(),
    contentType: v.picklist(["text", "status", "emoji", "sticker"]),
    sticker: v.exactOptional(v.object({ hash: v.string(), pack: v.number() })),
    replyTo: v.exactOptional(hex<MessageId>(32)),
    idempotencyKey: v.exactOptional(v.string()),
    ttl: v.exactOptional(v.number()),
    pow: v.exactOptional(v.number()),
  }),
  waitFor: v.picklist(["queued", "sent"]),
  timeoutMs: v.pipe(v.number(), v.minValue(0), v.maxValue(TIMEOUT_MS_MAX)),
});

const chatSchema = v.object({ chat: v.string() });

const requestSchema = v.variant("method", [
  v.object({ method: v.literal("send"), params: sendSchema }),
  v.object({ method: v.literal("join"), params: chatSchema }),
  v.object({ method: v.literal("leave"), params: chatSchema }),
  v.object({ method: v.literal("watch"), params: v.object({}) }),
  v.object({ method: v.literal("edit"), params: editSchema }),
]);

/** What one process may ask of the one that holds the profile. */
export type ProfileRequest =
  | { readonly method: "send"; readonly params: SendRequest }
  | { readonly method: "join" | "leave"; readonly params: { readonly chat: string } }
  /** Messages from now on, as events, until the asker goes away. */
  | { readonly method: "watch"; readonly params: Readonly<Record<string, never>> }
  | { readonly method: "edit"; readonly params: Edit };

/** The holder's side. */
export class ProfileWorker {
  readonly #session: LocalSession;
  readonly #underWay = new Set<Promise<unknown>>(); // BOUNDED BY the socket
  readonly #ending = new AbortController();

  constructor(session: LocalSession) {
    this.#session = session;
  }

  /** Does what was asked. Throws what the work throws; LOCKED when this process is about to end. */
  readonly work = (work: Work): Promise<Json> => {
    if (this.#ending.signal.aborted) {
      return Promise.reject(new EnvironmentError("LOCKED", "the holder of the profile is about to end"));
    }
    const doing = this.#do(parseRequest(work), work);
    this.#underWay.add(doing);
    const forget = (): void => void this.#underWay.delete(doing);
    doing.then(forget, forget);
    return doing;
  };

  /** Resolves when all work taken is done; who watches is sent away. */
  async finish(): Promise<void> {
    this.#ending.abort();
    await Promise.allSettled(this.#underWay);
  }

  async #do(request: ProfileRequest, { signal, emit }: Work): Promise<Json> {
    switch (request.method) {
      case "send":
        return { ...(await this.#session.send(request.params, signal, () => emit("taken up"))) };
      case "join":
        await this.#session.join(request.params.chat);
        return null;
      case "leave":
        await this.#session.leave(request.params.chat);
        return null;
      case "watch":
        return this.#watch(AbortSignal.any([signal, this.#ending.signal]), emit);
      case "edit":
        return editedJson(this.#session.edit(request.params));
      default:
        return request satisfies never;
    }
  }

  async #watch(signal: AbortSignal, emit: Work["emit"]): Promise<Json> {
    for await (const message of this.#session.messages(signal)) emit(JSON.parse(JSON.stringify(message)));
    return null;
  }
}

function parseRequest({ method, params }: Work): ProfileRequest {
  const result = v.safeParse(requestSchema, { method, params });
  if (result.success) return result.output;
  const field = v.getDotPath(result.issues[0]) ?? "method";
  throw new RemoteError("MALFORMED", `profile request ${method}: ${field}`);
}
