/** Whom a raw envelope is for: the topic it goes to and the key it is sealed with, as flags name them. */
import { parsePublicKey } from "../core/accounts/keys.ts";
import { fromHex } from "../core/bytes/hex.ts";
import type { Crypto } from "../core/crypto/crypto.ts";
import { UsageError } from "../core/platform/errors.ts";
import type { Topic } from "../core/whisper/envelope.ts";
import { type Recipient, symKeyFromPassword } from "../core/whisper/message.ts";
import { partitionedTopic, publicChatTopic } from "../core/whisper/topic.ts";
import { type InputSource, readInput } from "./stdin.ts";
import { parseTopic } from "./values.ts";

export interface TargetFlags {
  readonly chat?: string | undefined;
  readonly topic?: string | undefined;
  readonly to?: string | undefined;
  readonly "password-file"?: string | undefined;
  readonly "sym-key-file"?: string | undefined;
}

export interface Target {
  readonly topic: Topic;
  readonly to: Recipient;
}

/** Throws `UsageError` for flags that name nobody, or two. */
export async function targetOf(crypto: Crypto, flags: TargetFlags, input: InputSource): Promise<Target> {
  const { chat, to } = flags;
  const named = [chat, to, flags["password-file"], flags["sym-key-file"]].filter((flag) => flag !== undefined);
  if (named.length !== 1) {
    throw new UsageError("USAGE", "one of --chat, --to, --password-file and --sym-key-file says who can read it");
  }
  const topic = flags.topic === undefined ? undefined : parseTopic(flags.topic);
  if (chat !== undefined) {
    return { topic: topic ?? publicChatTopic(crypto, chat), to: { symKey: symKeyFromPassword(crypto, chat) } };
  }
  if (to !== undefined) {
    const publicKey = parsePublicKey(crypto, to);
    return { topic: topic ?? partitionedTopic(crypto, publicKey), to: { publicKey } };
  }
  if (topic === undefined) throw new UsageError("USAGE", "--topic is missing: a symmetric key does not say it");
  return { topic, to: { symKey: await symKeyOf(crypto, flags, input) } };
}

/** The key of `--password-file` or `--sym-key-file`. A line end after the password is not part of it. */
export async function symKeyOf(crypto: Crypto, flags: TargetFlags, input: InputSource): Promise<Uint8Array> {
  const passwordFile = flags["password-file"];
  if (passwordFile !== undefined) {
    const password = new TextDecoder().decode(await readInput(passwordFile, "password", input)).replace(/\r?\n$/, "");
    if (password === "") throw new UsageError("USAGE", "the password is empty");
    return symKeyFromPassword(crypto, password);
  }
  const text = new TextDecoder().decode(await readInput(flags["sym-key-file"] ?? "", "symmetric key", input)).trim();
  const key = fromHex(text, "symmetric key");
  if (key.length !== 32) throw new UsageError("USAGE", `symmetric key: expected 32 bytes, got ${key.length}`);
  return key;
}
