/** ContactUpdate: name and picture of the author, sent to contacts (section 7 of the payload digest). */
import { type Codec, codec, record, text, uint64 } from "../bytes/protobuf.ts";
import * as wire from "../proto/payloads.js";

export interface ContactUpdate {
  readonly clock: bigint;
  readonly ensName: string;
  /** A picture as text, opaque here. */
  readonly profileImage: string;
}

export const contactUpdateCodec: Codec<ContactUpdate> = codec(
  "ContactUpdate",
  wire.ContactUpdate,
  record<ContactUpdate, wire.ContactUpdate>({ clock: uint64, ensName: text, profileImage: text }),
);
