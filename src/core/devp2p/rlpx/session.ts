/**
 * Messages over frames (devp2p rlpx.md, "Framing" and "Message ID"; EIP-706).
 *
 * ```
 * body := id: RLP uint | data          data is compressed once both sides said Hello with version 5
 * ```
 * Not concerned with what ids mean, save one: a Disconnect may come uncompressed from a peer that leaves because of our
 * Hello, after we have read its own. The link (`../link.ts`) knows the others.
 */
import { encodeRlp, RlpReader } from "../../bytes/rlp.ts";
import type { Ciphers } from "../../crypto/crypto.ts";
import { RemoteError, UsageError } from "../../platform/errors.ts";
import { compressSnappy, decompressSnappy } from "../snappy.ts";
import { FRAME_SIZE_MAX, FrameReader, FrameWriter } from "./frame.ts";
import type { Secrets } from "./handshake.ts";
import type { Inbox } from "./inbox.ts";

/** Message id of Disconnect. */
export const DISCONNECT = 0x01;

export interface RlpxMessage {
  readonly id: number;
  /** Decompressed; in fresh memory. */
  readonly data: Uint8Array;
  /** Length of the frame's body: id and data as they travelled. */
  readonly wireLength: number;
}

/** A frame made for the wire. */
export interface RlpxFrame {
  readonly bytes: Uint8Array;
  readonly wireLength: number;
}

export class RlpxSession {
  readonly #writer: FrameWriter;
  readonly #reader: FrameReader;
  #compressed = false;

  /** The secrets belong to the session from here on: their MAC states move with each frame. */
  constructor(ciphers: Ciphers, secrets: Secrets) {
    this.#writer = new FrameWriter(ciphers, secrets);
    this.#reader = new FrameReader(ciphers, secrets);
  }

  /** All data is compressed from the next frame on, in both directions. */
  startCompression(): void {
    this.#compressed = true;
  }

  /**
   * The next message, or undefined until all of it is in the inbox. `sizeMax` limits the frame, before it is kept, and
   * the length of the data, before it is decompressed. Throws `RemoteError`; the session is of no use afterwards.
   */
  read(inbox: Inbox, sizeMax: number): RlpxMessage | undefined {
    const body = this.#reader.read(inbox, sizeMax);
    if (body === undefined) return undefined;
    const encodedId = new RlpReader(body, "frame").raw("message id");
    const id = new RlpReader(encodedId, "frame").uint32("message id");
    const data = body.subarray(encodedId.length);
    return { id, data: this.#compressed ? decompress(id, data, sizeMax) : data, wireLength: body.length };
  }

  /** The frame of a message. `data` is neither kept nor changed. Throws `UsageError` from 16 MiB on. */
  write(id: number, data: Uint8Array): RlpxFrame {
    const encodedId = encodeRlp(id);
    const payload = this.#compressed ? compressSnappy(data) : data;
    const wireLength = encodedId.length + payload.length;
    if (Math.max(data.length, wireLength) > FRAME_SIZE_MAX) {
      throw new UsageError("USAGE", `message ${id}: ${data.length} bytes do not fit into a frame`);
    }
    return { bytes: this.#writer.write(encodedId, payload), wireLength };
  }
}

/** Every form of Disconnect, taken for a compressed block, declares more than it holds. */
function decompress(id: number, data: Uint8Array, sizeMax: number): Uint8Array {
  try {
    return decompressSnappy(data, sizeMax);
  } catch (error) {
    if (id === DISCONNECT && error instanceof RemoteError) return data;
    throw error;
  }
}
