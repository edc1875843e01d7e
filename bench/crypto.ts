/** The fast door against the pure one, primitive by primitive. */
import type { Crypto } from "../src/core/crypto/crypto.ts";
import { eciesDecrypt, eciesEncrypt } from "../src/core/crypto/ecies.ts";
import { openCrypto } from "../src/core/crypto/open.ts";
import { type Benchmark, compare, type Figure, type Target } from "./harness.ts";

/** A primitive with its arguments, prepared behind a door. */
interface Primitive {
  readonly what: string;
  readonly prepare: (crypto: Crypto) => () => unknown;
  readonly target?: Target;
}

const bytes = (length: number, byte = 7) => new Uint8Array(length).fill(byte);
const secret = bytes(32, 1);
const digest = bytes(32, 2);
const key = bytes(32, 3);
const nonce = bytes(12, 4);
const counter = bytes(16, 5);
const message = bytes(500);
const pair = bytes(64);

const hashes: Primitive[] = [
  { what: "keccak-256 of 64 bytes", prepare: (crypto) => () => crypto.keccak256(pair), target: { atLeast: 4 } },
  { what: "keccak-256 of 500 bytes", prepare: (crypto) => () => crypto.keccak256(message), target: { atLeast: 4 } },
  { what: "proof of work: one nonce behind 548 bytes", prepare: searchOf, target: { atLeast: 3 } },
  { what: "running keccak: the MAC of a 1 KiB frame", prepare: frameMac, target: { atLeast: 2 } },
  { what: "sha-256 of 500 bytes", prepare: (crypto) => () => crypto.sha256(message) },
  { what: "hmac-sha-256 of 64 bytes", prepare: (crypto) => () => crypto.hmacSha256(key, pair) },
  { what: "hmac-sha-512 of 64 bytes", prepare: (crypto) => () => crypto.hmacSha512(key, pair) },
];

const curve: Primitive[] = [
  { what: "public key of a secret key", prepare: (crypto) => () => crypto.publicKeyOf(secret) },
  { what: "key agreement", prepare: agreement, target: { atLeast: 20 } },
  { what: "sign", prepare: (crypto) => () => crypto.sign(digest, secret), target: { atLeast: 4 } },
  { what: "recover", prepare: recovery, target: { atLeast: 20 } },
  { what: "check and decode a compressed key", prepare: decoding },
  { what: "ECIES encrypt 256 bytes", prepare: eciesSealing, target: { atLeast: 10 } },
  { what: "ECIES decrypt 256 bytes", prepare: eciesOpening, target: { atLeast: 10 } },
];

const ciphers: Primitive[] = [
  { what: "AES-256-GCM seal 500 bytes", prepare: (crypto) => () => crypto.gcmEncrypt(key, nonce, message) },
  { what: "AES-256-GCM open 500 bytes", prepare: gcmOpening, target: { atLeast: 4 } },
  { what: "AES-256-GCM refuse 500 bytes", prepare: (crypto) => () => crypto.gcmDecrypt(key, nonce, message) },
  { what: "AES-128-CTR of 500 bytes", prepare: (crypto) => () => crypto.ctr(counter, counter, message) },
  { what: "AES-256-CTR stream, 1 KiB a time", prepare: streaming, target: { atLeast: 4 } },
  { what: "AES-256 of a block", prepare: blocks },
];

const kdfs: Primitive[] = [
  {
    what: "PBKDF2-SHA-256 of 4096 rounds",
    prepare: (crypto) => () => crypto.pbkdf2Sha256(key, bytes(0), 4096, 32),
    target: { atLeast: 4 },
  },
  { what: "PBKDF2-SHA-512 of 2048 rounds", prepare: (crypto) => () => crypto.pbkdf2Sha512(key, bytes(8), 2048, 64) },
  { what: "scrypt, n = 4096", prepare: (crypto) => () => crypto.scrypt(key, key, { n: 4096, r: 8, p: 1 }, 32) },
  { what: "HKDF-SHA-256 to 96 bytes", prepare: (crypto) => () => crypto.hkdfSha256(key, key, nonce, 96) },
];

function searchOf(crypto: Crypto): () => unknown {
  const search = crypto.keccakSearcher(bytes(548));
  const suffix = bytes(8);
  return () => search(suffix);
}

/** The pattern of RLPx: two seeds, a body, and the digests around them (rlpx.md, "MAC"). */
function frameMac(crypto: Crypto): () => unknown {
  const state = crypto.keccakState();
  const [seed, body] = [bytes(16), bytes(1024)];
  return () => {
    for (const part of [seed, body, seed]) {
      state.digest();
      state.update(part);
    }
    return state.digest();
  };
}

function agreement(crypto: Crypto): () => unknown {
  const other = crypto.publicKeyOf(digest);
  return () => crypto.agree(secret, other);
}

function recovery(crypto: Crypto): () => unknown {
  const signature = crypto.sign(digest, secret);
  return () => crypto.recover(digest, signature);
}

function decoding(crypto: Crypto): () => unknown {
  const compressed = crypto.compress(crypto.publicKeyOf(secret));
  return () => crypto.decodePublicKey(compressed);
}

function eciesSealing(crypto: Crypto): () => unknown {
  const recipient = crypto.publicKeyOf(digest);
  const plaintext = bytes(256);
  return () => eciesEncrypt(crypto, { recipient, ephemeralSecret: secret, iv: counter, plaintext });
}

function eciesOpening(crypto: Crypto): () => unknown {
  const recipient = crypto.publicKeyOf(digest);
  const ciphertext = eciesEncrypt(crypto, { recipient, ephemeralSecret: secret, iv: counter, plaintext: bytes(256) });
  return () => eciesDecrypt(crypto, { secretKey: digest, ciphertext });
}

function gcmOpening(crypto: Crypto): () => unknown {
  const sealed = crypto.gcmEncrypt(key, nonce, message);
  return () => crypto.gcmDecrypt(key, nonce, sealed);
}

function streaming(crypto: Crypto): () => unknown {
  const stream = crypto.ctrStream(key, counter);
  const data = bytes(1024);
  return () => stream(data);
}

function blocks(crypto: Crypto): () => unknown {
  const encrypt = crypto.blockCipher(key);
  return () => encrypt(counter);
}

export const benchmark: Benchmark = {
  name: "crypto",
  about: "each primitive behind the fast door, against the pure one",
  async run() {
    const [fast, pure] = [await openCrypto("fast"), await openCrypto("pure")];
    const figures: Figure[] = [];
    for (const { what, prepare, target } of [...hashes, ...curve, ...ciphers, ...kdfs]) {
      const subject = { name: "fast", run: prepare(fast) };
      const baseline = { name: "pure", run: prepare(pure) };
      figures.push(await compare({ what, subject, baseline, ...(target && { target }) }));
    }
    return figures;
  },
};
