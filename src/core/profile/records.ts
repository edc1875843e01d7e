/**
 * Message records as they stand in their segment. Segments are never rewritten, so the shape grows: what is added is
 * optional here, and what a newer program added is passed on.
 */
import * as v from "valibot";
import type { MessageRecord } from "../messenger/messenger-io.ts";
import { hex, parseDocument } from "./schema.ts";
import type { Json } from "./store.ts";

const messageSchema: v.GenericSchema<unknown, MessageRecord> = v.looseObject({
  id: hex<MessageRecord["id"]>(32),
  chat: v.looseObject({ type: v.literal("public"), id: v.string() }),
  from: v.looseObject({ key: hex(65), name: v.string(), alias: v.nullable(v.string()) }),
  clock: v.number(),
  sentAt: v.number(),
  receivedAt: v.number(),
  contentType: v.string(),
  text: v.string(),
  sticker: v.nullable(v.looseObject({ hash: v.string(), pack: v.number() })),
  replyTo: v.nullable(hex<MessageRecord["id"]>()),
  ensName: v.nullable(v.string()),
  envelope: v.looseObject({
    hash: hex<MessageRecord["envelope"]["hash"]>(32),
    topic: hex<MessageRecord["envelope"]["topic"]>(4),
    pow: v.number(),
    ttl: v.number(),
    size: v.number(),
    expiry: v.number(),
  }),
  via: v.looseObject({
    mode: v.picklist(["sym", "asym"]),
    mailserver: v.nullable(hex<NonNullable<MessageRecord["via"]["mailserver"]>>(64)),
  }),
  security: v.looseObject({ mode: v.literal("plain") }),
  outgoing: v.boolean(),
});

/** Throws `EnvironmentError` DAMAGED. */
export const parseMessage = (json: Json): MessageRecord => parseDocument(messageSchema, "messages", json);
