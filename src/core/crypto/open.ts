/** Opens the door to the primitives. Loading is asynchronous, so it happens once, in the shell, before machines are made. */
import type { Crypto, Door } from "./crypto.ts";

/** `fast` falls back to what is installed; `pure` never loads native code. */
export async function openCrypto(_door: Door): Promise<Crypto> {
  return (await import("./pure.ts")).pureCrypto;
}
