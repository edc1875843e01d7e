/** AES by @noble/ciphers. */
import { cbc, ctr, ecb, gcm } from "@noble/ciphers/aes.js";
import type { Ciphers } from "../crypto.ts";
import { strictCiphers } from "../strict.ts";

export const pureCiphers: Ciphers = strictCiphers({
  gcmEncrypt: (key, nonce, plaintext) => gcm(key, nonce).encrypt(plaintext),
  gcmDecrypt: (key, nonce, sealed) => unlessItThrows(() => gcm(key, nonce).decrypt(sealed)),
  ctr: (key, counter, data) => ctr(key, counter).encrypt(data),
  ctrStream,
  blockCipher(key) {
    const ownKey = key.slice();
    return (block) => ecb(ownKey, { disablePadding: true }).encrypt(block);
  },
  cbcDecrypt: (key, iv, data) => unlessItThrows(() => cbc(key, iv).decrypt(data)),
});

/** Each call starts at the block it is in, behind as many zeros as that block has already given. */
function ctrStream(key: Uint8Array, counter: Uint8Array): (data: Uint8Array) => Uint8Array {
  const ownKey = key.slice();
  const start = counter.slice();
  let position = 0;
  return (data) => {
    const used = position % 16;
    const shifted = new Uint8Array(used + data.length);
    shifted.set(data, used);
    const block = advanced(start, Math.floor(position / 16));
    position += data.length;
    return ctr(ownKey, block).encrypt(shifted).slice(used);
  };
}

/** The 16-byte big-endian counter, `blocks` further, modulo 2^128. */
function advanced(counter: Uint8Array, blocks: number): Uint8Array {
  const sum = counter.slice();
  for (let index = 15, carry = blocks; index >= 0 && carry > 0; index--) {
    carry += sum[index] ?? 0;
    sum[index] = carry % 256;
    carry = Math.floor(carry / 256);
  }
  return sum;
}

function unlessItThrows(decrypt: () => Uint8Array): Uint8Array | undefined {
  try {
    return decrypt();
  } catch {
    return undefined;
  }
}
