/** Values as people write them on a command line: durations, times, sizes, keys, topics. All throw `UsageError`. */
import { fromHex } from "../core/bytes/hex.ts";
import { UsageError } from "../core/platform/errors.ts";
import { DAY, DURATION_MAX, HOUR, MINUTE, type Millis, SECOND } from "../core/platform/time.ts";
import type { Topic } from "../core/whisper/envelope.ts";
import { topicFromBytes } from "../core/whisper/topic.ts";

const DURATION_UNITS: Readonly<Record<string, Millis>> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY };

/** How long something lasts, at most `DURATION_MAX`: `500ms`, `10s`, `5m`, `2h`, `1d`, or several in a row (`1h30m`). */
export function parseDuration(text: string): Millis {
  const duration = parseSpan(text);
  if (duration > DURATION_MAX) throw malformed(`a duration of at most ${formatDuration(DURATION_MAX)}`, text);
  return duration;
}

/** Written as a duration is, but of any length: nobody waits for it. */
export function parseSpan(text: string): Millis {
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) throw malformed("a duration such as 500ms, 10s, 5m, 2h or 1d", text);
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (DURATION_UNITS[unit ?? ""] ?? 0);
  }
  return Math.round(total);
}

/** The shortest exact way to write a duration: `90s`, `2h`, `500ms`. */
export function formatDuration(duration: Millis): string {
  const units = Object.entries(DURATION_UNITS).reverse();
  const [name, size] = units.find(([, unit]) => duration >= unit && duration % unit === 0) ?? ["ms", 1];
  return `${duration / size}${name}`;
}

/** RFC 3339, UNIX seconds, `now`, `now-2h`, `today`, `yesterday` (midnight UTC). `now` is the time of asking. */
export function parseTime(text: string, now: Millis): Millis {
  const relative = /^now(?:([+-])(.+))?$/.exec(text);
  if (relative !== null) return now + (relative[1] === "-" ? -1 : 1) * parseSpan(relative[2] ?? "0ms");
  if (text === "today") return now - (now % DAY);
  if (text === "yesterday") return now - (now % DAY) - DAY;
  if (/^\d{1,11}$/.test(text)) return Number(text) * SECOND;
  const time = /^\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(time)) throw malformed("a time: RFC 3339, UNIX seconds, now-2h, today or yesterday", text);
  return time;
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/** A number of bytes: `64KiB`, `1MB`, `512`. */
export function parseSize(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? [];
  const size = SIZE_UNITS[(unit ?? "?").toLowerCase()];
  if (amount === undefined || size === undefined) throw malformed("a size such as 512, 64KiB or 1MB", text);
  return Math.round(Number(amount) * size);
}

/** Whether the text has the form of a public key rather than of a name. */
export const looksLikePublicKey = (text: string): boolean => /^0x(04[0-9a-f]{128}|0[23][0-9a-f]{64})$/i.test(text);

/** Four bytes as 0x-hex. */
export function parseTopic(text: string): Topic {
  if (!/^0x[0-9a-f]{8}$/i.test(text)) throw malformed("a topic: 0x and 8 hex digits", text);
  return topicFromBytes(fromHex(text, "topic"));
}

function malformed(expected: string, text: string): UsageError {
  const shown = text.length > 40 ? `${text.slice(0, 37)}...` : text;
  return new UsageError("USAGE", `expected ${expected}, got "${shown}"`);
}

/** `HOST:PORT`, `[IPv6]:PORT`, or a port alone on loopback. */
export function parseAddress(text: string): { host: string; port: number } {
  const parts = /^(?:(?:\[(?<ipv6>[0-9a-f:.]+)\]|(?<host>[^:[\]]+)):)?(?<port>\d{1,5})$/i.exec(text)?.groups;
  const port = Number(parts?.port);
  if (!parts || port > 0xffff) throw new UsageError("USAGE", `"${text}" is no address; write HOST:PORT`);
  return { host: parts.ipv6 ?? parts.host ?? "127.0.0.1", port };
}

/** A number of at least 0. */
export function parseAmount(text: string): number {
  const amount = Number(text);
  if (text.trim() === "" || !Number.isFinite(amount) || amount < 0) {
    throw new UsageError("USAGE", `"${text}" is no amount; write a number such as 0.002`);
  }
  return amount;
}
