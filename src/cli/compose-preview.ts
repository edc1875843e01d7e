/** What `send --dry-run` shows: the message as it would be made now, without keeping or sending it. */
import { openKeyring } from "../core/accounts/keyring.ts";
import { composeMessage, draftEnvelope } from "../core/messenger/composing.ts";
import type { MessageId, Utterance } from "../core/messenger/messenger-io.ts";
import { readProfile } from "../core/node/profiles.ts";
import { sizeOf, type Topic } from "../core/whisper/envelope.ts";
import { symKeyFromPassword } from "../core/whisper/message.ts";
import { profilePlace } from "./profile-access.ts";
import type { SessionRequest } from "./session.ts";
import { plainLine } from "./terminal-text.ts";

export interface Preview {
  readonly messageId: MessageId;
  readonly chat: { readonly type: "public"; readonly id: string };
  readonly text: string;
  readonly clock: number;
  readonly topic: Topic;
  /** Bytes of the signed message, and of the envelope as limits count it. */
  readonly payloadSize: number;
  readonly envelopeSize: number;
  readonly ttl: number;
  readonly pow: number;
}

export async function composePreview(
  { network, settings, passphrase }: SessionRequest,
  utterances: AsyncIterable<Utterance>,
): Promise<Preview[]> {
  const { crypto, random, clock } = network;
  const profile = await readProfile(profilePlace(crypto, settings, passphrase));
  const author = openKeyring(crypto, profile.identity.chatKey);
  const previews: Preview[] = [];
  for await (const utterance of utterances) {
    const { chat: name, text } = utterance;
    const joined = profile.chats.find((chat) => chat.name === name);
    const chat = joined ?? { name, key: profile.chatKey(name) ?? symKeyFromPassword(crypto, name), clock: 0 };
    const now = clock.now();
    const item = composeMessage(crypto, author, { utterance, chat, now });
    const draft = draftEnvelope(crypto, item, { author, random, now });
    const { id: messageId, ttl, pow, wrapper } = item;
    const sizes = { payloadSize: wrapper.length, envelopeSize: sizeOf(draft) };
    previews.push({
      messageId,
      chat: { type: "public", id: name },
      text,
      clock: item.clock,
      topic: draft.topic,
      ...sizes,
      ttl,
      pow,
    });
  }
  return previews;
}

export function previewLine({ chat, text, topic, envelopeSize, ttl, pow }: Preview): string {
  return `would send to #${plainLine(chat.id)} on ${topic}, ${envelopeSize} bytes, ttl ${ttl} s, work ${pow}: ${plainLine(text)}`;
}
