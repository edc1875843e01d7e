/** How chats are named on the wire (section 5.1 of the payload digest). */
import { fromHex, type Hex, toHex } from "../bytes/hex.ts";
import type { Curve, PublicKey } from "../crypto/crypto.ts";
import { RemoteError, UsageError } from "../platform/errors.ts";

/** The kinds of chat as the reference numbers them; the same numbers are the message types. */
export const CHAT_TYPE = { oneToOne: 1, publicChat: 2, privateGroup: 3 } as const;

const PUBLIC_NAME = /^[a-z0-9-]+$/;
const ANY_KEY = /^(?:0x)?(?:04[0-9a-f]{128}|0[23][0-9a-f]{64})$/;
const KEY_STRING = /^0x04[0-9a-f]{128}$/;
/** Names are typed and read by people; the key derivation takes any length. */
const MAX_NAME_LENGTH = 256;

/**
 * The channel name in what a person typed; one leading `#` is decoration. Throws `UsageError` for names that the
 * specification does not allow. The reference checks nothing, so names in received messages are taken as they are.
 */
export function parsePublicChatName(text: string): string {
  const name = text.startsWith("#") ? text.slice(1) : text;
  if (!PUBLIC_NAME.test(name)) {
    throw new UsageError("USAGE", `chat name "${text}": only a-z, 0-9 and - are allowed, and at least one of them`);
  }
  if (name.length > MAX_NAME_LENGTH) {
    throw new UsageError("USAGE", `chat name: ${name.length} characters, at most ${MAX_NAME_LENGTH}`);
  }
  if (ANY_KEY.test(name)) throw new UsageError("USAGE", `chat name "${name}": this is a public key, not a public chat`);
  return name;
}

/** The id of a one-to-one chat: the other party's key string. */
export const oneToOneChatId = (other: PublicKey): Hex => toHex(other);

/** The other party of a one-to-one chat. Throws `RemoteError` INVALID when empty, BAD_KEY when it is no key string. */
export function parseOneToOneChatId(curve: Pick<Curve, "decodePublicKey">, chatId: string): PublicKey {
  if (chatId === "") throw new RemoteError("INVALID", "chat id: empty");
  if (!KEY_STRING.test(chatId)) throw new RemoteError("BAD_KEY", "chat id: not 0x04 and 128 hex digits");
  return curve.decodePublicKey(fromHex(chatId));
}

/** What a one-to-one chat is called before anybody named it. */
export const defaultChatName = (chatId: string): string => chatId.slice(0, 8);
