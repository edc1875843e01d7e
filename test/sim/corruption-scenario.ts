/**
 * Two nodes talk, and now and then a bit flips on the wire. The session that meets it ends; nothing of it is believed; the
 * nodes find each other again, and every envelope that lives long enough arrives, once.
 */
import type { Crypto } from "../../src/core/crypto/crypto.ts";
import { MINUTE, SECOND } from "../../src/core/platform/time.ts";
import type { EnvelopeHash } from "../../src/core/whisper/envelope.ts";
import { topicOf } from "../../src/core/whisper/topic.ts";
import { randomEnvelope, SIM_MIN_POW } from "./drafts.ts";
import { World } from "./world.ts";

const CORRUPTIONS = 5;
const ENVELOPES = 40;

export function corruptionScenario(seed: number, crypto: Crypto): { failures: string[]; checks: number } {
  const world = new World(seed, crypto);
  const { clock, random, streams } = world;
  const failures: string[] = [];
  const received = new Map<EnvelopeHash, number>();
  const posted: EnvelopeHash[] = [];
  let [broken, checks] = [0, 0];
  const whisper = { minPow: SIM_MIN_POW };
  const bob = world.host("bob", {
    whisper,
    observe: (event) => {
      if (event.type === "closed" && event.cause.type === "broken") broken++;
      if (event.type !== "whisper" || event.event.type !== "envelope") return;
      const { hash } = event.event.envelope;
      received.set(hash, (received.get(hash) ?? 0) + 1);
    },
  });
  const alice = world.host("alice", { whisper });
  alice.node.connect(bob.enode);
  clock.runUntil(clock.now() + 5 * SECOND);

  const start = clock.now();
  for (let index = 0; index < ENVELOPES; index++) {
    clock.at(start + random.between(0, MINUTE), () => {
      const envelope = randomEnvelope(crypto, random, { topic: topicOf(crypto, "chat"), ttl: 120, now: clock.now() });
      posted.push(envelope.hash);
      alice.node.whisper({ type: "post", envelope });
    });
  }
  for (let round = 0; round < CORRUPTIONS; round++) {
    const before = broken;
    const stream = streams.open[0];
    stream?.corrupt("bob");
    clock.runUntil(clock.now() + 40 * SECOND);
    checks++;
    if (!stream) failures.push(`round ${round}: the nodes are not connected`);
    else if (broken === before) failures.push(`round ${round}: the corrupted session went on`);
    else if (streams.open.includes(stream)) failures.push(`round ${round}: the corrupted stream is still open`);
  }
  for (const hash of posted) {
    if (received.get(hash) !== 1) failures.push(`bob was given ${hash} ${received.get(hash) ?? 0} times`);
  }
  return { failures, checks };
}
