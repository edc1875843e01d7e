/** What `send` was asked to say: one utterance per message and chat, as they come. */
import { textOf } from "../core/bytes/bytes.ts";
import type { ContentType, MessageId, Sticker, Utterance } from "../core/messenger/messenger-io.ts";
import { parsePublicChatName } from "../core/payloads/chat-id.ts";
import { UsageError } from "../core/platform/errors.ts";
import { type InputSource, inputLines, readInput, STDIN } from "./stdin.ts";

export const CONTENT_TYPES = ["text", "status", "emoji", "sticker"] as const;

export interface SayFlags {
  readonly chat?: readonly string[] | undefined;
  readonly file?: string | undefined;
  readonly lines: boolean;
  readonly "content-type"?: string | undefined;
  readonly sticker?: string | undefined;
  readonly "reply-to"?: string | undefined;
  readonly "idempotency-key"?: string | undefined;
}

/** Throws `UsageError` for what cannot be said. Input is read as it comes: a slow producer is waited for. */
export async function* utterancesOf(
  text: string | undefined,
  flags: SayFlags,
  input: InputSource,
): AsyncGenerator<Utterance> {
  const chats = [...new Set((flags.chat ?? []).map(parsePublicChatName))];
  if (chats.length === 0) throw new UsageError("USAGE", "--chat NAME says where to send it");
  const shape = shapeOf(flags);
  let line = 0;
  for await (const words of textsOf(text, flags, input)) {
    line++;
    const key = flags["idempotency-key"];
    for (const chat of chats) {
      const idempotencyKey = keyOf(key, {
        line: flags.lines ? line : undefined,
        chat: chats.length > 1 ? chat : undefined,
      });
      yield { chat, text: words, ...shape, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) };
    }
  }
}

/** One key makes several messages: the line number, and the chat where there are more, tell them apart. */
function keyOf(key: string | undefined, { line, chat }: { line: number | undefined; chat: string | undefined }) {
  if (key === undefined) return undefined;
  return `${key}${line ?? ""}${chat === undefined ? "" : `#${chat}`}`;
}

async function* textsOf(text: string | undefined, flags: SayFlags, input: InputSource): AsyncGenerator<string> {
  if (text !== undefined && flags.file !== undefined)
    throw new UsageError("USAGE", "the text is given twice: as an argument and with --file");
  const source = flags.file ?? (text === STDIN || (text === undefined && flags.lines) ? STDIN : undefined);
  if (source === undefined) {
    const words = text ?? (flags.sticker === undefined ? undefined : "sticker");
    if (words === undefined) throw new UsageError("USAGE", "there is nothing to send: give TEXT, - or --file");
    yield words;
  } else if (flags.lines) yield* inputLines(source, "messages", input);
  else yield textOf(await readInput(source, "message", input), "message").replace(/\r?\n$/, "");
}

function shapeOf(flags: SayFlags): Pick<Utterance, "contentType" | "sticker" | "replyTo"> {
  const sticker = flags.sticker === undefined ? undefined : parseSticker(flags.sticker);
  const contentType: ContentType =
    CONTENT_TYPES.find((type) => type === flags["content-type"]) ?? (sticker ? "sticker" : "text");
  if ((contentType === "sticker") !== (sticker !== undefined)) {
    throw new UsageError("USAGE", "--content-type sticker and --sticker HASH:PACK go together");
  }
  const replyTo = flags["reply-to"] === undefined ? undefined : parseMessageId(flags["reply-to"]);
  return { contentType, ...(sticker ? { sticker } : {}), ...(replyTo ? { replyTo } : {}) };
}

function parseSticker(text: string): Sticker {
  const [, hash, pack] = /^(.+):(\d+)$/.exec(text) ?? [];
  if (hash === undefined || pack === undefined)
    throw new UsageError("USAGE", `--sticker: expected HASH:PACK, got "${text}"`);
  return { hash, pack: Number(pack) };
}

function parseMessageId(text: string): MessageId {
  if (!/^0x[0-9a-f]{64}$/.test(text)) throw new UsageError("USAGE", "--reply-to: a message id is 0x and 64 hex digits");
  return text as MessageId;
}
