/**
 * The two packets of the RLPx handshake as they travel: encrypted to the reader's static key, in one of two formats
 * (devp2p rlpx.md, "Initial Handshake"; EIP-8).
 *
 * ```
 * packet := eip8 | legacy
 * eip8   := size: uint16 BE | ecies(body | padding, macInfo = the size bytes)     size = length of the ecies part
 * legacy := ecies(body, macInfo = nothing)                                        307 bytes for auth, 210 for ack
 * ```
 * Not concerned with what a body says: see `handshake.ts`.
 */
import { bigEndian, concatBytes } from "../../bytes/bytes.ts";
import type { Ciphers, Curve, Hashes, PublicKey, SecretKey } from "../../crypto/crypto.ts";
import { ECIES_OVERHEAD, eciesDecrypt, eciesEncrypt } from "../../crypto/ecies.ts";
import { RemoteError } from "../../platform/errors.ts";
import type { Random } from "../../platform/random.ts";
import type { Inbox } from "./inbox.ts";

export type HandshakeCrypto = Hashes & Curve & Ciphers;
export type PacketKind = "auth" | "ack";
export type PacketFormat = "eip8" | "legacy";

export interface Packet {
  readonly format: PacketFormat;
  /** As it stands on the wire: it goes into the MAC states. */
  readonly bytes: Uint8Array;
  /** Decrypted; of an EIP-8 packet with its padding. */
  readonly body: Uint8Array;
}

/** 65 signature + 32 hash + 64 key + 32 nonce + 1 flag, and 64 key + 32 nonce + 1 flag. */
const LEGACY_SIZE = { auth: 194 + ECIES_OVERHEAD, ack: 97 + ECIES_OVERHEAD } as const;
/** Today's geth reads no more; the packets in use have about 600 bytes. */
const EIP8_SIZE_MAX = 2048;
const SIZE_BYTES = 2;
/** First byte of an uncompressed point, with which a legacy packet begins. */
const POINT = 4;

export interface PacketSealing {
  readonly recipient: PublicKey;
  readonly format: PacketFormat;
  readonly body: Uint8Array;
}

/** Encrypts a body. Takes from `random`, in this order: padding (EIP-8: its length, then it), ECIES secret, IV. */
export function sealPacket(crypto: HandshakeCrypto, random: Random, sealing: PacketSealing): Uint8Array {
  const { recipient, format, body } = sealing;
  const plaintext = format === "eip8" ? concatBytes(body, padding(random)) : body;
  const size = bigEndian(plaintext.length + ECIES_OVERHEAD, SIZE_BYTES);
  const encryption = { recipient, plaintext, ephemeralSecret: freshSecret(crypto, random), iv: random.bytes(16) };
  if (format === "legacy") return eciesEncrypt(crypto, encryption);
  return concatBytes(size, eciesEncrypt(crypto, { ...encryption, macInfo: size }));
}

/** 100 to 355 bytes: enough to keep any packet longer than a legacy one, which old peers read first. */
function padding(random: Random): Uint8Array {
  return random.bytes(100 + (random.bytes(1)[0] ?? 0));
}

/** A secret key nobody knows. Only one draw in 2^128 has to be repeated. */
export function freshSecret(curve: Curve, random: Random): SecretKey {
  for (;;) {
    const bytes = random.bytes(32);
    if (curve.isSecretKey(bytes)) return bytes;
  }
}

export interface PacketReading {
  readonly kind: PacketKind;
  readonly secretKey: SecretKey;
}

/**
 * Finds one packet at the front of a stream, in either format. Both may begin with 04 (an EIP-8 size of 1024 to 1279
 * does), so such a packet is first tried as a legacy one; any other can only be EIP-8.
 */
export class PacketReader {
  readonly #crypto: HandshakeCrypto;
  readonly #kind: PacketKind;
  readonly #secretKey: SecretKey;
  #format: PacketFormat | undefined;

  constructor(crypto: HandshakeCrypto, { kind, secretKey }: PacketReading) {
    this.#crypto = crypto;
    this.#kind = kind;
    this.#secretKey = secretKey;
  }

  /** The packet, or undefined until all of it is here. Throws `RemoteError`. */
  read(inbox: Inbox): Packet | undefined {
    if (this.#format === undefined) {
      const first = inbox.peek(1)?.[0];
      if (first === undefined) return undefined;
      if (first === POINT) return this.#tryLegacy(inbox);
      this.#format = "eip8";
    }
    return this.#readEip8(inbox);
  }

  #tryLegacy(inbox: Inbox): Packet | undefined {
    const size = LEGACY_SIZE[this.#kind];
    const ciphertext = inbox.peek(size);
    if (ciphertext === undefined) return undefined;
    const bytes = new Uint8Array(ciphertext);
    try {
      const body = eciesDecrypt(this.#crypto, { secretKey: this.#secretKey, ciphertext: bytes });
      inbox.take(size);
      return { format: "legacy", bytes, body };
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      this.#format = "eip8";
      return this.#readEip8(inbox);
    }
  }

  #readEip8(inbox: Inbox): Packet | undefined {
    const prefix = inbox.peek(SIZE_BYTES);
    if (prefix === undefined) return undefined;
    const size = checkedSize(this.#kind, ((prefix[0] ?? 0) << 8) | (prefix[1] ?? 0));
    const packet = inbox.take(SIZE_BYTES + size);
    if (packet === undefined) return undefined;
    const bytes = new Uint8Array(packet);
    const ciphertext = bytes.subarray(SIZE_BYTES);
    const macInfo = bytes.subarray(0, SIZE_BYTES);
    return {
      format: "eip8",
      bytes,
      body: eciesDecrypt(this.#crypto, { secretKey: this.#secretKey, ciphertext, macInfo }),
    };
  }
}

/** A shorter one would have been taken for the beginning of a legacy packet by every peer of that time. */
function checkedSize(kind: PacketKind, size: number): number {
  if (size < LEGACY_SIZE[kind]) {
    throw new RemoteError("MALFORMED", `${kind}: size ${size}, at least ${LEGACY_SIZE[kind]} is needed`);
  }
  if (size > EIP8_SIZE_MAX) {
    throw new RemoteError("OVERSIZED", `${kind}: size ${size}, at most ${EIP8_SIZE_MAX} is allowed`);
  }
  return size;
}
