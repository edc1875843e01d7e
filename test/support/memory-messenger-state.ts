/** The messenger's memory, in memory: survives a machine, not a test. Asserts what the port demands of its caller. */

import type { MessageId, MessageRecord } from "../../src/core/messenger/messenger-io.ts";
import type { JoinedChat, MessengerState, OutboxItem, PayloadDigest } from "../../src/core/messenger/state.ts";
import { assert } from "../../src/core/platform/errors.ts";

export class MemoryMessengerState implements MessengerState {
  readonly messages = new Map<MessageId, MessageRecord>();
  readonly #chats = new Map<string, JoinedChat>();
  readonly #payloads = new Set<PayloadDigest>();
  readonly #outbox = new Map<MessageId, OutboxItem>();
  readonly #requests = new Map<string, MessageId>();

  chats(): readonly JoinedChat[] {
    return [...this.#chats.values()];
  }

  putChat(chat: JoinedChat): void {
    this.#chats.set(chat.name, chat);
  }

  removeChat(name: string): void {
    this.#chats.delete(name);
  }

  hasMessage(id: MessageId): boolean {
    return this.messages.has(id);
  }

  hasPayload(digest: PayloadDigest): boolean {
    return this.#payloads.has(digest);
  }

  addMessage(message: MessageRecord, digest: PayloadDigest): void {
    assert(!this.messages.has(message.id) && !this.#payloads.has(digest), "a message is added once");
    this.messages.set(message.id, message);
    this.#payloads.add(digest);
  }

  /** Newest first: the port promises no order. */
  outbox(): readonly OutboxItem[] {
    return [...this.#outbox.values()].reverse();
  }

  putOutboxItem(item: OutboxItem): void {
    this.#outbox.set(item.id, item);
  }

  removeOutboxItem(id: MessageId): void {
    this.#outbox.delete(id);
  }

  requested(requestKey: string): MessageId | undefined {
    return this.#requests.get(requestKey);
  }

  addRequest(requestKey: string, id: MessageId): void {
    assert(!this.#requests.has(requestKey), "a request is added once");
    this.#requests.set(requestKey, id);
  }
}
