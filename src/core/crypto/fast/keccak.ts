/**
 * Keccak-256 by hash-wasm. One WebAssembly instance serves all: its state is loaded before and saved after each use,
 * which is sound because nothing here gives way to other code between the two.
 */
import { createKeccak } from "hash-wasm";
import type { Hashes, KeccakState } from "../crypto.ts";

/** The rate of Keccak-256: so many bytes are gathered before the state is touched. */
const BLOCK = 136;

export async function openKeccak(): Promise<Pick<Hashes, "keccak256" | "keccakState" | "keccakSearcher">> {
  const hasher = await createKeccak(256);
  const empty = hasher.init().save();

  function keccakState(): KeccakState {
    const pending = new Uint8Array(BLOCK);
    let absorbed = empty;
    let length = 0;
    return {
      update(data) {
        if (length + data.length <= BLOCK) {
          pending.set(data, length);
          length += data.length;
          return;
        }
        absorbed = hasher.load(absorbed).update(pending.subarray(0, length)).update(data).save();
        length = 0;
      },
      digest: () => hasher.load(absorbed).update(pending.subarray(0, length)).digest("binary"),
    };
  }

  function keccakSearcher(prefix: Uint8Array): (suffix: Uint8Array) => Uint8Array {
    const absorbed = hasher.init().update(prefix).save();
    return (suffix) => hasher.load(absorbed).update(suffix).digest("binary");
  }

  return {
    keccak256: (data) => hasher.init().update(data).digest("binary"),
    keccakState,
    keccakSearcher,
  };
}
