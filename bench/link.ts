/**
 * The way to a peer: TCP open, auth, ack, Hello from both sides. Over loopback between two processes against the
 * reference, and of two links in memory against the primitives that nobody can do without, both sides together.
 */
import assert from "node:assert";
import type { PublicKey, SecretKey } from "../src/core/crypto/crypto.ts";
import { openCrypto } from "../src/core/crypto/open.ts";
import { nodeIdOf, parseEnode } from "../src/core/devp2p/enode.ts";
import { Link } from "../src/core/devp2p/link.ts";
import type { LinkInput, LinkOutput } from "../src/core/devp2p/link-io.ts";
import { freshSecret } from "../src/core/node/fresh-secret.ts";
import { systemRandom as random } from "../src/core/node/system.ts";
import { tcpDialer } from "../src/core/node/tcp.ts";
import { SHH } from "../src/core/whisper/packets.ts";
import { againstReference } from "./calibration.ts";
import { type Benchmark, compare } from "./harness.ts";
import { Program } from "./network/program.ts";

const WARM_UP = 100;
const HANDSHAKES = 300;

const crypto = await openCrypto("fast");
const ours = freshSecret(crypto, random);
const theirs = freshSecret(crypto, random);
const [ourKey, theirKey] = [crypto.publicKeyOf(ours), crypto.publicKeyOf(theirs)];
/** Never the same twice in a row: the tables of the curve are larger than the processor's nearest memory. */
const samples = Array.from({ length: 256 }, () => {
  const [secret, digest] = [freshSecret(crypto, random), random.bytes(32)];
  return { secret, key: crypto.publicKeyOf(secret), digest, signature: crypto.sign(digest, secret) };
});
let taken = 0;

const optionsOf = (staticSecret: SecretKey, staticKey: PublicKey) => {
  return { crypto, random, staticSecret, staticKey, clientId: "bench/link", capabilities: [SHH], now: Date.now() };
};

/** A handshake of two machines, as far as both are ready. */
function inMemory(): void {
  const dialling = Link.dial({ ...optionsOf(ours, ourKey), remote: nodeIdOf(theirKey) });
  const accepting = Link.accept(optionsOf(theirs, theirKey));
  let ready = 0;
  const perform = (link: Link, other: Link, outputs: readonly LinkOutput[]): void => {
    const tell = (to: Link, from: Link, input: LinkInput) => perform(to, from, to.feed(input, Date.now()));
    for (const output of outputs) {
      if (output.type === "write") tell(other, link, { type: "bytes", bytes: output.bytes });
      else if (output.type === "identified") tell(link, other, { type: "welcome" });
      else if (output.type === "ready") ready++;
    }
  };
  perform(dialling, accepting, dialling.tick(Date.now()));
  if (ready !== 2) throw new Error("the handshake did not succeed");
}

/**
 * Each side agrees four times: on what auth is signed with, to seal its own packet and to open the other's, and on the
 * session. Keys of the moment are one for each sealing, and the recipient's for the session.
 */
function primitives(): void {
  const next = () => samples[taken++ % samples.length] ?? assert.fail();
  for (let count = 0; count < 8; count++) crypto.agree(next().secret, next().key);
  for (let count = 0; count < 3; count++) crypto.publicKeyOf(next().secret);
  crypto.sign(next().digest, next().secret);
  const { digest, signature } = next();
  crypto.recover(digest, signature);
}

/** From the call to the peer being ready, in milliseconds; with a fresh key, as if nobody had met before. */
function handshake(relay: string): Promise<number> {
  const { id, host, tcpPort } = parseEnode(crypto, relay);
  const secret = freshSecret(crypto, random);
  const options = optionsOf(secret, crypto.publicKeyOf(secret));
  const start = performance.now();
  return new Promise((resolve, reject) => {
    tcpDialer().dial(
      { host, port: tcpPort },
      (wire) => {
        const link = Link.dial({ ...options, remote: id });
        const perform = (outputs: readonly LinkOutput[]): void => {
          for (const output of outputs) {
            if (output.type === "write") wire.write(output.bytes);
            else if (output.type === "identified") perform(link.feed({ type: "welcome" }, Date.now()));
            else if (output.type === "ready") {
              resolve(performance.now() - start);
              wire.close();
            }
          }
        };
        perform(link.tick(Date.now()));
        return {
          bytes: (bytes) => perform(link.feed({ type: "bytes", bytes }, Date.now())),
          closed: () => reject(new Error("the relay hung up")),
        };
      },
      reject,
    );
  });
}

async function overTcp(): Promise<number[]> {
  const relay = await Program.start("relay");
  const enode = await relay.ask<string>("start", {});
  const taken: number[] = [];
  for (let count = 0; count < WARM_UP + HANDSHAKES; count++) taken.push(await handshake(enode));
  await relay.stop();
  return taken.slice(WARM_UP);
}

export const benchmark: Benchmark = {
  name: "link",
  about: "the handshake with a peer",
  run: async () => [
    await compare({
      what: "both sides in memory, to ready",
      subject: { name: "two links", run: inMemory },
      baseline: { name: "8 agreements, 3 public keys, sign, recover", run: primitives },
      roundMs: 300,
      target: { atLeast: 0.5 },
    }),
    await againstReference({
      what: `over TCP between processes, median of ${HANDSHAKES}`,
      unit: "ms",
      theirs: [1.7, 1.9],
      ours: await overTcp(),
      target: { atMost: 1 },
    }),
  ],
};
