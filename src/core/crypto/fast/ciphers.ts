/** AES by node:crypto, which uses the processor's instructions for it. */
import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Ciphers } from "../crypto.ts";
import { strictCiphers } from "../strict.ts";
import { plainBytes } from "./plain.ts";

const TAG = 16;

export const fastCiphers: Ciphers = strictCiphers({
  gcmEncrypt(key, nonce, plaintext) {
    const cipher = createCipheriv(gcmOf(key), key, nonce);
    const sealed = new Uint8Array(plaintext.length + TAG);
    sealed.set(cipher.update(plaintext));
    cipher.final();
    sealed.set(cipher.getAuthTag(), plaintext.length);
    return sealed;
  },
  gcmDecrypt(key, nonce, sealed) {
    const decipher = createDecipheriv(gcmOf(key), key, nonce, { authTagLength: TAG });
    decipher.setAuthTag(sealed.subarray(-TAG));
    const plaintext = decipher.update(sealed.subarray(0, -TAG));
    return isFinal(() => decipher.final()) ? plainBytes(plaintext) : undefined;
  },
  ctr: (key, counter, data) => plainBytes(createCipheriv(ctrOf(key), key, counter).update(data)),
  ctrStream(key, counter) {
    const cipher = createCipheriv(ctrOf(key), key, counter);
    return (data) => plainBytes(cipher.update(data));
  },
  blockCipher(key) {
    const cipher = createCipheriv(key.length === 32 ? "aes-256-ecb" : "aes-128-ecb", key, null);
    return (block) => plainBytes(cipher.update(block));
  },
  cbcDecrypt(key, iv, data) {
    const decipher = createDecipheriv("aes-128-cbc", key, iv);
    const plaintext = new Uint8Array(data.length);
    const start = decipher.update(data);
    plaintext.set(start);
    let length = start.length;
    const whole = isFinal(() => {
      const end = decipher.final();
      plaintext.set(end, length);
      length += end.length;
    });
    return whole ? plaintext.slice(0, length) : undefined;
  },
});

const gcmOf = (key: Uint8Array) => (key.length === 32 ? "aes-256-gcm" : "aes-128-gcm");
const ctrOf = (key: Uint8Array) => (key.length === 32 ? "aes-256-ctr" : "aes-128-ctr");

/** Whether the last step of a decryption, which checks the tag or the padding, goes through. */
function isFinal(finish: () => unknown): boolean {
  try {
    finish();
    return true;
  } catch {
    return false;
  }
}
