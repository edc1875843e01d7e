// The core as a library: a Whisper relay, and two nodes that talk through it over real TCP on loopback.
//
//   npm ci && npm run build && node examples/whisper-over-tcp.mjs
import { textOf, utf8 } from "statusctl/core/bytes/bytes";
import { openCrypto } from "statusctl/core/crypto/open";
import { freshSecret } from "statusctl/core/node/fresh-secret";
import { threadMiner } from "statusctl/core/node/miner";
import { Presence } from "statusctl/core/node/presence";
import { startRelay } from "statusctl/core/node/relay";
import { systemClock, systemRandom } from "statusctl/core/node/system";
import { tcpDialer } from "statusctl/core/node/tcp";
import { toSeconds } from "statusctl/core/platform/time";
import { open, seal, symKeyFromPassword } from "statusctl/core/whisper/message";
import { topicOf } from "statusctl/core/whisper/topic";

const crypto = await openCrypto("fast");
const ports = { crypto, random: systemRandom, clock: systemClock, dialer: tcpDialer(), miner: threadMiner(crypto) };
const node = () => ({ ...ports, nodeSecret: freshSecret(crypto, systemRandom), clientId: "example" });

const relay = await startRelay({ ...node(), listen: { host: "127.0.0.1", port: 0 } });
const alice = new Presence({ ...node(), peers: [relay.enode] });
const bob = new Presence({ ...node(), peers: [relay.enode] });
const deadline = AbortSignal.timeout(20_000);
alice.start();
bob.start();
await Promise.all([alice.joined(deadline), bob.joined(deadline)]);

// A message for everybody who knows the word: symmetric key and topic follow from it.
const symKey = symKeyFromPassword(crypto, "library");
const topic = topicOf(crypto, "library");
const data = seal(crypto, { payload: utf8("hello from the core"), to: { symKey }, random: systemRandom });
const draft = { expiry: toSeconds(systemClock.now()) + 15, ttl: 15, topic, data };

const heard = bob.hub.first((event) => {
  if (event.type !== "whisper" || event.event.type !== "envelope") return undefined;
  return open(crypto, event.event.envelope.data, { symKey });
}, deadline);
const envelope = await new Promise((done) => ports.miner.mine({ draft, target: 0.002, budgetMs: 5000 }, done));
const outcome = await alice.post(envelope, deadline);
const message = await heard;

console.log(`${outcome.state}: ${textOf(message.payload, "message")}`);
for (const presence of [alice, bob]) presence.stop();
await relay.stop();
