/**
 * Topics: four bytes that say where a message belongs, and the names that Status derives them from.
 *
 * A topic is the beginning of Keccak-256 of a name, so anyone can try names against it. Public keys stand in names as
 * lower-case hex of their 65 bytes. The key of a public chat, contact code or negotiated topic comes from the same name
 * (`symKeyFromPassword` in message.ts); the other topics carry messages for the owner's chat key.
 */
import { utf8 } from "../bytes/bytes.ts";
import { fromHex, hexDigits, toHex } from "../bytes/hex.ts";
import type { Hashes, PublicKey } from "../crypto/crypto.ts";
import type { Topic } from "./envelope.ts";

const LENGTH = 4;

/** Partitioned topics share out all keys among so many. */
export const PARTITIONS = 5000;

/** The topic of mailserver requests, which no name leads to. */
export const REQUEST_TOPIC = "0x00000000" as Topic;

export const topicOf = (hashes: Hashes, name: string): Topic => topicFromBytes(hashes.keccak256(utf8(name)));

/** The topic in `bytes`: padded with zeros on the right, or cut. */
export function topicFromBytes(bytes: Uint8Array): Topic {
  const topic = new Uint8Array(LENGTH);
  topic.set(bytes.subarray(0, LENGTH));
  return toHex(topic) as Topic;
}

export const topicBytes = (topic: Topic): Uint8Array => fromHex(topic);

/** A public chat's topic; `chat` is its id as typed, without `#`. */
export const publicChatTopic = (hashes: Hashes, chat: string): Topic => topicOf(hashes, chat);

/** Where the owner of a key publishes bundles. */
export const contactCodeTopicName = (publicKey: PublicKey): string => `${toHex(publicKey)}-contact-code`;
export const contactCodeTopic = (hashes: Hashes, publicKey: PublicKey): Topic =>
  topicOf(hashes, contactCodeTopicName(publicKey));

/** Which partition a key falls in: its X coordinate modulo 5000. */
export const partitionOf = (publicKey: PublicKey): number =>
  publicKey.subarray(1, 33).reduce((rest, byte) => (rest * 256 + byte) % PARTITIONS, 0);

/** First contact: shared by one key in 5000. */
export const partitionedTopicName = (partition: number): string => `${GENERIC_TOPIC_NAME}-${partition}`;
export const partitionedTopic = (hashes: Hashes, publicKey: PublicKey): Topic =>
  topicOf(hashes, partitionedTopicName(partitionOf(publicKey)));

/** Of two who share a secret: the 32-byte X coordinate that their chat keys agree on. */
export const negotiatedTopicName = (sharedSecret: Uint8Array): string => hexDigits(sharedSecret);
export const negotiatedTopic = (hashes: Hashes, sharedSecret: Uint8Array): Topic =>
  topicOf(hashes, negotiatedTopicName(sharedSecret));

/** Personal discovery: listened to by the owner of the key, sent to by nobody. */
export const personalTopicName = (publicKey: PublicKey): string => `${GENERIC_TOPIC_NAME}-${hexDigits(publicKey)}`;
export const personalTopic = (hashes: Hashes, publicKey: PublicKey): Topic =>
  topicOf(hashes, personalTopicName(publicKey));

/** The one discovery topic of old clients. */
export const GENERIC_TOPIC_NAME = "contact-discovery";
export const genericTopic = (hashes: Hashes): Topic => topicOf(hashes, GENERIC_TOPIC_NAME);

/** What a topic is tried against. Bounded by what the caller passes: one hash per name, two per key. */
export interface TopicClues {
  /** Ids of public chats, as typed. */
  readonly names?: Iterable<string>;
  readonly keys?: readonly PublicKey[];
  /** Secrets shared with contacts, 32 bytes each. */
  readonly secrets?: readonly Uint8Array[];
}

/** What a topic may be. Two names can share a topic, so a guess is not proof. */
export type TopicGuess =
  | { readonly kind: "request" }
  | { readonly kind: "generic" | "public" | "negotiated"; readonly name: string }
  | { readonly kind: "contact-code" | "personal"; readonly name: string; readonly key: PublicKey }
  /** `keys` are those of the clues that fall into the partition. */
  | {
      readonly kind: "partitioned";
      readonly name: string;
      readonly partition: number;
      readonly keys: readonly PublicKey[];
    };

/** Everything that `topic` may be: the topics known to all, every partition, and what follows from the clues. */
export function guessTopic(hashes: Hashes, topic: Topic, clues: TopicClues = {}): TopicGuess[] {
  const guesses: TopicGuess[] = topic === REQUEST_TOPIC ? [{ kind: "request" }] : [];
  for (const guess of namedTopics(clues)) {
    if (topicOf(hashes, guess.name) === topic) guesses.push(guess);
  }
  return guesses;
}

function* namedTopics({ names = [], keys = [], secrets = [] }: TopicClues): Generator<TopicGuess & { name: string }> {
  yield { kind: "generic", name: GENERIC_TOPIC_NAME };
  for (const name of names) yield { kind: "public", name };
  for (const key of keys) {
    yield { kind: "contact-code", name: contactCodeTopicName(key), key };
    yield { kind: "personal", name: personalTopicName(key), key };
  }
  for (const secret of secrets) yield { kind: "negotiated", name: negotiatedTopicName(secret) };
  const partitions = keys.map(partitionOf);
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const inside = keys.filter((_, index) => partitions[index] === partition);
    yield { kind: "partitioned", name: partitionedTopicName(partition), partition, keys: inside };
  }
}
