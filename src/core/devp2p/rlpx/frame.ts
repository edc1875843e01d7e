/**
 * Frames: what the stream consists of after the handshake (devp2p rlpx.md, "Framing").
 *
 * ```
 * frame  := headerCipher(16) | headerMac(16) | bodyCipher(size, padded with zeros to 16) | bodyMac(16)
 * header := size: uint24 BE | c2 80 80 | zeros                          all but the size is ignored by readers
 *
 * update(seed) := state absorbs (AES256(mac, digest[0..16]) XOR seed); result is the new digest[0..16]
 * headerMac     = update(headerCipher)
 * bodyMac       = state absorbs bodyCipher; update(digest[0..16])
 * ```
 * Each direction has one AES-256-CTR keystream with a zero counter, never reset, and one running Keccak-256. After a
 * rejected frame both have parted from the peer's: a reader that threw must not be used again.
 *
 * Not concerned with what a body says: see `session.ts`.
 */
import { concatBytes } from "../../bytes/bytes.ts";
import { equalSecretBytes } from "../../crypto/constant-time.ts";
import type { Ciphers, KeccakState } from "../../crypto/crypto.ts";
import { RemoteError } from "../../platform/errors.ts";
import type { Secrets } from "./handshake.ts";
import type { Inbox } from "./inbox.ts";

/** The size field has 24 bits. */
export const FRAME_SIZE_MAX = 2 ** 24 - 1;

const BLOCK = 16;
const HEADER = 2 * BLOCK;
/** RLP list of two zeros: "no capability, no context" of a multiplexing that nobody implements. */
const HEADER_DATA = Uint8Array.of(0xc2, 0x80, 0x80);

const padded = (size: number): number => Math.ceil(size / BLOCK) * BLOCK;

export class FrameWriter {
  readonly #encrypt: (data: Uint8Array) => Uint8Array;
  readonly #mac: FrameMac;

  constructor(ciphers: Ciphers, { aes, mac, egressMac }: Secrets) {
    this.#encrypt = ciphers.ctrStream(aes, new Uint8Array(BLOCK));
    this.#mac = new FrameMac(ciphers, mac, egressMac);
  }

  /** The next frame of the stream; its body is `head || tail`, at most `FRAME_SIZE_MAX` bytes. */
  write(head: Uint8Array, tail: Uint8Array): Uint8Array {
    const size = head.length + tail.length;
    const plain = new Uint8Array(BLOCK + padded(size));
    plain.set([size >> 16, size >> 8, size]);
    plain.set(HEADER_DATA, 3);
    plain.set(head, BLOCK);
    plain.set(tail, BLOCK + head.length);
    const cipher = this.#encrypt(plain);
    const header = cipher.subarray(0, BLOCK);
    const body = cipher.subarray(BLOCK);
    return concatBytes(header, this.#mac.ofHeader(header), body, this.#mac.ofBody(body));
  }
}

export class FrameReader {
  readonly #decrypt: (data: Uint8Array) => Uint8Array;
  readonly #mac: FrameMac;
  /** Size of the body whose header has been read. */
  #size: number | undefined;

  constructor(ciphers: Ciphers, { aes, mac, ingressMac }: Secrets) {
    this.#decrypt = ciphers.ctrStream(aes, new Uint8Array(BLOCK));
    this.#mac = new FrameMac(ciphers, mac, ingressMac);
  }

  /**
   * The body of the next frame, in fresh memory; undefined until all of it is in the inbox. A size above `sizeMax` is
   * refused before anything is kept for it. Throws `RemoteError` BAD_MAC, OVERSIZED.
   */
  read(inbox: Inbox, sizeMax: number): Uint8Array | undefined {
    this.#size ??= this.#readHeader(inbox, sizeMax);
    if (this.#size === undefined) return undefined;
    const length = padded(this.#size);
    const rest = inbox.take(length + BLOCK);
    if (rest === undefined) return undefined;
    const cipher = rest.subarray(0, length);
    if (!equalSecretBytes(this.#mac.ofBody(cipher), rest.subarray(length))) {
      throw new RemoteError("BAD_MAC", "frame: the body's MAC differs");
    }
    const body = this.#decrypt(cipher).subarray(0, this.#size);
    this.#size = undefined;
    return body;
  }

  #readHeader(inbox: Inbox, sizeMax: number): number | undefined {
    const bytes = inbox.take(HEADER);
    if (bytes === undefined) return undefined;
    const cipher = bytes.subarray(0, BLOCK);
    if (!equalSecretBytes(this.#mac.ofHeader(cipher), bytes.subarray(BLOCK))) {
      throw new RemoteError("BAD_MAC", "frame: the header's MAC differs");
    }
    const [high = 0, middle = 0, low = 0] = this.#decrypt(cipher);
    const size = (high << 16) | (middle << 8) | low;
    if (size > sizeMax) throw new RemoteError("OVERSIZED", `frame: size ${size}, at most ${sizeMax} is allowed`);
    return size;
  }
}

/** The MAC of one direction; each call moves it on. */
class FrameMac {
  readonly #state: KeccakState;
  readonly #encryptBlock: (block: Uint8Array) => Uint8Array;
  /** The first half of the state's digest, kept because every update begins with it. */
  #digest: Uint8Array;

  constructor(ciphers: Ciphers, mac: Uint8Array, state: KeccakState) {
    this.#state = state;
    this.#encryptBlock = ciphers.blockCipher(mac);
    this.#digest = this.#currentDigest();
  }

  ofHeader(cipher: Uint8Array): Uint8Array {
    return this.#update(cipher);
  }

  ofBody(cipher: Uint8Array): Uint8Array {
    this.#state.update(cipher);
    this.#digest = this.#currentDigest();
    return this.#update(this.#digest);
  }

  #update(seed: Uint8Array): Uint8Array {
    const block = this.#encryptBlock(this.#digest);
    for (let index = 0; index < BLOCK; index++) block[index] = (block[index] ?? 0) ^ (seed[index] ?? 0);
    this.#state.update(block);
    this.#digest = this.#currentDigest();
    return this.#digest;
  }

  #currentDigest(): Uint8Array {
    return this.#state.digest().subarray(0, BLOCK);
  }
}
