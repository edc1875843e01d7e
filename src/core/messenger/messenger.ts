/**
 * The messenger: a machine between chats above and envelopes below. So far it speaks in public chats.
 *
 * ```
 * say      -> ChatMessage -> signed wrapper -> sealed draft -> mine -> post
 * envelope -> opened -> author -> ChatMessage -> judged -> new? -> kept -> message
 * ```
 * What must survive a restart goes through the `MessengerState` port while an input is fed. A new machine on an old state
 * goes on where that one stopped: its first `tick` announces the topics of the joined chats and posts what is unsent.
 */
import { equalBytes } from "../bytes/bytes.ts";
import type { PublicKey } from "../crypto/crypto.ts";
import { type Author, unwrapPayload } from "../payloads/application-metadata.ts";
import { chatMessageCodec } from "../payloads/chat-message.ts";
import { UsageError } from "../platform/errors.ts";
import type { Machine } from "../platform/machine.ts";
import type { Random } from "../platform/random.ts";
import { type Millis, NEVER } from "../platform/time.ts";
import type { Envelope } from "../whisper/envelope.ts";
import { composeMessage, draftEnvelope } from "./composing.ts";
import { JoinedChats } from "./joined-chats.ts";
import type { MessageId, MessengerInput, MessengerOutput, Utterance } from "./messenger-io.ts";
import { DEFAULT_ATTEMPTS, Outbox } from "./outbox.ts";
import { type Primitives, type PublicMessage, payloadDigest, readPublicEnvelope } from "./reading.ts";
import { type Arrival, recordOf } from "./record.ts";
import type { MessengerState, OutboxItem } from "./state.ts";

export interface MessengerOptions {
  readonly state: MessengerState;
  /** The chat key. */
  readonly keyring: Author;
  readonly random: Random;
  /** The three-word name of a key. */
  readonly aliasOf: (publicKey: PublicKey) => string;
  /** Envelopes per message that are written to peers before it counts as expired; 6 by default. */
  readonly maxAttempts?: number;
}

export class Messenger implements Machine<MessengerInput, MessengerOutput> {
  readonly #crypto: Primitives;
  readonly #options: MessengerOptions;
  readonly #chats: JoinedChats;
  readonly #outbox: Outbox;
  #started = false;

  constructor(crypto: Primitives, options: MessengerOptions) {
    const { state, keyring, random, maxAttempts = DEFAULT_ATTEMPTS } = options;
    this.#crypto = crypto;
    this.#options = options;
    this.#chats = new JoinedChats(crypto, state);
    const draft = (item: OutboxItem, now: Millis) => draftEnvelope(crypto, item, { author: keyring, random, now });
    this.#outbox = new Outbox({ state, maxAttempts, draft });
  }

  feed(input: MessengerInput, now: Millis): MessengerOutput[] {
    switch (input.type) {
      case "join":
        this.#chats.join(input.chat, input.key);
        return [this.#interest()];
      case "leave":
        this.#chats.leave(input.chat);
        return [this.#interest()];
      case "say":
        return this.#say(input, now);
      case "mined":
        return this.#mined(input.id, input.envelope, now);
      case "envelope":
        return this.#receive(input, now);
      case "sent":
        return input.awaited ? this.#outbox.written(input.hash) : this.#outbox.confirmed(input.hash, input.peer);
      case "confirmed":
        return this.#outbox.confirmed(input.hash, input.peer);
      case "rejected":
        return this.#outbox.rejected(input.hash, input.peer, `${input.description} (code ${input.code})`);
      case "refused":
        return this.#outbox.refused(input.hash, input.why, now);
      case "expired":
        return this.#outbox.expired(input.hash, now);
    }
  }

  /** The first tick resumes; nothing else falls due by time. */
  tick(now: Millis): MessengerOutput[] {
    if (this.#started) return [];
    this.#started = true;
    const interest = this.#chats.topics.length > 0 ? [this.#interest()] : [];
    return [...interest, ...this.#outbox.resume(now)];
  }

  wakeAt(): Millis {
    return this.#started ? NEVER : 0;
  }

  #interest(): MessengerOutput {
    return { type: "interest", topics: this.#chats.topics };
  }

  #say({ utterance, request }: MessengerInput & { type: "say" }, now: Millis): MessengerOutput[] {
    const known = this.#sayAgain(utterance, request, now);
    if (known) return known;
    const item = this.#compose(utterance, now);
    if (item instanceof UsageError) return [{ type: "refused", request, error: item }];
    this.#chats.advance(item.chat, item.clock);
    return [accepted(request, item.id, false), ...this.#outbox.add(item, now)];
  }

  /** What a rerun with a known idempotency key gets; undefined for anything new. */
  #sayAgain({ idempotencyKey }: Utterance, request: number, now: Millis): MessengerOutput[] | undefined {
    if (idempotencyKey === undefined) return undefined;
    const item = this.#outbox.requested(idempotencyKey);
    if (item) return [accepted(request, item.id, true), ...this.#outbox.ask(item, now)];
    const message = this.#options.state.requested(idempotencyKey);
    if (message === undefined) return undefined;
    const sent = { message, envelope: null, state: "sent", peer: null, reason: null } as const;
    return [accepted(request, message, true), { type: "delivery", ...sent }];
  }

  /** The message that was asked for, or why it is impossible. */
  #compose(utterance: Utterance, now: Millis): OutboxItem | UsageError {
    const chat = this.#chats.get(utterance.chat);
    if (!chat) return new UsageError("NOT_FOUND", `chat "${utterance.chat}": not joined`);
    try {
      const item = composeMessage(this.#crypto, this.#options.keyring, { utterance, chat, now });
      this.#outbox.makeRoom();
      return item;
    } catch (error) {
      if (error instanceof UsageError) return error;
      throw error;
    }
  }

  /** The envelope goes last: whoever hears of its delivery has heard of the message. */
  #mined(task: number, envelope: Envelope | undefined, now: Millis): MessengerOutput[] {
    const { posted, outputs } = this.#outbox.mined(task, envelope, now);
    if (!posted || !envelope) return outputs;
    const echo = this.#keep(this.#own(posted), { envelope, mailserver: null, at: now, outgoing: true });
    return [...echo, ...outputs, { type: "post", envelope }];
  }

  /** What the others will read in a message of ours. */
  #own({ wrapper, key, chat: name, clock }: OutboxItem): PublicMessage {
    const authored = unwrapPayload(this.#crypto, wrapper, this.#options.keyring.publicKey);
    return { chat: { name, key, clock }, authored, message: chatMessageCodec.decode(authored.payload) };
  }

  #receive({ envelope, via, direct }: MessengerInput & { type: "envelope" }, now: Millis): MessengerOutput[] {
    const chats = this.#chats.on(envelope.topic);
    if (chats.length === 0) return [];
    const reading = readPublicEnvelope(this.#crypto, envelope, { chats, now });
    if (reading.outcome === "ignored") return [{ type: "ignored", hash: envelope.hash, why: reading.why }];
    const outgoing = equalBytes(reading.authored.author, this.#options.keyring.publicKey);
    return this.#keep(reading, { envelope, mailserver: (direct && via) || null, at: now, outgoing });
  }

  /** Keeps and shows a message, unless it is known: by id, or because somebody put its payload into another wrapper. */
  #keep(message: PublicMessage, arrival: Arrival): MessengerOutput[] {
    const { state, aliasOf } = this.#options;
    const { authored, chat } = message;
    const digest = payloadDigest(this.#crypto, authored);
    if (state.hasMessage(authored.id) || state.hasPayload(digest)) return [];
    const record = recordOf(message, arrival, aliasOf(authored.author));
    state.addMessage(record, digest);
    this.#chats.advance(chat.name, record.clock);
    return [{ type: "message", message: record }];
  }
}

const accepted = (request: number, message: MessageId, known: boolean): MessengerOutput => ({
  type: "accepted",
  request,
  message,
  known,
});
