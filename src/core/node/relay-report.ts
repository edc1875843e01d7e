/** What a running relay has to say about itself: for its operator, and for the summary when it stops. */
import type { Admission } from "../whisper/whisper-io.ts";
import type { Hub } from "./hub.ts";
import type { Node } from "./node.ts";

export interface RelayReport {
  /** Peers that speak Whisper now. */
  readonly peers: number;
  readonly envelopes: number;
  /** Encoded size of the pooled envelopes. */
  readonly envelopeBytes: number;
  /** What became of all envelopes offered since the start. */
  readonly admissions: Readonly<Record<Admission, number>>;
  /** Links that came up and that ended since the start. */
  readonly opened: number;
  readonly closed: number;
  readonly uptimeMs: number;
}

/** Counts links from now on; the result makes a report at any time. */
export function reporter(node: Node, hub: Hub, clock: { now(): number }): () => RelayReport {
  const start = clock.now();
  let [opened, closed] = [0, 0];
  hub.listen((event) => {
    if (event.type === "ready") opened++;
    if (event.type === "closed" && event.hello) closed++;
  });
  return () => {
    const { peers, statistics } = node.pool;
    return {
      peers: peers.length,
      envelopes: statistics.count,
      envelopeBytes: statistics.bytes,
      admissions: { ...statistics.admissions },
      opened,
      closed,
      uptimeMs: clock.now() - start,
    };
  };
}
