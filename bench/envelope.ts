/** Messages and envelopes against the primitives that they cannot do without: what our own code costs. */

import { eciesDecrypt, eciesEncrypt } from "../src/core/crypto/ecies.ts";
import { openCrypto } from "../src/core/crypto/open.ts";
import { systemRandom } from "../src/core/node/system.ts";
import { bloomOf, joinBlooms, matches } from "../src/core/whisper/bloom.ts";
import { decodeEnvelope, encodeEnvelope, type Topic } from "../src/core/whisper/envelope.ts";
import { open, type Recipient, seal } from "../src/core/whisper/message.ts";
import { type Benchmark, type Contestant, compare, type Figure } from "./harness.ts";

const crypto = await openCrypto("fast");
const random = systemRandom;
const payload = random.bytes(256);
const secretKey = random.bytes(32);
const publicKey = crypto.publicKeyOf(secretKey);
const symKey = random.bytes(32);
const signer = { sign: (digest: Uint8Array) => crypto.sign(digest, secretKey) };
const topic = "0x9c22ff5f" as Topic;

/** A sealed message and the parts that opening and sealing it pass through the primitives. */
function sample(to: Recipient) {
  const data = seal(crypto, { payload, signer, to, random });
  const plaintext = open(crypto, data, "symKey" in to ? to : { secretKey })?.plaintext ?? payload;
  return { data, plaintext, signed: plaintext.subarray(0, -65), signature: plaintext.subarray(-65) };
}

const symmetric = sample({ symKey });
const asymmetric = sample({ publicKey });
const PADDING = 188;

const recoverFrom = ({ signed, signature }: typeof symmetric) => crypto.recover(crypto.keccak256(signed), signature);
const sign = ({ signed }: typeof symmetric) => crypto.sign(crypto.keccak256(signed), secretKey);

/** The four ways of a message: ours, and the primitives alone. */
const passages: { what: string; ours: () => unknown; primitives: () => unknown }[] = [
  {
    what: "open a signed symmetric message of 256 bytes",
    ours: () => open(crypto, symmetric.data, { symKey }),
    primitives() {
      crypto.gcmDecrypt(symKey, symmetric.data.subarray(-12), symmetric.data.subarray(0, -12));
      recoverFrom(symmetric);
    },
  },
  {
    what: "seal it, without proof of work",
    ours: () => seal(crypto, { payload, signer, to: { symKey }, random }),
    primitives() {
      random.bytes(PADDING);
      sign(symmetric);
      crypto.gcmEncrypt(symKey, random.bytes(12), symmetric.plaintext);
    },
  },
  {
    what: "open a signed asymmetric message of 256 bytes",
    ours: () => open(crypto, asymmetric.data, { secretKey }),
    primitives() {
      eciesDecrypt(crypto, { secretKey, ciphertext: asymmetric.data });
      recoverFrom(asymmetric);
    },
  },
  {
    what: "seal it, without proof of work (asymmetric)",
    ours: () => seal(crypto, { payload, signer, to: { publicKey }, random }),
    primitives() {
      random.bytes(PADDING);
      sign(asymmetric);
      const draws = { ephemeralSecret: random.bytes(32), iv: random.bytes(16) };
      eciesEncrypt(crypto, { recipient: publicKey, ...draws, plaintext: asymmetric.plaintext });
    },
  },
];

/** What every envelope of a packet costs before it is welcome: read, identified, weighed, compared. */
function reception(): { ours: Contestant; primitives: Contestant } {
  const { bytes, hash } = encodeEnvelope(crypto, { expiry: 1585000015, ttl: 15, topic, data: symmetric.data }, 12n);
  const packet = new Uint8Array(2 ** 20);
  packet.set(bytes, 1000);
  const view = packet.subarray(1000, 1000 + bytes.length);
  const filter = joinBlooms([bloomOf(topic)]);
  const known = new Set([hash]);
  return {
    ours: {
      name: "ours",
      run() {
        const envelope = decodeEnvelope(crypto, view);
        return matches(filter, bloomOf(envelope.topic)) && known.has(envelope.hash);
      },
    },
    primitives: { name: "two keccaks", run: () => [crypto.keccak256(view), crypto.keccak256(view)] },
  };
}

export const benchmark: Benchmark = {
  name: "envelope",
  about: "messages and envelopes, against the sum of their primitives (fast door)",
  async run() {
    const figures: Figure[] = [];
    for (const { what, ours, primitives } of passages) {
      const subject = { name: "ours", run: ours };
      const baseline = { name: "primitives", run: primitives };
      figures.push(await compare({ what, subject, baseline, target: { atLeast: 0.67 } }));
    }
    const { ours, primitives } = reception();
    const what = "read an envelope of 560 bytes: hash, work, bloom, duplicate";
    figures.push(await compare({ what, subject: ours, baseline: primitives, target: { atLeast: 0.34 } }));
    return figures;
  },
};
