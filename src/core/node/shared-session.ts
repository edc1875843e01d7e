/**
 * The session of a profile that several processes use: one of them holds it and has the network identity, the others hand
 * their work to it. When the holder ends, the next one to need the profile holds it; work that was under way is asked for
 * again, under a key that keeps it from being done twice.
 */
import { randomUUID } from "node:crypto";
import type { MessageRecord } from "../messenger/messenger-io.ts";
import type { Json } from "../profile/store.ts";
import { AsyncQueue } from "./async-queue.ts";
import { LocalSession, type LocalSessionOptions } from "./local-session.ts";
import { type ProfileRequest, ProfileWorker } from "./profile-work.ts";
import { openHeldProfile, type ProfilePlace } from "./profiles.ts";
import type { SendRequest, SendResult, Session } from "./session-io.ts";
import type { HolderRequest } from "./store/ask-holder.ts";
import { ProfileLock } from "./store/lock.ts";
import { type AskingOptions, PatientAsker } from "./store/patient-asker.ts";
import { takeWork } from "./store/socket.ts";

export interface SharedSessionOptions {
  readonly place: ProfilePlace;
  /** How others see this process. */
  readonly command: string;
  /** How long a holder may take to answer. */
  readonly waitLockMs: number;
  /** What a session of our own is made of, once the profile is ours. */
  readonly local: (store: LocalSessionOptions["store"]) => LocalSessionOptions;
}

/** A profile that this process holds. */
interface Tenure {
  readonly session: LocalSession;
  end(): Promise<void>;
}

export class SharedSession implements Session {
  readonly #options: SharedSessionOptions;
  #tenure: Tenure | undefined;
  /** The attempt to hold the profile that is under way. */
  #attempt: Promise<LocalSession | undefined> | undefined;
  #lastTakenUp: Promise<void> = Promise.resolve();
  #started = false;

  private constructor(options: SharedSessionOptions) {
    this.#options = options;
  }

  /** Holds the profile if it is free. Throws what keeps it from being opened, such as NO_PROFILE or PASSPHRASE. */
  static async open(options: SharedSessionOptions): Promise<SharedSession> {
    const session = new SharedSession(options);
    await session.#hold();
    return session;
  }

  /** The session of this process, when it holds the profile. */
  get own(): LocalSession | undefined {
    return this.#tenure?.session;
  }

  /** Connects, if the profile is ours; its holder is connected already. */
  start(): void {
    this.#started = true;
    this.own?.start();
  }

  /** Messages of one session are taken up in the order of the calls, whoever does the work. */
  async send(request: SendRequest, signal: AbortSignal): Promise<SendResult> {
    const before = this.#lastTakenUp;
    let takenUp: () => void = () => undefined;
    this.#lastTakenUp = new Promise((resolve) => {
      takenUp = resolve;
    });
    await before;
    try {
      return await this.#sendNext(request, signal, takenUp);
    } finally {
      takenUp();
    }
  }

  async #sendNext(request: SendRequest, signal: AbortSignal, takenUp: () => void): Promise<SendResult> {
    const words = keyed(request);
    const limitMs = request.timeoutMs + this.#options.waitLockMs;
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
    const result = await this.#do(
      // A holder that was asked and ended may have put it into the outbox.
      (own, isRepeated) => own.send(isRepeated ? words : request, signal, takenUp),
      { method: "send", params: words },
      { signal: bounded, onEvent: takenUp },
    );
    return { ...result, known: result.known && request.utterance.idempotencyKey !== undefined };
  }

  join(chat: string): Promise<void> {
    return this.#do((own) => own.join(chat), { method: "join", params: { chat } });
  }

  leave(chat: string): Promise<void> {
    return this.#do((own) => own.leave(chat), { method: "leave", params: { chat } });
  }

  async *messages(signal: AbortSignal): AsyncGenerator<MessageRecord> {
    const asker = this.#asker;
    while (!signal.aborted) {
      const own = await this.#hold();
      if (own) yield* own.messages(signal);
      else yield* this.#messagesOfHolder(signal, asker);
    }
  }

  async close(): Promise<void> {
    await this.#attempt?.catch(() => undefined);
    await this.#tenure?.end();
    this.#tenure = undefined;
  }

  /** Does it here, or has the holder do it; `isRepeated` when a holder may have begun with it. */
  async #do<T>(
    here: (own: LocalSession, isRepeated: boolean) => Promise<T>,
    request: ProfileRequest,
    options: AskingOptions = {},
  ): Promise<T> {
    const asker = this.#asker;
    for (let isRepeated = false; ; isRepeated = true) {
      const own = await this.#hold();
      if (own) return here(own, isRepeated);
      const answer = await asker.ask(wordsOf(request), options);
      if (answer !== undefined) return answer as T;
    }
  }

  get #asker(): PatientAsker {
    return new PatientAsker(this.#options.place.directory, this.#options.waitLockMs);
  }

  async *#messagesOfHolder(signal: AbortSignal, asker: PatientAsker): AsyncGenerator<MessageRecord> {
    const queue = new AsyncQueue<MessageRecord>();
    const onEvent = (event: Json): void => queue.push(event as unknown as MessageRecord);
    const over = asker.ask({ method: "watch", params: {} }, { signal, onEvent }).then(
      () => queue.end(),
      (error) => (signal.aborted ? queue.end() : queue.fail(error)),
    );
    yield* queue;
    await over;
  }

  /** Our own session, if the profile is ours or free. */
  #hold(): Promise<LocalSession | undefined> {
    this.#attempt ??= this.#tryToHold().finally(() => {
      this.#attempt = undefined;
    });
    return this.#attempt;
  }

  async #tryToHold(): Promise<LocalSession | undefined> {
    if (this.#tenure) return this.#tenure.session;
    const { place, command, local } = this.#options;
    const lock = ProfileLock.try(place.directory, { command, now: Date.now() });
    if (!(lock instanceof ProfileLock)) return undefined;
    try {
      this.#tenure = await begin(place, lock, local);
    } catch (error) {
      lock.release();
      throw error;
    }
    if (this.#started) this.#tenure.session.start();
    return this.#tenure.session;
  }
}

const wordsOf = ({ method, params }: ProfileRequest): HolderRequest => ({
  method,
  params: JSON.parse(JSON.stringify(params)),
});

/** With a key, so that asking a second holder does not send it twice. */
function keyed({ utterance, ...rest }: SendRequest): SendRequest {
  const idempotencyKey = utterance.idempotencyKey ?? `handed-${randomUUID()}`;
  return { ...rest, utterance: { ...utterance, idempotencyKey } };
}

async function begin(place: ProfilePlace, lock: ProfileLock, local: SharedSessionOptions["local"]): Promise<Tenure> {
  const held = await openHeldProfile(place);
  try {
    const session = new LocalSession(local(held.store));
    const worker = new ProfileWorker(session);
    const socket = await takeWork(place.directory, lock, worker.work);
    const end = async (): Promise<void> => {
      await worker.finish();
      await socket.close();
      await session.close();
      held.close();
      lock.release();
    };
    return { session, end };
  } catch (error) {
    held.close();
    throw error;
  }
}
