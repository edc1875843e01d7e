/**
 * What the profile holds: the names and shapes of its documents, and the names of its segments. Every shape is checked
 * when it is read. A change of a shape that an older profile does not fit is a migration.
 *
 * ```
 * identity            keys of this profile and of this installation
 * peers               nodes the user has added
 * chats/ID            a chat that is joined
 * chat-keys/ID        the symmetric key of a chat that was looked at: PBKDF2 is slow
 * contacts/KEY        a chat user known by a name
 * outbox/ID           a message on its way
 * ```
 */
import * as v from "valibot";
import { utf8 } from "../bytes/bytes.ts";
import { hexDigits } from "../bytes/hex.ts";
import type { Hashes } from "../crypto/crypto.ts";
import type { JoinedChat, OutboxItem } from "../messenger/state.ts";
import { bytes, hex, millis } from "./schema.ts";
import type { DocumentName, SegmentName } from "./store.ts";

export const IDENTITY: DocumentName = "identity";
export const PEERS: DocumentName = "peers";

/** Documents of which there are many, by id. */
export type Folder = "chats" | "chat-keys" | "contacts" | "outbox";

/** Message records by id; their group is the chat, their order the clock. */
export const MESSAGES: SegmentName = "messages";
/** Digests of the payloads that were kept, each with its message's id. */
export const PAYLOADS: SegmentName = "payloads";
/** Idempotency keys, each with the id of the message that was sent under it. */
export const REQUESTS: SegmentName = "requests";

/** Longer ids are named by their hash; the document holds the id itself. */
const ID_MAX = 80;

/** Any text names a document: its bytes as digits, and `sha256-…` (which no digits are) when they are many or none. */
export function documentNameOf(hashes: Pick<Hashes, "sha256">, folder: Folder, id: string): DocumentName {
  const named = utf8(id);
  const fits = named.length > 0 && named.length <= ID_MAX;
  return `${folder}/${fits ? hexDigits(named) : `sha256-${hexDigits(hashes.sha256(named))}`}`;
}

const text = v.string();
const nothing = v.null();

export const identitySchema = v.strictObject({
  /** Absent when the chat key was imported. */
  mnemonic: v.exactOptional(text),
  /** m/43'/60'/1581'/0'/0. */
  chatKey: bytes(32),
  /** Of this installation on the overlay. */
  nodeKey: bytes(32),
  /** A UUID. */
  installationId: text,
  createdAt: millis,
});
export type Identity = v.InferOutput<typeof identitySchema>;

const peerSchema = v.strictObject({
  /** An enode URL. */
  enode: text,
  alias: v.union([text, nothing]),
  addedAt: millis,
});
export const peersSchema = v.strictObject({ peers: v.array(peerSchema) });
export type Peer = Readonly<v.InferOutput<typeof peerSchema>>;

export const contactSchema = v.strictObject({
  /** The chat key, uncompressed. */
  key: hex(65),
  alias: v.union([text, nothing]),
  blocked: v.boolean(),
  addedAt: millis,
});
export type Contact = Readonly<v.InferOutput<typeof contactSchema>>;

export const chatKeySchema = v.strictObject({ chat: text, key: bytes(32) });

export const chatSchema: v.GenericSchema<unknown, JoinedChat> = v.strictObject({
  name: text,
  key: bytes(32),
  clock: v.number(),
});

export const outboxSchema: v.GenericSchema<unknown, OutboxItem> = v.strictObject({
  id: hex<OutboxItem["id"]>(32),
  chat: text,
  key: bytes(32),
  wrapper: bytes(),
  clock: v.number(),
  ttl: v.number(),
  pow: v.number(),
  state: v.picklist(["queued", "posted", "rejected", "expired", "unmined"]),
  attempts: v.number(),
  requestKey: v.union([text, nothing]),
  queuedAt: millis,
});
