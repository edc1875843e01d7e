/**
 * Keccak-256 over `keccak-f.ts`. One sponge serves all: its state is set before and saved after each use, which is sound
 * because nothing here gives way to other code between the two.
 */
import type { Hashes, KeccakState } from "../crypto.ts";
import { type KeccakF, openKeccakF, RATE } from "./keccak-f.ts";

const DIGEST = 32;

export function openKeccak(): Pick<Hashes, "keccak256" | "keccakState" | "keccakSearcher"> {
  const sponge = new Sponge();
  return {
    keccak256(data) {
      sponge.begin(EMPTY);
      sponge.take(data);
      return sponge.finish().slice();
    },
    keccakState: () => keccakState(sponge),
    keccakSearcher: (prefix) => keccakSearcher(sponge, prefix),
  };
}

/** A sponge between two uses: what it has absorbed, and the bytes that do not fill a block. */
interface Soaked {
  readonly state: Uint8Array;
  readonly rest: Uint8Array;
}

const EMPTY: Soaked = { state: new Uint8Array(200), rest: new Uint8Array() };

/**
 * The sponge with the original padding.
 *
 * ```
 * last block := rest | 01 | zeros | 80        01 and 80 may fall into one byte
 * ```
 */
class Sponge {
  readonly #f: KeccakF = openKeccakF();
  readonly #digest = this.#f.state.subarray(0, DIGEST);
  /** Bytes of the input that have not been absorbed: less than a block. */
  #waiting = 0;

  begin({ state, rest }: Soaked): void {
    this.#f.state.set(state);
    this.#f.input.set(rest);
    this.#waiting = rest.length;
  }

  take(data: Uint8Array): void {
    const { input } = this.#f;
    for (let taken = 0; taken < data.length; ) {
      const part = data.subarray(taken, taken + input.length - this.#waiting);
      input.set(part, this.#waiting);
      taken += part.length;
      this.#absorb(this.#waiting + part.length);
    }
  }

  /** A copy. */
  save(): Soaked {
    const { state, input } = this.#f;
    return { state: state.slice(), rest: input.slice(0, this.#waiting) };
  }

  /** The digest, as a view that stands until the sponge is used again. */
  finish(): Uint8Array {
    const { input, absorb } = this.#f;
    input.fill(0, this.#waiting, RATE);
    input[this.#waiting] = 0x01;
    input[RATE - 1] = (input[RATE - 1] ?? 0) | 0x80;
    absorb(RATE);
    return this.#digest;
  }

  #absorb(filled: number): void {
    this.#waiting = filled % RATE;
    const whole = filled - this.#waiting;
    if (whole === 0) return;
    this.#f.absorb(whole);
    this.#f.input.copyWithin(0, whole, filled);
  }
}

/** Short pieces are gathered, so that the sponge is not set and saved for each of them. */
function keccakState(sponge: Sponge): KeccakState {
  const pending = new Uint8Array(RATE);
  let length = 0;
  let soaked = EMPTY;
  const resume = (): void => {
    sponge.begin(soaked);
    sponge.take(pending.subarray(0, length));
  };
  return {
    update(data) {
      if (length + data.length > RATE) {
        resume();
        sponge.take(data);
        soaked = sponge.save();
        length = 0;
        return;
      }
      pending.set(data, length);
      length += data.length;
    },
    digest() {
      resume();
      return sponge.finish().slice();
    },
  };
}

function keccakSearcher(sponge: Sponge, prefix: Uint8Array): (suffix: Uint8Array) => Uint8Array {
  sponge.begin(EMPTY);
  sponge.take(prefix);
  const soaked = sponge.save();
  const digest = new Uint8Array(DIGEST);
  return (suffix) => {
    sponge.begin(soaked);
    sponge.take(suffix);
    digest.set(sponge.finish());
    return digest;
  };
}
