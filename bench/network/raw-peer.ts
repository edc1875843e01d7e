/**
 * A peer that speaks just enough Whisper to load a relay: it sends payloads that were made before and counts what comes,
 * without taking envelopes apart. What it costs is not the relay's.
 */
import type { Crypto } from "../../src/core/crypto/crypto.ts";
import { type Enode, parseEnode } from "../../src/core/devp2p/enode.ts";
import { Link } from "../../src/core/devp2p/link.ts";
import type { LinkInput, LinkOutput } from "../../src/core/devp2p/link-io.ts";
import { freshSecret } from "../../src/core/node/fresh-secret.ts";
import type { Wire } from "../../src/core/node/ports.ts";
import { systemRandom } from "../../src/core/node/system.ts";
import { tcpDialer } from "../../src/core/node/tcp.ts";
import {
  type BatchHash,
  CODES,
  decodeMessages,
  encodeBatchAcknowledged,
  encodeMessageResponse,
  NO_LIMITS,
  SHH,
} from "../../src/core/whisper/packets.ts";
import { encodeStatus } from "../../src/core/whisper/status.ts";

/** A full node that takes everything and confirms what it gets. */
const STATUS = encodeStatus({
  version: SHH.version,
  minPow: 0,
  bloom: undefined,
  light: false,
  confirmations: true,
  rateLimits: NO_LIMITS,
});
/** Relays count acknowledgements; which batch one is for only matters to who posted what is in it. */
const BATCH = `0x${"00".repeat(32)}` as BatchHash;
const RESPONSE = encodeMessageResponse({ batch: BATCH, errors: [] });
const ACKNOWLEDGEMENT = encodeBatchAcknowledged(BATCH);

export class RawPeer {
  /** Envelopes that came. */
  received = 0;
  readonly #link: Link;
  readonly #wire: Wire;
  readonly #greeted: () => void;
  #watch: () => void = () => undefined;
  #giveUp: (error: Error) => void = () => undefined;

  private constructor(link: Link, wire: Wire, greeted: () => void) {
    this.#link = link;
    this.#wire = wire;
    this.#greeted = greeted;
    this.#perform(link.tick(Date.now()));
  }

  /** Connects with the relay; resolves when it has said its Status. */
  static connect(crypto: Crypto, relay: string): Promise<RawPeer> {
    const enode = parseEnode(crypto, relay);
    return new Promise((resolve, reject) => {
      const open = (wire: Wire) => {
        const peer = new RawPeer(linkTo(crypto, enode), wire, () => resolve(peer));
        return {
          bytes: (bytes: Uint8Array) => peer.#tell({ type: "bytes", bytes }),
          closed: () => {
            const error = new Error("the relay hung up");
            peer.#giveUp(error);
            reject(error);
          },
        };
      };
      tcpDialer().dial({ host: enode.host, port: enode.tcpPort }, open, reject);
    });
  }

  /** Sends a packet of envelopes. */
  send(messages: Uint8Array): void {
    this.#packet(CODES.messages, messages);
  }

  /** Resolves when `count` envelopes have come in all; rejects when the relay hangs up before. */
  reached(count: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      this.#watch = () => {
        if (this.received >= count) resolve();
      };
      this.#watch();
    });
  }

  close(): void {
    this.#wire.close();
  }

  #tell(input: LinkInput): void {
    this.#perform(this.#link.feed(input, Date.now()));
  }

  /** What was made first is written first: answers to a message make frames of their own. */
  #perform(outputs: readonly LinkOutput[]): void {
    for (const output of outputs) if (output.type === "write") this.#wire.write(output.bytes);
    for (const output of outputs) {
      if (output.type === "identified") this.#tell({ type: "welcome" });
      else if (output.type === "ready") this.#packet(CODES.status, STATUS);
      else if (output.type === "message") this.#hear(output.code, output.data);
    }
  }

  #hear(code: number, data: Uint8Array): void {
    if (code === CODES.status) this.#greeted();
    if (code !== CODES.messages) return;
    this.received += decodeMessages(data).length;
    this.#packet(CODES.messageResponse, RESPONSE);
    this.#packet(CODES.batchAcknowledged, ACKNOWLEDGEMENT);
    this.#watch();
  }

  #packet(code: number, data: Uint8Array): void {
    this.#tell({ type: "send", capability: SHH.name, code, data });
  }
}

function linkTo(crypto: Crypto, remote: Enode): Link {
  return Link.dial({
    crypto,
    random: systemRandom,
    staticSecret: freshSecret(crypto, systemRandom),
    clientId: "bench/raw-peer",
    capabilities: [SHH],
    now: Date.now(),
    remote: remote.id,
  });
}
