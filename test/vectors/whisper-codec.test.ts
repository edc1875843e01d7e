/** Whisper against the recordings: what is in an envelope and around it. Packets and reactions: whisper-machine.test.ts. */
import { expect } from "vitest";
import { fromHex, type Hex, hexDigits, toHex } from "../../src/core/bytes/hex.ts";
import { encodeRlp, RlpReader } from "../../src/core/bytes/rlp.ts";
import type { Crypto } from "../../src/core/crypto/crypto.ts";
import { openCrypto } from "../../src/core/crypto/open.ts";
import { pureCrypto } from "../../src/core/crypto/pure.ts";
import { RemoteError } from "../../src/core/platform/errors.ts";
import { BLOOM_LENGTH, bloomOf, bloomOfEip627, fill, joinBlooms, matches } from "../../src/core/whisper/bloom.ts";
import {
  DEFAULT_TTL,
  decodeEnvelope,
  draftBytes,
  type Envelope,
  encodeEnvelope,
  sentAt,
  sizeOf,
  type Topic,
  workOf,
} from "../../src/core/whisper/envelope.ts";
import { type Filter, Filters } from "../../src/core/whisper/filter.ts";
import {
  keyPairId,
  type MessageKey,
  type OpenedMessage,
  open,
  parsePlaintext,
  seal,
  symKeyFromPassword,
} from "../../src/core/whisper/message.ts";
import { floatBits, floatFromBits, HEADER_SIZE, leadingZeroBits, requiredBits } from "../../src/core/whisper/pow.ts";
import { bitsFor, startSearch, step } from "../../src/core/whisper/pow-search.ts";
import {
  contactCodeTopic,
  contactCodeTopicName,
  negotiatedTopic,
  negotiatedTopicName,
  partitionedTopic,
  partitionedTopicName,
  partitionOf,
  personalTopic,
  personalTopicName,
  publicChatTopic,
  topicBytes,
  topicFromBytes,
} from "../../src/core/whisper/topic.ts";
import { decodeOrRemoteError } from "../support/decoders.ts";
import { scriptedRandom } from "../support/scripted-random.ts";
import { coversAllSections, forEachCase, loadVectors } from "../support/vectors.ts";

interface EnvelopeFields {
  readonly rlp: Hex;
  readonly hash: Hex;
  readonly expiry: number;
  readonly ttl: number;
  readonly topic: Topic;
  readonly nonce: string;
}

interface ProvenEnvelope extends EnvelopeFields {
  readonly bloom: Hex;
  readonly dataLength: number;
  readonly size: number;
  readonly sent: number;
  readonly leadingZeros: number;
  readonly powBits: Hex;
  readonly powHash: Hex;
  readonly rlpWithoutNonceLength: number;
}

interface MessageVector {
  readonly envelope: ProvenEnvelope;
  readonly topic: Topic;
  readonly ttl: number;
  readonly sentAt: number;
  readonly powTarget: number;
  readonly powTargetBits: number;
  readonly payload?: Hex;
  readonly payloadPattern?: { readonly kind: string; readonly length: number };
  readonly payloadHash: Hex;
  readonly flags: number;
  readonly explicitPadding: boolean;
  readonly padding: Hex;
  readonly plaintext?: Hex;
  readonly plaintextLength: number;
  readonly signerPrivateKey: Hex | null;
  readonly signerPublicKey: Hex | null;
  readonly signature: Hex | null;
  readonly signedHash?: Hex;
}

type KeyVector = { readonly symKey: Hex } | { readonly privateKey: Hex };

type FilterVector = KeyVector & {
  readonly topics: Topic[];
  readonly source?: Hex;
  readonly minPow?: number;
  readonly allowP2P?: boolean;
};

interface WhisperVectors {
  readonly bloomAggregate: { topics: Topic[]; bloom: Hex }[];
  readonly bloomMatch: { name: string; filter: Hex | null; sample: Hex; match: boolean }[];
  readonly constants: { bloomFilterSize: number; defaultTtl: number; envelopeHeaderLength: number };
  readonly dispatch: {
    name: string;
    rlp: Hex;
    direct: boolean;
    filters: { filter: FilterVector; delivered: boolean }[];
  }[];
  readonly envelopeDecode: ((EnvelopeFields & { ok: true; data: Hex }) | { ok: false; name: string; rlp: Hex })[];
  readonly floatBits: { value: number; bits: Hex; rlp: Hex }[];
  readonly identities: {
    privateKey: Hex;
    publicKey: Hex;
    contactCodeName: string;
    contactCodeTopic: Topic;
    contactCodeKey: Hex;
    partition: number;
    partitionedName: string;
    partitionedTopic: Topic;
    personalDiscoveryName: string;
    personalDiscoveryTopic: Topic;
    whisperKeyId: string;
  }[];
  readonly messagesAsym: (MessageVector & {
    recipientPrivateKey: Hex;
    recipientPublicKey: Hex;
    ecies: { ephemeralPrivateKey: Hex; iv: Hex };
  })[];
  readonly messagesSym: (MessageVector & { symKey: Hex; gcmNonce: Hex })[];
  readonly negotiated: {
    privateKey: Hex;
    peerPrivateKey: Hex;
    peerPublicKey: Hex;
    sharedSecret: Hex;
    password: string;
    topic: Topic;
    symKey: Hex;
  }[];
  readonly open: { name: string; key: KeyVector; rlp: Hex; opened: boolean; payload?: Hex }[];
  readonly plaintextParse: {
    name: string;
    plaintext: Hex;
    ok: boolean;
    payload?: Hex;
    padding?: Hex;
    signature?: Hex | null;
    signer?: Hex | null;
  }[];
  readonly pow: (ProvenEnvelope & { data: Hex; rlpWithoutNonce: Hex })[];
  readonly powAdjusted: { rlp: Hex; powBits: Hex; extraSeconds: number; adjustedPowBits: Hex }[];
  readonly powSearch: (ProvenEnvelope & { data: Hex; target: number; requiredLeadingZeros: number })[];
  readonly powTargetToBits: { targetBits64: Hex; dataLength: number; ttl: number; requiredLeadingZeros: number }[];
  readonly symKeys: { password: string; key: Hex }[];
  readonly topicBloom: { input: Hex; topic: Topic; bloom: Hex; bloomEip627: Hex; bitsSet: number; differs: boolean }[];
  readonly topics: { name: string; keccak256: Hex; topic: Topic; bloom: Hex }[];
}

const vectors = loadVectors<WhisperVectors>("whisper.json");
const fast = await openCrypto("fast");
/** PBKDF2 of 65,356 rounds takes the pure door a tenth of a second: it proves itself on so many. */
const PURE_PASSWORDS = 3;

const machine = "run by whisper-machine.test.ts";
coversAllSections(
  vectors,
  [
    "bloomAggregate",
    "bloomMatch",
    "constants",
    "dispatch",
    "envelopeDecode",
    "floatBits",
    "identities",
    "messagesAsym",
    "messagesSym",
    "negotiated",
    "open",
    "plaintextParse",
    "pow",
    "powAdjusted",
    "powSearch",
    "powTargetToBits",
    "symKeys",
    "topicBloom",
    "topics",
  ],
  {
    broadcast: machine,
    emitted: machine,
    handshakeReceived: machine,
    handshakeSent: machine,
    reactions: machine,
    meta: "says how the values are written",
    waku: "the successor protocol, which this client does not speak",
  },
);

forEachCase("constants", [vectors.constants], (constants) => {
  expect(BLOOM_LENGTH).toBe(constants.bloomFilterSize);
  expect(HEADER_SIZE).toBe(constants.envelopeHeaderLength);
  expect(DEFAULT_TTL).toBe(constants.defaultTtl);
});

forEachCase("envelopeDecode", vectors.envelopeDecode, (vector) => {
  const result = decodeOrRemoteError((bytes) => decodeEnvelope(pureCrypto, bytes), fromHex(vector.rlp));
  if (!vector.ok) {
    expect(result).toBeInstanceOf(RemoteError);
    return;
  }
  expect(result).toMatchObject(fieldsOf(vector));
  expect(result).toMatchObject({ data: fromHex(vector.data) });
  const draft = { expiry: vector.expiry, ttl: vector.ttl, topic: vector.topic, data: fromHex(vector.data) };
  expect(toHex(encodeEnvelope(pureCrypto, draft, BigInt(vector.nonce)).bytes)).toBe(vector.rlp);
});

forEachCase("floatBits", vectors.floatBits, ({ value, bits, rlp }) => {
  expect(floatBits(value)).toBe(BigInt(bits));
  expect(floatFromBits(BigInt(bits))).toBe(value);
  expect(toHex(encodeRlp(floatBits(value)))).toBe(rlp);
  expect(floatFromBits(new RlpReader(fromHex(rlp), "vector").uint64("pow"))).toBe(value);
});

forEachCase("pow", vectors.pow, (vector) => {
  const envelope = checkProof(vector);
  expect(toHex(draftBytes(envelope))).toBe(vector.rlpWithoutNonce);
  expect(toHex(encodeEnvelope(fast, envelope, envelope.nonce).bytes)).toBe(vector.rlp);
});

forEachCase("powAdjusted", vectors.powAdjusted, ({ rlp, powBits, extraSeconds, adjustedPowBits }) => {
  const envelope = decodeEnvelope(fast, fromHex(rlp));
  expect(floatBits(envelope.pow)).toBe(BigInt(powBits));
  expect(floatBits(workOf(fast, envelope, extraSeconds))).toBe(BigInt(adjustedPowBits));
});

forEachCase("powTargetToBits", vectors.powTargetToBits, ({ targetBits64, dataLength, ttl, requiredLeadingZeros }) => {
  expect(requiredBits(floatFromBits(BigInt(targetBits64)), dataLength, ttl)).toBe(requiredLeadingZeros);
});

forEachCase("powSearch", vectors.powSearch, (vector) => {
  const envelope = checkProof(vector);
  expect(bitsFor(envelope, vector.target)).toBe(vector.requiredLeadingZeros);
  expect(mine(fast, envelope, vector.target)).toEqual(envelope);
});

forEachCase("topics", vectors.topics, ({ name, keccak256, topic, bloom }) => {
  expect(publicChatTopic(pureCrypto, name)).toBe(topic);
  expect(topicFromBytes(fromHex(keccak256))).toBe(topic);
  expect(toHex(bloomOf(topic))).toBe(bloom);
});

forEachCase("topicBloom", vectors.topicBloom, ({ input, topic, bloom, bloomEip627, bitsSet, differs }) => {
  expect(topicFromBytes(fromHex(input))).toBe(topic);
  expect(toHex(topicBytes(topic))).toBe(topic);
  expect(toHex(bloomOf(topic))).toBe(bloom);
  expect(toHex(bloomOfEip627(topic))).toBe(bloomEip627);
  expect(fill(bloomOf(topic)) * 8 * BLOOM_LENGTH).toBe(bitsSet);
  expect(toHex(bloomOf(topic)) !== toHex(bloomOfEip627(topic))).toBe(differs);
});

forEachCase("bloomAggregate", vectors.bloomAggregate, ({ topics, bloom }) => {
  expect(toHex(joinBlooms(topics.map(bloomOf)))).toBe(bloom);
  for (const topic of topics) expect(matches(fromHex(bloom), bloomOf(topic))).toBe(true);
});

forEachCase("bloomMatch", vectors.bloomMatch, ({ filter, sample, match }) => {
  expect(matches(filter === null ? undefined : fromHex(filter), fromHex(sample))).toBe(match);
});

forEachCase("symKeys", vectors.symKeys, ({ password, key }) => {
  expect(toHex(symKeyFromPassword(fast, password))).toBe(key);
});

forEachCase("symKeys, pure", vectors.symKeys.slice(0, PURE_PASSWORDS), ({ password, key }) => {
  expect(toHex(symKeyFromPassword(pureCrypto, password))).toBe(key);
});

// `negotiatedFilterId` is a label inside the reference and has no counterpart here.
forEachCase("identities", vectors.identities, (vector) => {
  const publicKey = fromHex(vector.publicKey);
  expect(fast.publicKeyOf(fromHex(vector.privateKey))).toEqual(publicKey);
  expect(contactCodeTopicName(publicKey)).toBe(vector.contactCodeName);
  expect(contactCodeTopic(fast, publicKey)).toBe(vector.contactCodeTopic);
  expect(toHex(symKeyFromPassword(fast, contactCodeTopicName(publicKey)))).toBe(vector.contactCodeKey);
  expect(partitionOf(publicKey)).toBe(vector.partition);
  expect(partitionedTopicName(vector.partition)).toBe(vector.partitionedName);
  expect(partitionedTopic(fast, publicKey)).toBe(vector.partitionedTopic);
  expect(personalTopicName(publicKey)).toBe(vector.personalDiscoveryName);
  expect(personalTopic(fast, publicKey)).toBe(vector.personalDiscoveryTopic);
  expect(keyPairId(fast, publicKey)).toBe(vector.whisperKeyId);
});

forEachCase("negotiated", vectors.negotiated, (vector) => {
  const ours = fromHex(vector.privateKey);
  const theirs = fromHex(vector.peerPrivateKey);
  const secret = fast.agree(ours, fromHex(vector.peerPublicKey));
  expect(fast.agree(theirs, fast.publicKeyOf(ours))).toEqual(secret);
  expect(toHex(secret)).toBe(vector.sharedSecret);
  expect(negotiatedTopicName(secret)).toBe(vector.password);
  expect(negotiatedTopic(fast, secret)).toBe(vector.topic);
  expect(toHex(symKeyFromPassword(fast, vector.password))).toBe(vector.symKey);
});

forEachCase("plaintextParse", vectors.plaintextParse, (vector) => {
  const opening = parsePlaintext(pureCrypto, fromHex(vector.plaintext));
  expect(opening.outcome === "opened").toBe(vector.ok);
  if (opening.outcome !== "opened") return;
  const { payload, padding, signature, signer } = opening.message;
  expect(toHex(payload)).toBe(vector.payload);
  expect(toHex(padding)).toBe(vector.padding);
  expect(signature ? toHex(signature) : null).toBe(vector.signature);
  expect(signer ? toHex(signer) : null).toBe(vector.signer);
});

forEachCase("messagesSym", vectors.messagesSym, (vector) => {
  const symKey = fromHex(vector.symKey);
  checkMessage(vector, { to: { symKey }, key: { symKey }, draws: [vector.gcmNonce] });
});

forEachCase("messagesAsym", vectors.messagesAsym, (vector) => {
  checkMessage(vector, {
    to: { publicKey: fromHex(vector.recipientPublicKey) },
    key: { secretKey: fromHex(vector.recipientPrivateKey) },
    draws: [vector.ecies.ephemeralPrivateKey, vector.ecies.iv],
  });
});

forEachCase("open", vectors.open, ({ key, rlp, opened, payload }) => {
  for (const crypto of [fast, pureCrypto]) {
    const message = open(crypto, decodeEnvelope(crypto, fromHex(rlp)).data, keyOf(key));
    expect(message !== undefined).toBe(opened);
    if (message) expect(toHex(message.payload)).toBe(payload);
  }
});

forEachCase("dispatch", vectors.dispatch, ({ rlp, direct, filters }) => {
  const envelope = decodeEnvelope(fast, fromHex(rlp));
  const together = new Filters(fast);
  for (const [index, { filter, delivered }] of filters.entries()) {
    const alone = new Filters(fast);
    alone.add(filterOf(filter, `${index}`));
    together.add(filterOf(filter, `${index}`));
    expect(alone.match(envelope, direct), `filter ${index} alone`).toHaveLength(delivered ? 1 : 0);
  }
  const wanted = filters.flatMap(({ delivered }, index) => (delivered ? [`${index}`] : []));
  expect(
    together
      .match(envelope, direct)
      .map(({ filter }) => filter)
      .sort(),
  ).toEqual(wanted.sort());
});

function fieldsOf({ rlp, hash, expiry, ttl, topic, nonce }: EnvelopeFields): Partial<Envelope> {
  return { bytes: fromHex(rlp), hash: hash as Envelope["hash"], expiry, ttl, topic, nonce: BigInt(nonce) };
}

/** Decodes the envelope and checks everything that is recorded about it, its work above all. */
function checkProof(vector: ProvenEnvelope): Envelope {
  const envelope = decodeEnvelope(fast, fromHex(vector.rlp));
  expect(envelope).toMatchObject(fieldsOf(vector));
  expect(toHex(bloomOf(envelope.topic))).toBe(vector.bloom);
  expect(envelope.data.length).toBe(vector.dataLength);
  expect(sizeOf(envelope)).toBe(vector.size);
  expect(sentAt(envelope)).toBe(vector.sent);
  expect(floatBits(envelope.pow)).toBe(BigInt(vector.powBits));
  const draft = draftBytes(envelope);
  expect(draft.length).toBe(vector.rlpWithoutNonceLength);
  const nonce = fromHex(envelope.nonce.toString(16).padStart(16, "0"));
  const digest = fast.keccak256(Uint8Array.of(...draft, ...nonce));
  expect(toHex(digest)).toBe(vector.powHash);
  expect(leadingZeroBits(digest)).toBe(vector.leadingZeros);
  return envelope;
}

function mine(crypto: Crypto, draft: Envelope, target: number): Envelope {
  let search = startSearch(crypto, draft, bitsFor(draft, target));
  for (;;) {
    const result = step(search, 100);
    if (result.found !== undefined) return encodeEnvelope(crypto, draft, BigInt(result.found));
    search = result.search;
  }
}

interface Passage {
  readonly to: Parameters<typeof seal>[1]["to"];
  readonly key: MessageKey;
  /** The random bytes drawn after the padding. */
  readonly draws: readonly Hex[];
}

/** Seals with the recorded randomness, proves the work, and opens again. */
function checkMessage(vector: MessageVector, { to, key, draws }: Passage): void {
  const payload = payloadOf(vector);
  expect(toHex(fast.keccak256(payload))).toBe(vector.payloadHash);
  const padding = fromHex(vector.padding);
  const random = scriptedRandom(...(vector.explicitPadding ? [] : [padding]), ...draws.map((draw) => fromHex(draw)));
  const secret = vector.signerPrivateKey;
  const data = seal(fast, {
    payload,
    to,
    random,
    ...(vector.explicitPadding ? { padding } : {}),
    ...(secret ? { signer: { sign: (digest: Uint8Array) => fast.sign(digest, fromHex(secret)) } } : {}),
  });
  random.end();
  const envelope = checkProof(vector.envelope);
  expect(hexDigits(data)).toBe(hexDigits(envelope.data));
  const draft = { expiry: vector.sentAt + vector.ttl, ttl: vector.ttl, topic: vector.topic, data };
  expect(requiredBits(vector.powTarget, data.length, vector.ttl)).toBe(vector.powTargetBits);
  expect(mine(fast, { ...envelope, ...draft }, vector.powTarget).hash).toBe(vector.envelope.hash);
  checkOpened(vector, open(fast, envelope.data, key));
}

function checkOpened(vector: MessageVector, message: OpenedMessage | undefined): void {
  if (!message) throw new Error("the message does not open");
  expect(hexDigits(message.payload)).toBe(hexDigits(payloadOf(vector)));
  expect(toHex(message.padding)).toBe(vector.padding);
  expect(message.signature ? toHex(message.signature) : null).toBe(vector.signature);
  expect(message.signer ? toHex(message.signer) : null).toBe(vector.signerPublicKey);
  expect(message.plaintext[0]).toBe(vector.flags);
  expect(message.plaintext.length).toBe(vector.plaintextLength);
  if (vector.plaintext) expect(toHex(message.plaintext)).toBe(vector.plaintext);
  if (vector.signedHash) expect(toHex(fast.keccak256(message.plaintext.subarray(0, -65)))).toBe(vector.signedHash);
}

function payloadOf({ payload, payloadPattern }: MessageVector): Uint8Array {
  if (payload !== undefined) return fromHex(payload);
  expect(payloadPattern?.kind).toBe("byte i = i mod 256");
  return Uint8Array.from({ length: payloadPattern?.length ?? 0 }, (_, index) => index);
}

function keyOf(key: KeyVector): MessageKey {
  return "symKey" in key ? { symKey: fromHex(key.symKey) } : { secretKey: fromHex(key.privateKey) };
}

function filterOf(vector: FilterVector, id: string): Filter {
  return {
    id,
    key: keyOf(vector),
    topics: vector.topics,
    minPow: vector.minPow ?? 0,
    acceptDirect: vector.allowP2P ?? false,
    ...(vector.source ? { from: fromHex(vector.source) } : {}),
  };
}
