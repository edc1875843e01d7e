/** PairInstallation and the Sync messages: what the devices of one person tell each other (section 8 of the payload digest). */
import { type Codec, codec, record, repeated, text, uint64 } from "../bytes/protobuf.ts";
import * as wire from "../proto/payloads.js";

export interface PairInstallation {
  readonly clock: bigint;
  readonly installationId: string;
  readonly deviceType: string;
  readonly name: string;
}

export interface SyncInstallationContact {
  readonly clock: bigint;
  /** Key string. */
  readonly id: string;
  readonly profileImage: string;
  readonly ensName: string;
  /** Never read or sent by the reference, like `systemTags`. */
  readonly lastUpdated: bigint;
  readonly systemTags: readonly string[];
}

export interface SyncInstallationAccount {
  readonly clock: bigint;
  readonly profileImage: string;
  readonly lastUpdated: bigint;
}

export interface SyncInstallationPublicChat {
  readonly clock: bigint;
  /** Channel name. */
  readonly id: string;
}

export interface SyncInstallation {
  readonly contacts: readonly SyncInstallationContact[];
  readonly publicChats: readonly SyncInstallationPublicChat[];
  readonly account?: SyncInstallationAccount;
}

const contact = record<SyncInstallationContact, wire.SyncInstallationContact>({
  clock: uint64,
  id: text,
  profileImage: text,
  ensName: text,
  lastUpdated: uint64,
  systemTags: repeated(text),
});

const account = record<SyncInstallationAccount, wire.SyncInstallationAccount>({
  clock: uint64,
  profileImage: text,
  lastUpdated: uint64,
});

const publicChat = record<SyncInstallationPublicChat, wire.SyncInstallationPublicChat>({ clock: uint64, id: text });

export const pairInstallationCodec: Codec<PairInstallation> = codec(
  "PairInstallation",
  wire.PairInstallation,
  record<PairInstallation, wire.PairInstallation>({
    clock: uint64,
    installationId: text,
    deviceType: text,
    name: text,
  }),
);

export const syncInstallationContactCodec: Codec<SyncInstallationContact> = codec(
  "SyncInstallationContact",
  wire.SyncInstallationContact,
  contact,
);

export const syncInstallationAccountCodec: Codec<SyncInstallationAccount> = codec(
  "SyncInstallationAccount",
  wire.SyncInstallationAccount,
  account,
);

export const syncInstallationPublicChatCodec: Codec<SyncInstallationPublicChat> = codec(
  "SyncInstallationPublicChat",
  wire.SyncInstallationPublicChat,
  publicChat,
);

export const syncInstallationCodec: Codec<SyncInstallation> = codec(
  "SyncInstallation",
  wire.SyncInstallation,
  record<SyncInstallation, wire.SyncInstallation>({
    contacts: repeated(contact),
    publicChats: repeated(publicChat),
    account,
  }),
);
