/**
 * People in public chats, joined by a wire that is a function call: what one posts, all hear at once. Time stands still
 * unless a test moves it; envelopes are confirmed only where a test says so.
 */
import { concatBytes, utf8 } from "../../src/core/bytes/bytes.ts";
import { fromHex } from "../../src/core/bytes/hex.ts";
import { Messenger } from "../../src/core/messenger/messenger.ts";
import type {
  MessageRecord,
  MessengerInput,
  MessengerOutput,
  MineTask,
  Utterance,
} from "../../src/core/messenger/messenger-io.ts";
import { type Author, applicationMetadataCodec, wrapPayload } from "../../src/core/payloads/application-metadata.ts";
import { type ChatMessage, chatMessageCodec } from "../../src/core/payloads/chat-message.ts";
import type { NodeId } from "../../src/core/platform/node-id.ts";
import { type Millis, SECOND, toSeconds } from "../../src/core/platform/time.ts";
import { type Envelope, encodeEnvelope } from "../../src/core/whisper/envelope.ts";
import { seal } from "../../src/core/whisper/message.ts";
import { publicChatTopic } from "../../src/core/whisper/topic.ts";
import { SeededRandom } from "../sim/random.ts";
import { authorFrom } from "./authors.ts";
import { fast } from "./doors.ts";
import { MemoryMessengerState } from "./memory-messenger-state.ts";

export const START: Millis = 1_583_899_203_000;
export const CHAT = "status";
export const PEER = "0xbeef" as NodeId;
export const OTHER_PEER = "0xcafe" as NodeId;

/** Not the derived key: PBKDF2 has its own tests. */
export const chatKey = (chat: string): Uint8Array => fast.sha256(utf8(chat));

type Of<Type extends MessengerOutput["type"]> = Extract<MessengerOutput, { type: Type }>;

export class Person {
  readonly author: Author;
  readonly state = new MemoryMessengerState();
  readonly random: SeededRandom;
  messenger: Messenger;
  now: Millis = START;
  #requests = 0;

  constructor(number: number) {
    this.author = authorFrom(number);
    this.random = new SeededRandom(number);
    this.messenger = this.#wake();
  }

  /** A new machine on the same memory. */
  restart(): MessengerOutput[] {
    this.messenger = this.#wake();
    return this.messenger.tick(this.now);
  }

  feed(input: MessengerInput): MessengerOutput[] {
    return this.messenger.feed(input, this.now);
  }

  join(chat: string = CHAT): MessengerOutput[] {
    return this.feed({ type: "join", chat, key: chatKey(chat) });
  }

  say(text: string, more: Partial<Utterance> = {}): MessengerOutput[] {
    const utterance: Utterance = { chat: CHAT, text, contentType: "text", ...more };
    return this.feed({ type: "say", utterance, request: ++this.#requests });
  }

  /** Finds the nonces of the tasks; what comes of it. */
  mine(outputs: readonly MessengerOutput[]): MessengerOutput[] {
    return tasksOf(outputs).flatMap((task) => this.feed({ type: "mined", id: task.id, envelope: solve(task) }));
  }

  /** Says something and mines it; the envelope. */
  post(text: string, more: Partial<Utterance> = {}): Envelope {
    return only(this.mine(this.say(text, more)), "post").envelope;
  }

  hear(envelope: Envelope, from: { via?: NodeId; direct?: boolean } = {}): MessengerOutput[] {
    return this.feed({ type: "envelope", envelope, via: from.via ?? PEER, direct: from.direct ?? false });
  }

  /** The one message that `envelope` brings. */
  read(envelope: Envelope): MessageRecord {
    return only(this.hear(envelope), "message").message;
  }

  #wake(): Messenger {
    const { state, author: keyring, random } = this;
    const aliasOf = (publicKey: Uint8Array) => `Person ${publicKey[64]}`;
    return new Messenger(fast, { state, keyring, random, aliasOf });
  }
}

/** People who have joined the chat. */
export function people(): { alice: Person; bob: Person } {
  const [alice, bob] = [new Person(1), new Person(2)];
  for (const person of [alice, bob]) {
    person.messenger.tick(START);
    person.join();
  }
  return { alice, bob };
}

export const tasksOf = (outputs: readonly MessengerOutput[]): MineTask[] =>
  all(outputs, "mine").map((output) => output.task);

export function all<Type extends MessengerOutput["type"]>(outputs: readonly MessengerOutput[], type: Type): Of<Type>[] {
  return outputs.filter((output): output is Of<Type> => output.type === type);
}

/** The one output of that type; whatever else there is. */
export function only<Type extends MessengerOutput["type"]>(outputs: readonly MessengerOutput[], type: Type): Of<Type> {
  const [output, ...more] = all(outputs, type);
  if (!output || more.length > 0) throw new Error(`one "${type}" expected among ${outputs.map((some) => some.type)}`);
  return output;
}

/** The first nonce with enough work. */
export function solve({ draft, target }: Pick<MineTask, "draft" | "target">): Envelope {
  for (let nonce = 0n; ; nonce++) {
    const envelope = encodeEnvelope(fast, draft, nonce);
    if (envelope.pow >= target) return envelope;
  }
}

/** A chat message with nothing wrong with it. */
export const plainMessage = (now: Millis = START): ChatMessage => ({
  clock: BigInt(now),
  timestamp: BigInt(now),
  text: "hand-made",
  responseTo: "",
  ensName: "",
  chatId: CHAT,
  messageType: 2,
  contentType: 1,
});

export interface HandMade {
  /** What lies in the Whisper message; by default `message` in a signed wrapper. */
  readonly payload?: Uint8Array;
  readonly message?: ChatMessage;
  readonly author?: Author;
  /** Who signs the envelope; by default the author. */
  readonly signer?: Author | null;
  readonly chat?: string;
  readonly key?: Uint8Array;
  readonly sent?: Millis;
  readonly ttl?: number;
}

/** An envelope as anybody could make it. */
export function handMade(made: HandMade = {}): Envelope {
  const { author = authorFrom(3), chat = CHAT, key = chatKey(chat), sent = START, ttl = 15 } = made;
  const { message = plainMessage(sent), payload = wrapped(author, chatMessageCodec.encode(message)) } = made;
  const signer = made.signer === undefined ? author : made.signer;
  const random = new SeededRandom(7);
  const data = seal(fast, { payload, to: { symKey: key }, random, ...(signer && { signer }) });
  const draft = { expiry: toSeconds(sent) + ttl, ttl, topic: publicChatTopic(fast, chat), data };
  return encodeEnvelope(fast, draft, 0n);
}

/** A signed wrapper. */
export const wrapped = (author: Author, payload: Uint8Array, type = 1): Uint8Array =>
  wrapPayload(fast, author, { type, payload }).bytes;

/** The same signed payload in a wrapper of other bytes. */
export const rewrapped = (wrapper: Uint8Array): Uint8Array => concatBytes(wrapper, fromHex("220141"));

/** The same payload, unsigned. */
export const unsigned = (payload: Uint8Array): Uint8Array => applicationMetadataCodec.encode({ payload, type: 1 });

export const seconds = (count: number): Millis => count * SECOND;
