/** Messages as people read them. */
import type { ChalkInstance } from "chalk";
import type { MessageRecord } from "../core/messenger/messenger-io.ts";
import { plainLine, plainText } from "./terminal-text.ts";

/** One message; several lines when its text has them. Everything remote is stripped of control characters. */
export function messageLines(message: MessageRecord, colours: ChalkInstance): string[] {
  const { chat, from, sentAt, contentType, text, sticker } = message;
  const time = new Date(sentAt).toISOString().slice(11, 19);
  const who = plainLine(from.alias ?? from.name);
  const [first = "", ...more] = plainText(text).split("\n");
  const kind = contentType === "text" ? "" : ` ${colours.dim(`(${contentType}${sticker ? ` ${sticker.pack}` : ""})`)}`;
  const head = `${colours.dim(time)} ${colours.cyan(`#${plainLine(chat.id)}`)} ${colours.bold(who)}${kind} ${first}`;
  return [head, ...more.map((line) => `  ${line}`)];
}
