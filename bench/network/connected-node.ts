/** A whole node in this process, connected with a relay: posts envelopes and notes when those of others come. */
import type { Crypto } from "../../src/core/crypto/crypto.ts";
import { parseEnode } from "../../src/core/devp2p/enode.ts";
import { freshSecret } from "../../src/core/node/fresh-secret.ts";
import { threadMiner } from "../../src/core/node/miner.ts";
import { Presence } from "../../src/core/node/presence.ts";
import { systemRandom as random, systemClock } from "../../src/core/node/system.ts";
import { tcpDialer } from "../../src/core/node/tcp.ts";

const PATIENCE_MS = 30_000;

/** Resolves when the relay speaks Whisper with it. */
export async function connectedNode(crypto: Crypto, relay: string): Promise<Presence> {
  const presence = new Presence({
    crypto,
    random,
    clock: systemClock,
    dialer: tcpDialer(),
    miner: threadMiner(crypto),
    nodeSecret: freshSecret(crypto, random),
    clientId: "bench/node",
    peers: [parseEnode(crypto, relay)],
  });
  presence.start();
  if (!(await presence.joined(AbortSignal.timeout(PATIENCE_MS)))) throw new Error("the relay does not answer");
  return presence;
}

/** Milliseconds from now until the first, and the last, of `count` envelopes came over the network. */
export function arrivals({ hub }: Presence, count: number): Promise<{ readonly first: number; readonly last: number }> {
  const start = performance.now();
  return new Promise((resolve) => {
    let [first, heard] = [0, 0];
    const leave = hub.listen((event) => {
      if (event.type !== "whisper" || event.event.type !== "envelope" || event.event.via === undefined) return;
      if (heard++ === 0) first = performance.now() - start;
      if (heard < count) return;
      leave();
      resolve({ first, last: performance.now() - start });
    });
  });
}
