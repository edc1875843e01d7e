/**
 * The RLPx handshake: two packets, after which both sides know each other and share fresh secrets
 * (devp2p rlpx.md, "Initial Handshake"; EIP-8).
 *
 * ```
 * initiate        -> auth      AwaitingAck     --readAck-->     Established
 * recipient       <- auth      Authenticated   --acknowledge--> Established, -> ack
 *
 * authBody := [signature: byte[65], staticKey: byte[64], nonce: byte[32], version, ignored*] ignored
 * ackBody  := [ephemeralKey: byte[64], nonce: byte[32], version, ignored*] ignored
 *
 * legacy authBody := signature(65) | keccak256(ephemeralKey)(32) | staticKey(64) | nonce(32) | 00
 * legacy ackBody  := ephemeralKey(64) | nonce(32) | 00
 *
 * signature = sign(S XOR initiatorNonce, initiator's ephemeral secret)       S = agree(static, static), not hashed
 * E         = agree(ephemeral, ephemeral)
 * aes       = K(E || K(E || K(recipientNonce || initiatorNonce)))            K = Keccak-256
 * mac       = K(E || aes)
 * initiator's egress  = K absorbed (mac XOR recipientNonce) || auth
 * initiator's ingress = K absorbed (mac XOR initiatorNonce) || ack
 * ```
 * A wrong signature is not noticed here: it recovers another ephemeral key, and the MAC of the first frame differs.
 */
import { concatBytes } from "../../bytes/bytes.ts";
import { encodeRlp, RlpReader } from "../../bytes/rlp.ts";
import type { KeccakState, PublicKey, SecretKey, Signature } from "../../crypto/crypto.ts";
import type { Random } from "../../platform/random.ts";
import { freshSecret, type HandshakeCrypto, type Packet, type PacketFormat, sealPacket } from "./packet.ts";

/** What both roles begin with. */
export interface HandshakeOptions {
  readonly crypto: HandshakeCrypto;
  /** Gives, in this order: the ephemeral secret, the nonce (32 bytes), then what `sealPacket` takes. */
  readonly random: Random;
  readonly staticSecret: SecretKey;
  /** Its public key, where it is at hand. */
  readonly staticKey?: PublicKey;
}

/** The initiator has written auth. */
export interface AwaitingAck {
  readonly remote: PublicKey;
  readonly ephemeralSecret: SecretKey;
  readonly nonce: Uint8Array;
  readonly auth: Uint8Array;
}

/** The recipient has read auth and knows who claims to call. */
export interface Authenticated {
  readonly remote: PublicKey;
  readonly remoteEphemeral: PublicKey;
  readonly remoteNonce: Uint8Array;
  readonly auth: Packet;
}

/** Both packets are exchanged. */
export interface Established {
  readonly remote: PublicKey;
  readonly secrets: Secrets;
}

/** What frames are encrypted and authenticated with; the MAC states live on with each frame. */
export interface Secrets {
  /** 32 bytes, AES-256-CTR, both directions. */
  readonly aes: Uint8Array;
  /** 32 bytes, AES-256 inside the MACs. */
  readonly mac: Uint8Array;
  readonly egressMac: KeccakState;
  readonly ingressMac: KeccakState;
}

const VERSION = 4;

/** Begins as the side that opened the stream. Throws `RemoteError` BAD_KEY when `remote` is not a point. */
export function initiate(
  { crypto, random, staticSecret, staticKey: ownKey = crypto.publicKeyOf(staticSecret) }: HandshakeOptions,
  { remote, format = "eip8" }: { readonly remote: PublicKey; readonly format?: PacketFormat },
): { readonly auth: Uint8Array; readonly waiting: AwaitingAck } {
  const ephemeralSecret = freshSecret(crypto, random);
  const nonce = random.bytes(32);
  const signature = crypto.sign(xor(crypto.agree(staticSecret, remote), nonce), ephemeralSecret);
  const staticKey = ownKey.subarray(1);
  const body =
    format === "eip8"
      ? encodeRlp([signature, staticKey, nonce, VERSION])
      : concatBytes(signature, keyHash(crypto, ephemeralSecret), staticKey, nonce, Uint8Array.of(0));
  const auth = sealPacket(crypto, random, { recipient: remote, format, body });
  return { auth, waiting: { remote, ephemeralSecret, nonce, auth } };
}

/** Reads the recipient's answer. Throws `RemoteError`. */
export function readAck(crypto: HandshakeCrypto, waiting: AwaitingAck, ack: Packet): Established {
  const { ephemeralKey, nonce } = ack.format === "eip8" ? decodeAck(ack.body) : decodeLegacyAck(ack.body);
  const ephemeralShared = crypto.agree(waiting.ephemeralSecret, ephemeralKey);
  const keys = deriveKeys(crypto, ephemeralShared, { initiatorNonce: waiting.nonce, recipientNonce: nonce });
  return {
    remote: waiting.remote,
    secrets: {
      ...keys,
      egressMac: macState(crypto, keys.mac, nonce, waiting.auth),
      ingressMac: macState(crypto, keys.mac, waiting.nonce, ack.bytes),
    },
  };
}

/** Reads the initiator's packet and recovers its ephemeral key. Throws `RemoteError`. */
export function readAuth(crypto: HandshakeCrypto, staticSecret: SecretKey, auth: Packet): Authenticated {
  const { signature, staticKey, nonce } = auth.format === "eip8" ? decodeAuth(auth.body) : decodeLegacyAuth(auth.body);
  const remote = crypto.decodePublicKey(staticKey);
  const signed = xor(crypto.agree(staticSecret, remote), nonce);
  return { remote, remoteEphemeral: crypto.recover(signed, signature), remoteNonce: nonce, auth };
}

/** Answers in the format that was read: only an old peer sends the legacy one, and it reads no other. */
export function acknowledge(
  { crypto, random }: Pick<HandshakeOptions, "crypto" | "random">,
  { remote, remoteEphemeral, remoteNonce, auth }: Authenticated,
): { readonly ack: Uint8Array; readonly established: Established } {
  const ephemeralSecret = freshSecret(crypto, random);
  const nonce = random.bytes(32);
  const ephemeralKey = crypto.publicKeyOf(ephemeralSecret).subarray(1);
  const body =
    auth.format === "eip8"
      ? encodeRlp([ephemeralKey, nonce, VERSION])
      : concatBytes(ephemeralKey, nonce, Uint8Array.of(0));
  const ack = sealPacket(crypto, random, { recipient: remote, format: auth.format, body });
  const ephemeralShared = crypto.agree(ephemeralSecret, remoteEphemeral);
  const keys = deriveKeys(crypto, ephemeralShared, { initiatorNonce: remoteNonce, recipientNonce: nonce });
  const secrets = {
    ...keys,
    egressMac: macState(crypto, keys.mac, remoteNonce, ack),
    ingressMac: macState(crypto, keys.mac, nonce, auth.bytes),
  };
  return { ack, established: { remote, secrets } };
}

interface Auth {
  readonly signature: Signature;
  readonly staticKey: PublicKey;
  readonly nonce: Uint8Array;
}

function decodeAuth(body: Uint8Array): Auth {
  const fields = new RlpReader(body, "auth").list("list");
  const signature = fields.bytes("signature", 65);
  const staticKey = point(fields.bytes("static key", 64));
  const nonce = fields.bytes("nonce", 32);
  fields.uint64("version");
  return { signature, staticKey, nonce };
}

const decodeLegacyAuth = (body: Uint8Array): Auth => ({
  signature: body.subarray(0, 65),
  staticKey: point(body.subarray(97, 161)),
  nonce: body.subarray(161, 193),
});

interface Ack {
  readonly ephemeralKey: PublicKey;
  readonly nonce: Uint8Array;
}

function decodeAck(body: Uint8Array): Ack {
  const fields = new RlpReader(body, "ack").list("list");
  const ephemeralKey = point(fields.bytes("ephemeral key", 64));
  const nonce = fields.bytes("nonce", 32);
  fields.uint64("version");
  return { ephemeralKey, nonce };
}

const decodeLegacyAck = (body: Uint8Array): Ack => ({
  ephemeralKey: point(body.subarray(0, 64)),
  nonce: body.subarray(64, 96),
});

/** What a legacy auth says of the ephemeral key; nobody checks it. */
const keyHash = (crypto: HandshakeCrypto, secretKey: SecretKey): Uint8Array =>
  crypto.keccak256(crypto.publicKeyOf(secretKey).subarray(1));

interface Nonces {
  readonly initiatorNonce: Uint8Array;
  readonly recipientNonce: Uint8Array;
}

function deriveKeys(
  crypto: HandshakeCrypto,
  ephemeralShared: Uint8Array,
  { initiatorNonce, recipientNonce }: Nonces,
): { readonly aes: Uint8Array; readonly mac: Uint8Array } {
  const nonces = crypto.keccak256(concatBytes(recipientNonce, initiatorNonce));
  const shared = crypto.keccak256(concatBytes(ephemeralShared, nonces));
  const aes = crypto.keccak256(concatBytes(ephemeralShared, shared));
  return { aes, mac: crypto.keccak256(concatBytes(ephemeralShared, aes)) };
}

function macState(crypto: HandshakeCrypto, mac: Uint8Array, readersNonce: Uint8Array, packet: Uint8Array): KeccakState {
  const state = crypto.keccakState();
  state.update(xor(mac, readersNonce));
  state.update(packet);
  return state;
}

/** The 65-byte form of the 64 bytes X || Y on the wire. */
const point = (key: Uint8Array): PublicKey => concatBytes(Uint8Array.of(4), key);

const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, index) => byte ^ (b[index] ?? 0));
