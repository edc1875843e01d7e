/**
 * Work on a profile as it passes between processes: what may be asked of its holder, and how the holder does it.
 *
 * A holder that is about to end finishes the work it has taken, if that is soon, and refuses more; who is refused finds the
 * profile free a moment later.
 */
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import type { MessageId } from "../messenger/messenger-io.ts";
import { RemoteError } from "../platform/errors.ts";
import { hex } from "../profile/schema.ts";
import type { Json } from "../profile/store.ts";
import { type Edit, editedJson, editSchema } from "./edits.ts";
import type { LocalSession } from "./local-session.ts";
import type { SendRequest } from "./session-io.ts";
import { endingError } from "./store/ask-holder.ts";
import type { Work } from "./store/socket.ts";

/** The longest that work may be waited for, whatever was asked. */
const TIMEOUT_MS_MAX = 24 * 60 * 60 * 1000;
/** How long an ending holder goes on with work: a relay answers sooner, and whoever stops a command does not wait longer. */
const GRACE_MS = 1000;

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
  readonly #cut = new AbortController();

  constructor(session: LocalSession) {
    this.#session = session;
  }

  /** Does what was asked. Throws what the work throws; LOCKED when this process is about to end. */
  readonly work = async (work: Work): Promise<Json> => {
    if (this.#ending.signal.aborted) throw endingError("the holder of the profile is about to end");
    const doing = this.#do(parseRequest(work), work);
    this.#underWay.add(doing);
    const forget = (): void => void this.#underWay.delete(doing);
    doing.then(forget, forget);
    return doing;
  };

  /** Who watches is sent away; other work is waited for a while, and then given back to those who asked for it. */
  async finish(): Promise<void> {
    this.#ending.abort();
    const grace = new AbortController();
    const late = sleep(GRACE_MS, undefined, { signal: grace.signal }).then(() => this.#cut.abort());
    late.catch(() => undefined); // all was done before
    await Promise.allSettled(this.#underWay);
    grace.abort();
  }

  async #do(request: ProfileRequest, { signal, emit }: Work): Promise<Json> {
    switch (request.method) {
      case "send":
        return this.#send(request.params, { signal, emit });
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

  /** A message that is cut off lies in the outbox: whoever asks for it again, under its key, goes on with it. */
  async #send(request: SendRequest, { signal, emit }: Pick<Work, "signal" | "emit">): Promise<Json> {
    const cut = this.#cut.signal;
    const sending = this.#session.send(request, AbortSignal.any([signal, cut]), () => emit("taken up"));
    await Promise.allSettled([sending]);
    if (cut.aborted) throw endingError("the holder of the profile ended before the message was delivered");
    return { ...(await sending) };
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
