/** What `connect` says of one node: as a record for programs, as lines for people. */
import { type Hex, toHex } from "../core/bytes/hex.ts";
import { PROBE_STAGES, type ProbeReport, type ProbeStage } from "../core/node/probe.ts";
import { fill } from "../core/whisper/bloom.ts";
import type { PeerStatus, RateLimits } from "../core/whisper/whisper-io.ts";
import { failureOf } from "./failure.ts";
import type { Failed } from "./parallel.ts";
import { factLines } from "./table.ts";
import { plainLine } from "./terminal-text.ts";

export interface ConnectRecord {
  readonly enode: string;
  readonly nodeId: Hex;
  readonly ok: boolean;
  readonly address: string | null;
  readonly clientId: string | null;
  readonly baseProtocol: number | null;
  readonly capabilities: readonly string[];
  readonly shared: readonly { readonly name: string; readonly version: number; readonly offset: number }[];
  readonly stages: readonly { readonly stage: ProbeStage; readonly ms: number }[];
  readonly totalMs: number;
  readonly failedAt: ProbeStage | null;
  readonly fault: "them" | "us" | null;
  readonly reason: string | null;
  readonly disconnect: ProbeReport["disconnect"];
  readonly whisper: WhisperRecord | null;
}

interface WhisperRecord {
  readonly version: number;
  readonly minPow: number;
  /** null = everything is wanted. */
  readonly bloom: Hex | null;
  /** Share of the bloom's bits that are set. */
  readonly bloomFill: number;
  readonly light: boolean;
  readonly confirmations: boolean;
  readonly rateLimits: RateLimits;
}

export function connectRecord(report: ProbeReport): ConnectRecord {
  const { hello, status } = report;
  const stages = PROBE_STAGES.flatMap((stage) => {
    const ms = report.stages[stage];
    return ms === undefined ? [] : [{ stage, ms }];
  });
  return {
    enode: report.enode,
    nodeId: report.nodeId,
    ok: report.ok,
    address: report.address,
    clientId: hello?.clientId ?? null,
    baseProtocol: hello?.version ?? null,
    capabilities: hello?.capabilities.map(({ name, version }) => `${name}/${version}`) ?? [],
    shared: report.shared.map(({ name, version, offset }) => ({ name, version, offset })),
    stages,
    totalMs: stages.reduce((total, { stage, ms }) => (stage === "hold" ? total : total + ms), 0),
    failedAt: report.failedAt,
    fault: report.fault,
    reason: report.reason,
    disconnect: report.disconnect,
    whisper: status && whisperRecord(status),
  };
}

function whisperRecord({ version, minPow, bloom, light, confirmations, rateLimits }: PeerStatus): WhisperRecord {
  const text = bloom ? toHex(bloom) : null;
  return { version, minPow, bloom: text, bloomFill: bloom ? fill(bloom) : 1, light, confirmations, rateLimits };
}

/** What was named but could not be visited. */
export interface UnvisitedRecord {
  /** null: the input ended with this failure. */
  readonly name: string | null;
  readonly code: string;
  readonly message: string;
}

export function unvisitedRecord({ error, at }: Failed<string>): UnvisitedRecord {
  const { code, message } = failureOf(error);
  return { name: at?.item ?? null, code, message };
}

export const unvisitedLine = ({ name, code, message }: UnvisitedRecord): string =>
  `${plainLine(name ?? "input")}  failed  ${plainLine(message)} (${code})`;

/** All that is known of one node. */
export function connectLines(record: ConnectRecord): string[] {
  const { whisper, stages } = record;
  const facts: [string, string][] = [
    ["node", record.enode],
    ["client", plainLine(record.clientId ?? "unknown")],
    ["capabilities", plainLine(record.capabilities.join(" ")) || "none"],
    [
      "shared",
      record.shared.map(({ name, version, offset }) => `${name}/${version} at ${offset}`).join(", ") || "none",
    ],
    ["stages", stages.map(({ stage, ms }) => `${stage} ${ms} ms`).join(", ") || "none"],
  ];
  if (whisper) facts.push(["whisper", whisperText(whisper)]);
  facts.push(["outcome", outcomeText(record)]);
  return factLines(facts);
}

/** One line, for many nodes. */
export function connectLine(record: ConnectRecord): string {
  const place = record.enode.replace(/^enode:\/\/([0-9a-f]{8})[0-9a-f]*@/, "$1…@").replace(/\?.*$/, "");
  const state = record.ok ? "ok" : `failed at ${record.failedAt}`;
  return `${place}  ${state}  ${record.totalMs} ms  ${plainLine(record.clientId ?? record.reason ?? "")}`;
}

function whisperText({ version, minPow, bloom, bloomFill, light, confirmations, rateLimits }: WhisperRecord): string {
  const wants = bloom ? `a bloom filter with ${(100 * bloomFill).toFixed(1)} % of its bits set` : "everything";
  const limits = [rateLimits.ip, rateLimits.peerId, rateLimits.topic].some((limit) => limit > 0)
    ? `limits ${rateLimits.ip}/${rateLimits.peerId}/${rateLimits.topic} per second (address/peer/topic)`
    : "no limits";
  const kind = light ? "light" : "full";
  const acks = confirmations ? "confirms" : "does not confirm";
  return `version ${version}, ${kind}, wants ${wants}, minimum work ${minPow}, ${acks}, ${limits}`;
}

function outcomeText({ ok, failedAt, fault, reason, disconnect }: ConnectRecord): string {
  if (ok) return "reached";
  const side = fault === "us" ? "this side" : "the other side";
  const code = disconnect ? ` (disconnect 0x${disconnect.code.toString(16).padStart(2, "0")})` : "";
  return `failed at ${failedAt}, by ${side}: ${plainLine(reason ?? "unknown")}${code}`;
}
