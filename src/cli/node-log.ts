/** A node's events as log lines; what is worth saying at which loudness. Never secrets, and remote text only plain. */
import { describeDisconnect } from "../core/devp2p/disconnect.ts";
import type { CloseCause } from "../core/devp2p/link-io.ts";
import type { NodeEvent, WhisperNews } from "../core/node/node-io.ts";
import { plainLine } from "./terminal-text.ts";

export interface LogLine {
  /** 0 always, 1 with -v, 2 with -vv, 3 with -vvv. */
  readonly level: 0 | 1 | 2 | 3;
  readonly text: string;
}

/** The event as a line; undefined for what only counts. */
export function describeEvent(event: NodeEvent): LogLine | undefined {
  switch (event.type) {
    case "dialling":
      return { level: 2, text: `#${event.connection} dialling ${event.node.host}:${event.node.tcpPort}` };
    case "unreachable":
      return {
        level: 1,
        text: `#${event.connection} ${event.node.host}:${event.node.tcpPort}: ${event.error.message}`,
      };
    case "opened":
      return { level: 2, text: `#${event.connection} ${event.node ? "opened to" : "accepted from"} ${event.address}` };
    case "stage":
      return { level: 3, text: `#${event.connection} ${event.stage} done` };
    case "ready":
      return { level: 1, text: `#${event.connection} ${short(event.peer)} is ${plainLine(event.hello.clientId)}` };
    case "closed":
      return { level: event.hello ? 1 : 2, text: `#${event.connection} closed: ${causeText(event.cause)}` };
    case "frame":
      return { level: 3, text: `#${event.connection} ${event.direction} ${event.capability ?? "?"} ${event.code}` };
    case "whisper":
      return describeNews(event.event);
    case "messenger":
      return event.event.type === "ignored"
        ? { level: 2, text: `${short(event.event.hash)} is no message: ${plainLine(event.event.why)}` }
        : undefined;
    case "failed":
      return { level: 0, text: `stopped: ${event.error instanceof Error ? event.error.message : String(event.error)}` };
    default:
      return event satisfies never;
  }
}

function describeNews(news: WhisperNews): LogLine | undefined {
  switch (news.type) {
    case "ready":
      return { level: 2, text: `${short(news.peer)} speaks Whisper, minimum work ${news.status.minPow}` };
    case "drop":
      return { level: 1, text: `${short(news.peer)} is hung up on: ${plainLine(news.error.message)}` };
    case "envelope":
      return { level: 3, text: `envelope ${short(news.envelope.hash)} on ${news.envelope.topic}` };
    case "rejected":
      return { level: 1, text: `${short(news.peer)} rejected ${short(news.hash)}: ${plainLine(news.description)}` };
    case "refused":
      return { level: 1, text: `${short(news.hash)} was not taken: ${news.why}` };
    case "sent":
    case "confirmed":
      return { level: 3, text: `${short(news.hash)} ${news.type} by ${short(news.peer)}` };
    case "expired":
      return { level: 2, text: `${short(news.hash)} expired` };
    case "mail":
      return { level: 3, text: `${short(news.peer)} sent mailserver packet ${news.code}` };
    default:
      return news satisfies never;
  }
}

function causeText(cause: CloseCause): string {
  if (cause.type === "broken") return plainLine(cause.error.message);
  return describeDisconnect(cause.reason, cause.type === "ours" ? "us" : "peer");
}

const short = (id: string): string => id.slice(0, 10);
