/** A relay in a process of its own. Asked `start`, it tells its enode. */
import { openCrypto } from "../../src/core/crypto/open.ts";
import { formatEnode } from "../../src/core/devp2p/enode.ts";
import { freshSecret } from "../../src/core/node/fresh-secret.ts";
import { threadMiner } from "../../src/core/node/miner.ts";
import { type Relay, startRelay } from "../../src/core/node/relay.ts";
import { systemClock, systemRandom } from "../../src/core/node/system.ts";
import { tcpDialer } from "../../src/core/node/tcp.ts";
import type { WhisperOptions } from "../../src/core/whisper/whisper.ts";
import { answer } from "./answering.ts";

let relay: Relay | undefined;

async function start(whisper: Partial<WhisperOptions>): Promise<string> {
  const crypto = await openCrypto("fast");
  relay = await startRelay({
    crypto,
    random: systemRandom,
    clock: systemClock,
    dialer: tcpDialer(),
    miner: threadMiner(crypto),
    nodeSecret: freshSecret(crypto, systemRandom),
    clientId: "bench/relay",
    listen: { host: "127.0.0.1", port: 0 },
    whisper,
  });
  return formatEnode(relay.enode);
}

answer({ start, statistics: () => relay?.node.pool.statistics }, async () => relay?.stop());
