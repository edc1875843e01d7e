/** What the messenger remembers, in the profile's store. Its owner commits. */
import { toHex } from "../bytes/hex.ts";
import type { Hashes } from "../crypto/crypto.ts";
import type { MessageId, MessageRecord } from "../messenger/messenger-io.ts";
import type { JoinedChat, MessengerState, OutboxItem, PayloadDigest } from "../messenger/state.ts";
import { chatSchema, MESSAGES, outboxSchema, PAYLOADS, REQUESTS } from "./documents.ts";
import { hex, parseDocument } from "./schema.ts";
import type { Store } from "./store.ts";
import { TypedDocuments } from "./typed-documents.ts";

const messageId = hex<MessageId>(32);

export class StoredMessengerState implements MessengerState {
  readonly #store: Store;
  readonly #documents: TypedDocuments;

  constructor(hashes: Pick<Hashes, "sha256">, store: Store) {
    this.#store = store;
    this.#documents = new TypedDocuments(hashes, store);
  }

  chats(): readonly JoinedChat[] {
    return this.#documents.all(chatSchema, "chats");
  }

  putChat({ name, key, clock }: JoinedChat): void {
    this.#documents.put("chats", name, { name, key: toHex(key), clock });
  }

  removeChat(name: string): void {
    this.#documents.remove("chats", name);
  }

  hasMessage(id: MessageId): boolean {
    return this.#store.has(MESSAGES, id);
  }

  hasPayload(digest: PayloadDigest): boolean {
    return this.#store.has(PAYLOADS, digest);
  }

  addMessage(message: MessageRecord, digest: PayloadDigest): void {
    const { id, chat, clock, sticker } = message;
    const value = { ...message, sticker: sticker && { ...sticker } };
    this.#store.append(MESSAGES, { key: id, group: chat.id, order: clock, value });
    this.#store.append(PAYLOADS, { key: digest, group: "", order: 0, value: id });
  }

  outbox(): readonly OutboxItem[] {
    return this.#documents.all(outboxSchema, "outbox");
  }

  putOutboxItem({ key, wrapper, ...item }: OutboxItem): void {
    this.#documents.put("outbox", item.id, { ...item, key: toHex(key), wrapper: toHex(wrapper) });
  }

  removeOutboxItem(id: MessageId): void {
    this.#documents.remove("outbox", id);
  }

  requested(requestKey: string): MessageId | undefined {
    const id = this.#store.load(REQUESTS, requestKey);
    return id === undefined ? undefined : parseDocument(messageId, REQUESTS, id);
  }

  addRequest(requestKey: string, id: MessageId): void {
    this.#store.append(REQUESTS, { key: requestKey, group: "", order: 0, value: id });
  }
}
