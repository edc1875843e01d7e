/**
 * The profile as values: typed access to the documents of a store. Changes belong to the open transaction; `commit` makes
 * them durable together.
 *
 * Not concerned with where the store is kept, nor with whether it is encrypted.
 */
import { toHex } from "../bytes/hex.ts";
import { equalSecretBytes } from "../crypto/constant-time.ts";
import type { Hashes } from "../crypto/crypto.ts";
import type { MessageRecord } from "../messenger/messenger-io.ts";
import type { JoinedChat, MessengerState } from "../messenger/state.ts";
import { EnvironmentError, UsageError } from "../platform/errors.ts";
import {
  type Contact,
  chatKeySchema,
  chatSchema,
  contactSchema,
  IDENTITY,
  type Identity,
  identitySchema,
  MESSAGES,
  PEERS,
  type Peer,
  peersSchema,
} from "./documents.ts";
import { StoredMessengerState } from "./messenger-state.ts";
import { parseMessage } from "./records.ts";
import type { SegmentQuery, Store } from "./store.ts";
import { TypedDocuments } from "./typed-documents.ts";

export class Profile {
  /** What the messenger remembers, in the same transactions. */
  readonly messenger: MessengerState;
  readonly #store: Store;
  readonly #documents: TypedDocuments;

  constructor(hashes: Pick<Hashes, "sha256">, store: Store) {
    this.messenger = new StoredMessengerState(hashes, store);
    this.#store = store;
    this.#documents = new TypedDocuments(hashes, store);
  }

  /** Throws `EnvironmentError` NO_PROFILE when none was made. */
  get identity(): Identity {
    const identity = this.#documents.read(identitySchema, IDENTITY);
    if (!identity) throw new EnvironmentError("NO_PROFILE", "the profile has no identity");
    return identity;
  }

  /** A profile is bound to its chat key: throws `UsageError` REFUSED when it has another one. */
  putIdentity({ chatKey, nodeKey, ...rest }: Identity): void {
    const present = this.#documents.read(identitySchema, IDENTITY);
    if (present && !equalSecretBytes(present.chatKey, chatKey)) {
      throw new UsageError("REFUSED", "the profile belongs to another chat key: make a new profile for this one");
    }
    this.#store.put(IDENTITY, { ...rest, chatKey: toHex(chatKey), nodeKey: toHex(nodeKey) });
  }

  get peers(): readonly Peer[] {
    return this.#documents.read(peersSchema, PEERS)?.peers ?? [];
  }

  putPeers(peers: readonly Peer[]): void {
    this.#store.put(PEERS, { peers });
  }

  /** The chats that are joined. */
  get chats(): readonly JoinedChat[] {
    return this.messenger.chats();
  }

  /** The symmetric key of a public chat, if it is known: joined, or looked at before. */
  chatKey(chat: string): Uint8Array | undefined {
    const known =
      this.#documents.get(chatSchema, "chats", chat) ?? this.#documents.get(chatKeySchema, "chat-keys", chat);
    return known?.key;
  }

  putChatKey(chat: string, key: Uint8Array): void {
    this.#documents.put("chat-keys", chat, { chat, key: toHex(key) });
  }

  /** In the order in which they were added. */
  get contacts(): readonly Contact[] {
    return this.#documents.all(contactSchema, "contacts").sort((a, b) => a.addedAt - b.addedAt);
  }

  /** Adds the contact, or replaces the one of the same key. */
  putContact(contact: Contact): void {
    this.#documents.put("contacts", contact.key, contact);
  }

  removeContact(key: Contact["key"]): void {
    this.#documents.remove("contacts", key);
  }

  /** Messages by clock, then arrival; `group` is a chat's id. */
  *messages(query: SegmentQuery): Generator<MessageRecord> {
    for (const json of this.#store.query(MESSAGES, query)) yield parseMessage(json);
  }

  message(id: MessageRecord["id"]): MessageRecord | undefined {
    const json = this.#store.load(MESSAGES, id);
    return json === undefined ? undefined : parseMessage(json);
  }

  /** Makes all changes since the last commit durable, those of the messenger too. Throws `EnvironmentError` DISK. */
  commit(): void {
    this.#store.commit();
  }

  /** Forgets all changes since the last commit. */
  rollback(): void {
    this.#store.rollback();
  }
}
