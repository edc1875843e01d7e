/** Recordings of the reference's payload layer, in both directions. */
import { describe, expect } from "vitest";
import { fromHex, type Hex, toHex } from "../../src/core/bytes/hex.ts";
import type { Codec } from "../../src/core/bytes/protobuf.ts";
import { pureCrypto } from "../../src/core/crypto/pure.ts";
import {
  type Author,
  type Authored,
  applicationMetadataCodec,
  unwrapPayload,
  wrapPayload,
} from "../../src/core/payloads/application-metadata.ts";
import {
  CHAT_TYPE,
  defaultChatName,
  oneToOneChatId,
  parseOneToOneChatId,
  parsePublicChatName,
} from "../../src/core/payloads/chat-id.ts";
import { nextClock } from "../../src/core/payloads/clock.ts";
import { membershipUpdateEventCodec } from "../../src/core/payloads/membership-update.ts";
import { inspectPayload, PAYLOAD_CODEC, PAYLOAD_TYPE, payloadNameOf } from "../../src/core/payloads/payload.ts";
import { type Verdict, validatePayload } from "../../src/core/payloads/validate.ts";
import { RemoteError } from "../../src/core/platform/errors.ts";
import { camelCase, fieldsOf, type VectorFields, valuesOf } from "../support/payload-fields.ts";
import { coversAllSections, forEachCase, loadVectors } from "../support/vectors.ts";

interface Key {
  readonly privateKey: string;
  readonly publicKey: string;
}

interface Vectors {
  readonly protobufs: readonly { message: string; fields: VectorFields; encoded: Hex; name: string }[];
  readonly metadata: readonly {
    encoded: Hex;
    messageId: Hex;
    payload: Hex;
    payloadDigest: Hex;
    signature: Hex | null;
    signer: Key | null;
    type: number;
    typeName: string;
  }[];
  readonly unwrap: readonly ({ input: Hex; transportSigner: Hex } & (
    | { error: null; author: Hex; signer: Hex | null; messageId: Hex; payload: Hex; type: number }
    | { error: string }
  ))[];
  readonly validate: readonly {
    message: string;
    encoded: Hex;
    fields: VectorFields;
    error: string | null;
    valid: boolean;
    whisperTimestampMs: string;
  }[];
  readonly clocks: readonly { clock: string; lastClock: string; nowMs: string; timestamp: string }[];
  readonly chatIds: {
    readonly oneToOne: readonly { chatId: Hex; chatType: number; defaultName: string; publicKey: Hex }[];
    readonly invalidOneToOne: readonly { chatId: string; error: string }[];
    readonly public: { chatId: string; chatType: number; name: string };
    readonly privateGroupChatType: number;
  };
}

/** Signs envelopes in which the wrapper speaks for itself. */
const STRANGER = pureCrypto.publicKeyOf(new Uint8Array(32).fill(7));

const vectors = loadVectors<Vectors>("payloads.json");

/** What the reference says, and what we say to the same. */
const VERDICT_OF: Readonly<Record<string, Verdict>> = {
  "clock can't be 0": "clock-zero",
  "clock value too high": "clock-ahead",
  "timestamp can't be 0": "timestamp-zero",
  "text can't be empty": "text-empty",
  "chatId can't be empty": "chat-id-empty",
  "unknown content type": "content-type-zero",
  "can't receive request address for transaction from others": "content-type-local",
  "unknown message type": "message-type-unknown",
  "no sticker content": "sticker-missing",
  "sticker hash not set": "sticker-hash-empty",
  "name can't be empty": "name-empty",
  "device type can't be empty": "device-type-empty",
  "installationId can't be empty": "installation-id-empty",
  "value can't be empty": "value-empty",
  "address can't be empty": "address-empty",
  "messageID can't be empty": "id-empty",
  "transaction hash can't be empty": "transaction-hash-empty",
  "signature can't be nil": "signature-missing",
};

describe("payloads.json", () => {
  coversAllSections(vectors, ["protobufs", "metadata", "unwrap", "validate", "clocks", "chatIds"], {
    meta: "describes the file",
    membership: "grown with private messages",
    receive: "grown with private messages",
    transactionSignature: "grown with private messages",
  });

  forEachCase("protobufs", vectors.protobufs, ({ message, fields, encoded }) => {
    const codec = codecOf(message);
    expect(toHex(codec.encode(valuesOf(fields)))).toBe(encoded);
    expect(fieldsOf(codec.decode(fromHex(encoded)))).toEqual(fields);
    expect(codec.inspect(fromHex(encoded)).unknown).toEqual([]);
  });

  forEachCase("metadata", vectors.metadata, (vector) => {
    const payload = fromHex(vector.payload);
    expect(toHex(pureCrypto.keccak256(payload))).toBe(vector.payloadDigest);
    expect(payloadNameOf(vector.type) ?? "unknown").toBe(camelCase(vector.typeName.toLowerCase()));
    if (vector.signer === null) {
      expect(toHex(applicationMetadataCodec.encode({ type: vector.type, payload }))).toBe(vector.encoded);
    } else {
      const wrapped = wrapPayload(pureCrypto, authorOf(vector.signer), { type: vector.type, payload });
      expect(toHex(wrapped.bytes)).toBe(vector.encoded);
      expect(wrapped.id).toBe(vector.messageId);
    }
    const { signature } = applicationMetadataCodec.decode(fromHex(vector.encoded));
    expect(signature === undefined ? null : toHex(signature)).toBe(vector.signature);
    expectAuthored(unwrapPayload(pureCrypto, fromHex(vector.encoded), STRANGER), {
      id: vector.messageId,
      author: vector.signer?.publicKey ?? toHex(STRANGER),
      signed: vector.signer !== null,
      type: vector.type,
      payload: vector.payload,
    });
  });

  forEachCase("unwrap", vectors.unwrap, (vector) => {
    const open = () => unwrapPayload(pureCrypto, fromHex(vector.input), fromHex(vector.transportSigner));
    if (vector.error !== null) {
      expect(open).toThrow(RemoteError);
      expect(open).toThrow(expect.objectContaining({ code: codeOf(vector.error) }));
      return;
    }
    expectAuthored(open(), {
      id: vector.messageId,
      author: vector.author,
      signed: vector.signer !== null,
      type: vector.type,
      payload: vector.payload,
    });
  });

  forEachCase("validate", vectors.validate, ({ message, encoded, fields, error, valid, whisperTimestampMs }) => {
    const name = payloadNameOf(typeOf(message));
    if (name === undefined) throw new Error(`no payload called ${message}`);
    const { value: payload } = inspectPayload(name, fromHex(encoded));
    expect(fieldsOf(payload.value)).toEqual(fields);
    const verdict = validatePayload(payload, Number(whisperTimestampMs));
    expect(verdict).toBe(error === null ? "valid" : verdictOf(error));
    expect(verdict === "valid").toBe(valid);
  });

  forEachCase("clocks", vectors.clocks, ({ clock, lastClock, nowMs, timestamp }) => {
    expect(String(nextClock(Number(lastClock), Number(nowMs)))).toBe(clock);
    expect(nowMs).toBe(timestamp);
  });

  forEachCase("chatIds.oneToOne", vectors.chatIds.oneToOne, ({ chatId, chatType, defaultName, publicKey }) => {
    expect(toHex(parseOneToOneChatId(pureCrypto, chatId))).toBe(publicKey);
    expect(oneToOneChatId(fromHex(publicKey))).toBe(chatId);
    expect(defaultChatName(chatId)).toBe(defaultName);
    expect(CHAT_TYPE.oneToOne).toBe(chatType);
  });

  forEachCase("chatIds.invalidOneToOne", vectors.chatIds.invalidOneToOne, ({ chatId }) => {
    expect(() => parseOneToOneChatId(pureCrypto, chatId)).toThrow(RemoteError);
  });

  forEachCase("chatIds.public", [vectors.chatIds.public], ({ chatId, chatType, name }) => {
    expect(parsePublicChatName(name)).toBe(chatId);
    expect(CHAT_TYPE.publicChat).toBe(chatType);
    expect(CHAT_TYPE.privateGroup).toBe(vectors.chatIds.privateGroupChatType);
  });
});

function authorOf({ privateKey, publicKey }: Key): Author {
  const secretKey = fromHex(privateKey);
  expect(toHex(pureCrypto.publicKeyOf(secretKey))).toBe(publicKey);
  return { publicKey: fromHex(publicKey), sign: (digest) => pureCrypto.sign(digest, secretKey) };
}

function expectAuthored(authored: Authored, expected: Record<keyof Authored, unknown>): void {
  expect({ ...authored, author: toHex(authored.author), payload: toHex(authored.payload) }).toEqual(expected);
}

/** Recorded messages by the name of their type; not all of them have a wrapper type. */
function codecOf(message: string): Codec<object> {
  if (message === "ApplicationMetadataMessage") return applicationMetadataCodec as Codec<object>;
  if (message === "MembershipUpdateEvent") return membershipUpdateEventCodec as Codec<object>;
  const name = payloadNameOf(typeOf(message));
  if (name === undefined) throw new Error(`no payload called ${message}`);
  return PAYLOAD_CODEC[name] as Codec<object>;
}

function typeOf(message: string): number {
  const name = message.charAt(0).toLowerCase() + message.slice(1);
  return Object.entries(PAYLOAD_TYPE).find(([known]) => known === name)?.[1] ?? 0;
}

/** What is wrong with a wrapper: its signature, or already its bytes. */
const codeOf = (error: string): unknown =>
  /signature|recovery/.test(error) ? "BAD_SIGNATURE" : expect.stringMatching(/^(MALFORMED|TRUNCATED)$/);

function verdictOf(error: string): Verdict {
  const verdict = error.startsWith("strconv.ParseFloat") ? "value-no-number" : VERDICT_OF[error];
  if (verdict === undefined) throw new Error(`the recording has an error that is not known here: ${error}`);
  return verdict;
}
