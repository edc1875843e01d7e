/**
 * ApplicationMetadataMessage: the signed wrapper around every payload (section 3 of the payload digest).
 *
 * ```
 * digest    = Keccak-256(payload)                           neither type nor chat nor recipient is covered
 * signature = R(32) || S(32) || V(1) over digest, V 0 or 1
 * id        = Keccak-256(author(65) || wrapper bytes)       of the very bytes that were received
 * ```
 * Not concerned with what the payload says: see `payload.ts`.
 */
import { concatBytes } from "../bytes/bytes.ts";
import { type Hex, toHex } from "../bytes/hex.ts";
import { byteString, type Codec, codec, int32, record } from "../bytes/protobuf.ts";
import type { Curve, Hashes, PublicKey, Signature } from "../crypto/crypto.ts";
import { RemoteError } from "../platform/errors.ts";
import * as wire from "../proto/application-metadata.js";

/** Identifies a message to everyone who reads it, as hex. */
export type MessageId = Hex & { readonly brand: "MessageId" };

/** The fields of the wrapper. */
export interface ApplicationMetadata {
  /** Absent and empty differ: without the field the author is the signer of the envelope. */
  readonly signature?: Uint8Array;
  readonly payload: Uint8Array;
  /** A `PAYLOAD_TYPE`, or a number of a later version. */
  readonly type: number;
}

/** A payload and who wrote it. */
export interface Authored {
  readonly id: MessageId;
  readonly author: PublicKey;
  /** Whether the wrapper proves the author; otherwise only the envelope does. */
  readonly signed: boolean;
  readonly type: number;
  readonly payload: Uint8Array;
}

/** Who writes: an identity that signs without showing its key. */
export interface Author {
  readonly publicKey: PublicKey;
  /** Signs the 32-byte digest as it is. */
  sign(digest: Uint8Array): Signature;
}

const SIGNATURE_LENGTH = 65;

export const applicationMetadataCodec: Codec<ApplicationMetadata> = codec(
  "ApplicationMetadataMessage",
  wire.ApplicationMetadataMessage,
  record<ApplicationMetadata, wire.ApplicationMetadataMessage>({
    signature: byteString,
    payload: byteString,
    type: int32,
  }),
);

/** Wraps and signs a payload. Signing is deterministic: the same payload gives the same bytes and the same id. */
export function wrapPayload(
  hashes: Pick<Hashes, "keccak256">,
  author: Author,
  content: { readonly type: number; readonly payload: Uint8Array },
): { readonly id: MessageId; readonly bytes: Uint8Array } {
  const signature = author.sign(hashes.keccak256(content.payload));
  const bytes = applicationMetadataCodec.encode({ ...content, signature });
  return { id: messageIdOf(hashes, author.publicKey, bytes), bytes };
}

/**
 * Takes a wrapper apart and finds its author; a payload changed after signing simply has another one.
 * Throws `RemoteError` BAD_SIGNATURE, or what decoding throws.
 */
export function unwrapPayload(
  crypto: Pick<Hashes, "keccak256"> & Pick<Curve, "recover">,
  bytes: Uint8Array,
  envelopeSigner: PublicKey,
): Authored {
  const { signature, payload, type } = applicationMetadataCodec.decode(bytes);
  if (signature === undefined) {
    const id = toHex(crypto.keccak256(bytes)) as MessageId;
    return { id, author: envelopeSigner, signed: false, type, payload };
  }
  if (signature.length !== SIGNATURE_LENGTH) {
    throw new RemoteError("BAD_SIGNATURE", `signature: ${signature.length} bytes instead of ${SIGNATURE_LENGTH}`);
  }
  const author = crypto.recover(crypto.keccak256(payload), signature);
  return { id: messageIdOf(crypto, author, bytes), author, signed: true, type, payload };
}

function messageIdOf(hashes: Pick<Hashes, "keccak256">, author: PublicKey, bytes: Uint8Array): MessageId {
  return toHex(hashes.keccak256(concatBytes(author, bytes))) as MessageId;
}
