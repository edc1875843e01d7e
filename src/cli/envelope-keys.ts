/** The keys an envelope is tried with: those that were named, or else those of the profile. */
import type { Crypto } from "../core/crypto/crypto.ts";
import type { NamedKey } from "../core/messenger/explain.ts";
import type { Profile } from "../core/profile/profile.ts";
import { symKeyFromPassword } from "../core/whisper/message.ts";
import { readKeyFile } from "./key-source.ts";
import type { InputSource } from "./stdin.ts";
import { symKeyOf } from "./whisper-target.ts";

export interface EnvelopeKeyFlags {
  readonly chat?: readonly string[] | undefined;
  readonly "password-file"?: string | undefined;
  readonly "sym-key-file"?: string | undefined;
  readonly "key-file"?: string | undefined;
}

export interface EnvelopeKeySources {
  readonly input: InputSource;
  /** The password of a sealed key file. */
  readonly keyPassword: () => Promise<string | undefined>;
  readonly profile: () => Promise<Profile | undefined>;
}

/** A sealed profile is not opened when keys were named: they are the ones that are meant. */
export async function envelopeKeys(
  crypto: Crypto,
  flags: EnvelopeKeyFlags,
  { input, keyPassword, profile }: EnvelopeKeySources,
): Promise<NamedKey[]> {
  const keys = (flags.chat ?? []).map((chat) => chatKey(crypto, chat));
  const { "password-file": passwordFile, "sym-key-file": symKeyFile } = flags;
  if (passwordFile !== undefined) {
    const symKey = await symKeyOf(crypto, { "password-file": passwordFile }, input);
    keys.push({ name: "password", key: { symKey } });
  }
  if (symKeyFile !== undefined) {
    const symKey = await symKeyOf(crypto, { "sym-key-file": symKeyFile }, input);
    keys.push({ name: "symmetric key", key: { symKey } });
  }
  if (flags["key-file"] !== undefined) {
    const { secretKey } = await readKeyFile(crypto, flags["key-file"], { input, password: keyPassword });
    keys.push({ name: "key file", key: { secretKey } });
  }
  return keys.length > 0 ? keys : profileKeys(await profile());
}

function chatKey(crypto: Crypto, chat: string): NamedKey {
  const name = chat.replace(/^#/, "");
  return { name: `chat ${name}`, key: { symKey: symKeyFromPassword(crypto, name) }, chat: name };
}

function profileKeys(profile: Profile | undefined): NamedKey[] {
  if (profile === undefined) return [];
  const chats = profile.chats.map(({ name, key }) => ({ name: `chat ${name}`, key: { symKey: key }, chat: name }));
  return [...chats, { name: "chat key", key: { secretKey: profile.identity.chatKey } }];
}
