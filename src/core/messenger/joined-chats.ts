/** The public chats that are joined, by name and by topic; what the messenger changes of them it changes here. */
import type { Hashes } from "../crypto/crypto.ts";
import { assert } from "../platform/errors.ts";
import type { Topic } from "../whisper/envelope.ts";
import { publicChatTopic } from "../whisper/topic.ts";
import type { JoinedChat, MessengerState } from "./state.ts";

const KEY_LENGTH = 32;

export class JoinedChats {
  readonly #hashes: Hashes;
  readonly #state: MessengerState;
  /** BOUNDED BY what the owner of the profile joins, like `#names`. */
  readonly #chats = new Map<string, JoinedChat>();
  /** Two names may share a topic. */
  readonly #names = new Map<Topic, Set<string>>();

  constructor(hashes: Hashes, state: MessengerState) {
    this.#hashes = hashes;
    this.#state = state;
    for (const chat of state.chats()) this.#index(chat);
  }

  /** All topics, each once. */
  get topics(): readonly Topic[] {
    return [...this.#names.keys()];
  }

  get(name: string): JoinedChat | undefined {
    return this.#chats.get(name);
  }

  /** The chats whose envelopes carry this topic. */
  on(topic: Topic): readonly JoinedChat[] {
    return [...(this.#names.get(topic) ?? [])].flatMap((name) => this.#chats.get(name) ?? []);
  }

  /** `key`: 32 bytes. */
  join(name: string, key: Uint8Array): void {
    assert(key.length === KEY_LENGTH, "the key of a chat has 32 bytes");
    this.#put({ name, key: key.slice(), clock: this.#chats.get(name)?.clock ?? 0 });
  }

  leave(name: string): void {
    const topic = publicChatTopic(this.#hashes, name);
    this.#names.get(topic)?.delete(name);
    if (this.#names.get(topic)?.size === 0) this.#names.delete(topic);
    this.#chats.delete(name);
    this.#state.removeChat(name);
  }

  /** Raises the chat's clock to that of a message; an older one leaves it alone. */
  advance(name: string, clock: number): void {
    const chat = this.#chats.get(name);
    if (chat && clock > chat.clock) this.#put({ ...chat, clock });
  }

  #put(chat: JoinedChat): void {
    this.#index(chat);
    this.#state.putChat(chat);
  }

  #index(chat: JoinedChat): void {
    const topic = publicChatTopic(this.#hashes, chat.name);
    this.#chats.set(chat.name, chat);
    this.#names.set(topic, (this.#names.get(topic) ?? new Set()).add(chat.name));
  }
}
