/** The figures of a relay, as lines for its operator. */
import type { RelayReport } from "../core/node/relay-report.ts";
import { formatDuration } from "./values.ts";

export function relayLine(report: RelayReport): string {
  const { peers, envelopes, envelopeBytes, admissions, uptimeMs } = report;
  const refused = Object.entries(admissions).filter(
    ([what, times]) => what !== "added" && what !== "known" && times > 0,
  );
  const rest = refused.map(([what, times]) => `${times} ${what}`).join(", ");
  const size = `${(envelopeBytes / 1024).toFixed(0)} KiB`;
  return [
    `up ${formatDuration(Math.round(uptimeMs / 1000) * 1000)}`,
    `${peers} peers`,
    `${envelopes} envelopes (${size})`,
    `${admissions.added} taken, ${admissions.known} known${rest ? `, ${rest}` : ""}`,
  ].join(" · ");
}
