/**
 * An envelope taken apart, layer inside layer, down to what was said; it stops where a reader would, and says why.
 *
 * ```
 * Envelope > WhisperMessage > ApplicationMetadataMessage > ChatMessage, or another payload
 * ```
 * Public chats have no ProtocolMessage between the last two. Not concerned with how a layer is shown.
 */
import { toHex } from "../bytes/hex.ts";
import type { UnknownField } from "../bytes/protobuf.ts";
import type { PublicKey } from "../crypto/crypto.ts";
import { type Authored, applicationMetadataCodec, unwrapPayload } from "../payloads/application-metadata.ts";
import { inspectPayload, PAYLOAD_CODEC, type Payload, payloadNameOf } from "../payloads/payload.ts";
import { FAULT_TEXT, validatePayload } from "../payloads/validate.ts";
import { RemoteError } from "../platform/errors.ts";
import { type Millis, SECOND } from "../platform/time.ts";
import { decodeEnvelope, type Envelope, sentAt, sizeOf } from "../whisper/envelope.ts";
import { type MessageKey, type Obstacle, type OpenedMessage, openExplained } from "../whisper/message.ts";
import { type Primitives, strayReason } from "./reading.ts";

/** What a field holds: integers beyond 2^53 as text, bytes as 0x-hex. */
export type FieldValue = null | boolean | number | string | readonly FieldValue[] | Fields;

export interface Fields {
  readonly [name: string]: FieldValue;
}

export interface Layer {
  /** The glossary's name of the layer, or the .proto name of a payload. */
  readonly layer: string;
  /** Whether a reader goes on after this layer. */
  readonly ok: boolean;
  readonly fields: Fields;
  /** Why not. */
  readonly why?: string;
  /** Protobuf fields that this version does not know. */
  readonly unknown?: readonly Fields[];
  /** The layer inside. */
  readonly inside?: Layer;
}

/** A key to try; a chat's name binds what it opens to that chat. */
export interface NamedKey {
  readonly name: string;
  readonly key: MessageKey;
  readonly chat?: string;
}

type Opened =
  | { readonly key: NamedKey; readonly message: OpenedMessage }
  /** What each key said, by its name. */
  | { readonly obstacles: Readonly<Record<string, { readonly outcome: Obstacle; readonly detail: string }>> };

/** Explains the envelope that `bytes` is; never throws for what it says. Every key costs one decryption. */
export function explainEnvelope(crypto: Primitives, bytes: Uint8Array, keys: readonly NamedKey[]): Layer {
  const envelope = attempt(() => decodeEnvelope(crypto, bytes));
  if (envelope instanceof RemoteError) return stopped("Envelope", { size: bytes.length }, envelope.message);
  return {
    layer: "Envelope",
    ok: true,
    fields: envelopeFields(envelope),
    inside: explainMessage(crypto, envelope, tryKeys(crypto, envelope, keys)),
  };
}

function envelopeFields(envelope: Envelope): Fields {
  const { hash, expiry, ttl, topic, nonce, pow } = envelope;
  return { hash, expiry, ttl, sentAt: sentAt(envelope), topic, nonce: String(nonce), pow, size: sizeOf(envelope) };
}

function tryKeys(crypto: Primitives, { data }: Envelope, keys: readonly NamedKey[]): Opened {
  const obstacles: Record<string, { outcome: Obstacle; detail: string }> = {};
  for (const key of keys) {
    const opening = openExplained(crypto, data, key.key);
    if (opening.outcome === "opened") return { key, message: opening.message };
    obstacles[key.name] = { outcome: opening.outcome, detail: opening.detail };
  }
  return { obstacles };
}

function explainMessage(crypto: Primitives, envelope: Envelope, opened: Opened): Layer {
  const layer = "WhisperMessage";
  if ("obstacles" in opened) {
    const tried = Object.keys(opened.obstacles).length;
    const why = tried === 0 ? "there is no key to open it with" : "none of the keys opens it";
    return stopped(layer, { size: envelope.data.length, tried: opened.obstacles }, why);
  }
  const { key, message } = opened;
  const fields = {
    key: key.name,
    mode: "symKey" in key.key ? "sym" : "asym",
    signer: message.signer ? toHex(message.signer) : null,
    payloadSize: message.payload.length,
    paddingSize: message.padding.length,
  };
  if (!message.signer) return stopped(layer, fields, "it is not signed: Status clients ignore it");
  const sent = sentAt(envelope) * SECOND;
  const inside = explainMetadata(crypto, message.payload, { signer: message.signer, sent, chat: key.chat });
  return { layer, ok: true, fields, inside };
}

interface Surroundings {
  readonly signer: PublicKey;
  readonly sent: Millis;
  readonly chat: string | undefined;
}

function explainMetadata(crypto: Primitives, bytes: Uint8Array, around: Surroundings): Layer {
  const layer = applicationMetadataCodec.name;
  const inspected = attempt(() => applicationMetadataCodec.inspect(bytes));
  if (inspected instanceof RemoteError) return stopped(layer, { size: bytes.length }, inspected.message);
  const { signature, payload, type } = inspected.value;
  const name = payloadNameOf(type);
  const own = {
    signature: signature ? toHex(signature) : null,
    type,
    payload: name ? PAYLOAD_CODEC[name].name : null,
    payloadSize: payload.length,
  };
  const authored = attempt(() => unwrapPayload(crypto, bytes, around.signer));
  if (authored instanceof RemoteError) return { ...stopped(layer, own, authored.message), ...unknown(inspected) };
  const fields = { id: authored.id, author: toHex(authored.author), ...own };
  return { layer, ok: true, fields, ...unknown(inspected), inside: explainPayload(authored, around) };
}

function explainPayload({ type, payload: bytes }: Authored, { sent, chat }: Surroundings): Layer {
  const name = payloadNameOf(type);
  if (!name) return stopped("Payload", { bytes: toHex(bytes) }, `type ${type} belongs to no payload of this version`);
  const layer = PAYLOAD_CODEC[name].name;
  const inspected = attempt(() => inspectPayload(name, bytes));
  if (inspected instanceof RemoteError) return stopped(layer, { bytes: toHex(bytes) }, inspected.message);
  const fields = fieldsOf(inspected.value.value);
  const why = faultOf(inspected.value, sent, chat);
  return { layer, ok: why === undefined, fields, ...(why === undefined ? {} : { why }), ...unknown(inspected) };
}

function faultOf(payload: Payload, sent: Millis, chat: string | undefined): string | undefined {
  const verdict = validatePayload(payload, sent);
  if (verdict !== "valid") return FAULT_TEXT[verdict];
  if (chat === undefined) return undefined;
  return payload.name === "chatMessage" ? strayReason(payload.value, chat) : `${payload.name} in a public chat`;
}

function fieldsOf(value: object): Fields {
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shown(part)]));
}

function shown(part: unknown): FieldValue {
  if (part instanceof Uint8Array) return toHex(part);
  if (Array.isArray(part)) return part.map(shown);
  if (typeof part === "bigint") return part <= Number.MAX_SAFE_INTEGER ? Number(part) : String(part);
  if (typeof part === "object" && part !== null) return fieldsOf(part);
  return typeof part === "number" || typeof part === "boolean" ? part : String(part);
}

function unknown({ unknown }: { readonly unknown: readonly UnknownField[] }): Pick<Layer, "unknown"> {
  if (unknown.length === 0) return {};
  return {
    unknown: unknown.map(({ path, field: { number, type, value } }) => ({
      path: path.join("."),
      number,
      type,
      value: shown(value),
    })),
  };
}

const stopped = (layer: string, fields: Fields, why: string): Layer => ({ layer, ok: false, fields, why });

function attempt<T>(decode: () => T): T | RemoteError {
  try {
    return decode();
  } catch (error) {
    if (error instanceof RemoteError) return error;
    throw error;
  }
}
