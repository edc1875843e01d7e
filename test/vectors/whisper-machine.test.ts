/** The Whisper machine against the recordings: handshakes, reactions to packets, and what is sent unasked. */
import { expect } from "vitest";
import { fromHex, type Hex, toHex } from "../../src/core/bytes/hex.ts";
import { pureCrypto } from "../../src/core/crypto/pure.ts";
import { SECOND } from "../../src/core/platform/time.ts";
import { DEFAULT_MIN_POW, SYNC_ALLOWANCE } from "../../src/core/whisper/admission.ts";
import { bloomOf, joinBlooms } from "../../src/core/whisper/bloom.ts";
import { decodeEnvelope, type Envelope, hashOf, type Topic } from "../../src/core/whisper/envelope.ts";
import {
  CODES,
  decodeMessageResponse,
  decodeMessages,
  ERROR_CODES,
  encodeDirect,
  encodeMessageResponse,
  encodeMessages,
  type Packet,
  SHH,
} from "../../src/core/whisper/packets.ts";
import { floatFromBits } from "../../src/core/whisper/pow.ts";
import { decodeStatus } from "../../src/core/whisper/status.ts";
import {
  ABSOLUTE_MAX_PACKET_BYTES,
  DEFAULT_WHISPER_OPTIONS,
  Whisper,
  type WhisperOptions,
} from "../../src/core/whisper/whisper.ts";
import type { RateLimits, WhisperOutput } from "../../src/core/whisper/whisper-io.ts";
import { decodeOrRemoteError } from "../support/decoders.ts";
import { coversAllSections, forEachCase, loadVectors } from "../support/vectors.ts";
import { ALICE, BOB, introduce, ofType, payloadsTo, receive } from "../support/whisper-machines.ts";

interface NodeVector {
  readonly bloom: Hex | null;
  readonly bloomAdvertisedMoreThan10sAgo?: boolean;
  readonly confirmations: boolean;
  readonly lightClientFlag: boolean;
  readonly maxMessageSize: number;
  readonly minPowBits: Hex;
  readonly rateLimits: RateLimits;
  readonly restrictLightToLight: boolean;
}

interface PacketVector {
  readonly code: number;
  readonly payload: Hex;
}

interface Reaction {
  readonly name: string;
  readonly node: NodeVector;
  readonly now: number;
  readonly handshake: Hex;
  readonly pooled: readonly Hex[];
  readonly events: readonly { readonly event: string; readonly hash?: Hex }[];
  readonly steps: readonly {
    readonly received: PacketVector;
    readonly closed: boolean;
    readonly sent: readonly PacketVector[];
  }[];
}

interface Posting {
  readonly peerHandshake: Hex;
  readonly peerUpdates: readonly PacketVector[];
  readonly posted: readonly Hex[];
  readonly delivered: readonly Hex[];
}

interface Forwarding {
  readonly lightClientFlag: boolean;
  readonly echoedToSender: boolean;
  readonly forwardedToOther: boolean;
}

type Emission = { readonly sent: readonly PacketVector[] } & (
  | { readonly powBits: Hex }
  | { readonly bloom: Hex }
  | { readonly envelopes: readonly Hex[] }
  | { readonly topic: Topic }
);

interface WhisperVectors {
  readonly meta: { readonly now: number };
  readonly handshakeSent: readonly { readonly node: NodeVector; readonly sentPayload: Hex }[];
  readonly handshakeReceived: readonly {
    readonly node: NodeVector;
    readonly received: PacketVector;
    readonly accepted: boolean;
  }[];
  readonly reactions: readonly Reaction[];
  readonly broadcast: readonly (Posting | Forwarding)[];
  readonly emitted: readonly Emission[];
  readonly constants: {
    readonly absoluteMaxMessageSize: number;
    readonly codes: Record<string, number>;
    readonly defaultMaxMessageSize: number;
    readonly defaultMinPow: number;
    readonly errorCodeOther: number;
    readonly errorCodeTimeNotSynced: number;
    readonly numberOfMessageCodes: number;
    readonly protocolName: string;
    readonly protocolVersion: number;
    readonly syncAllowance: number;
  };
}

const vectors = loadVectors<WhisperVectors>("whisper.json");
const now = vectors.meta.now * SECOND;

const codec = "run by whisper-codec.test.ts";
coversAllSections(vectors, ["broadcast", "constants", "emitted", "handshakeReceived", "handshakeSent", "reactions"], {
  bloomAggregate: codec,
  bloomMatch: codec,
  dispatch: codec,
  envelopeDecode: codec,
  floatBits: codec,
  identities: codec,
  messagesAsym: codec,
  messagesSym: codec,
  negotiated: codec,
  open: codec,
  plaintextParse: codec,
  pow: codec,
  powAdjusted: codec,
  powSearch: codec,
  powTargetToBits: codec,
  symKeys: codec,
  topicBloom: codec,
  topics: codec,
  meta: "says how the values are written",
  waku: "the successor protocol, which this client does not speak",
});

// The limits of history requests in this section belong to mailservers.
forEachCase("constants", [vectors.constants], (constants) => {
  expect(CODES).toEqual(constants.codes);
  expect(SHH).toEqual({
    name: constants.protocolName,
    version: constants.protocolVersion,
    length: constants.numberOfMessageCodes,
  });
  expect(ERROR_CODES).toEqual({
    timeNotSynced: constants.errorCodeTimeNotSynced,
    other: constants.errorCodeOther,
  });
  expect(DEFAULT_WHISPER_OPTIONS.maxPacketBytes).toBe(constants.defaultMaxMessageSize);
  expect(ABSOLUTE_MAX_PACKET_BYTES).toBe(constants.absoluteMaxMessageSize);
  expect(DEFAULT_MIN_POW).toBe(constants.defaultMinPow);
  expect(SYNC_ALLOWANCE).toBe(constants.syncAllowance);
});

forEachCase("handshakeSent", vectors.handshakeSent, ({ node, sentPayload }) => {
  const machine = new Whisper(pureCrypto, optionsOf(node));
  const said = machine.feed({ type: "connected", peer: ALICE, address: "192.0.2.1", trusted: false }, now);
  expect(said.map(written)).toEqual([{ code: CODES.status, payload: sentPayload }]);
  expect(decodeStatus(fromHex(sentPayload))).toEqual(machine.status);
});

forEachCase("handshakeReceived", vectors.handshakeReceived, ({ node, received, accepted }) => {
  const machine = new Whisper(pureCrypto, optionsOf(node));
  machine.feed({ type: "connected", peer: ALICE, address: "192.0.2.1", trusted: false }, now);
  const outputs = receive(machine, ALICE, packetOf(received), now);
  expect(outputs.map(({ type }) => type)).toEqual([accepted ? "ready" : "drop"]);
  expect(machine.peers).toHaveLength(accepted ? 1 : 0);
});

forEachCase("reactions", vectors.reactions, (reaction) => {
  const machine = openNode(reaction);
  const outputs: WhisperOutput[] = [];
  for (const { received, closed, sent } of reaction.steps) {
    const reply = receive(machine, ALICE, packetOf(received), reaction.now * SECOND);
    expect(ofType(reply, "drop")).toHaveLength(closed ? 1 : 0);
    expect(ofType(reply, "packet").map(written)).toEqual(sent.map((packet) => corrected(packet, received)));
    outputs.push(...reply);
  }
  const refused = reaction.steps.flatMap(({ received }) => envelopesIn(received)).filter(isRefusedByUs);
  const pooled = reaction.pooled.filter((hash) => !refused.some((envelope) => envelope.hash === hash));
  expect(Array.from(machine.envelopes(), ({ hash }) => hash).sort()).toEqual([...pooled].sort());
  const told = ofType(outputs, "envelope").map(({ envelope }) => envelope.hash);
  expect(told.sort()).toEqual(availableIn(reaction, refused).sort());
});

forEachCase("broadcast", vectors.broadcast, (vector) => {
  if ("posted" in vector) checkPosting(vector);
  else checkForwarding(vector);
});

/** Wants nothing at first, and then what each case adds. */
const lightClient = new Whisper(pureCrypto, { bloom: joinBlooms([]) });
introduce(lightClient, ALICE, now);

forEachCase("emitted", vectors.emitted, (vector) => {
  expect(emissionOf(vector).map(written)).toEqual(vector.sent);
});

function optionsOf(node: NodeVector): Partial<WhisperOptions> {
  return {
    minPow: floatFromBits(BigInt(node.minPowBits)),
    bloom: node.bloom === null ? undefined : fromHex(node.bloom),
    light: node.lightClientFlag,
    restrictLight: node.restrictLightToLight,
    confirmations: node.confirmations,
    rateLimits: node.rateLimits,
    maxPacketBytes: node.maxMessageSize,
  };
}

/** The node as the recording had it: its bloom was announced long ago, or just now. */
function openNode({ node, now: second, handshake }: Reaction): Whisper {
  const machine = new Whisper(pureCrypto, { ...optionsOf(node), bloom: undefined });
  const announced = node.bloomAdvertisedMoreThan10sAgo ? second - SYNC_ALLOWANCE : second;
  if (node.bloom !== null) machine.feed({ type: "bloom", bloom: fromHex(node.bloom) }, announced * SECOND);
  machine.feed({ type: "connected", peer: ALICE, address: "192.0.2.1", trusted: false }, second * SECOND);
  receive(machine, ALICE, { code: CODES.status, data: fromHex(handshake) }, second * SECOND);
  return machine;
}

/** Section 18: a ttl of 0 is infinite work, one beyond the expiry wraps, a long one fills the pool; the reference takes them. */
function isRefusedByUs({ ttl, expiry }: Envelope): boolean {
  return ttl === 0 || ttl > expiry || ttl > DEFAULT_WHISPER_OPTIONS.maxTtl;
}

function envelopesIn({ code, payload }: PacketVector): Envelope[] {
  if (code !== CODES.messages) return [];
  const read = (data: Uint8Array) => decodeMessages(data).map((bytes) => decodeEnvelope(pureCrypto, bytes));
  const envelopes = decodeOrRemoteError(read, fromHex(payload));
  return Array.isArray(envelopes) ? envelopes : [];
}

function availableIn({ events }: Reaction, refused: readonly Envelope[]): Hex[] {
  const available = events.flatMap(({ event, hash }) => (event === "envelope.available" && hash ? [hash] : []));
  return available.filter((hash) => !refused.some((envelope) => envelope.hash === hash));
}

/**
 * The reference's answer as it should be (sections 7 and 9). It means to give time errors a code of their own and gives it to
 * all; and it takes the envelopes that we refuse for their ttl.
 */
function corrected({ code, payload }: PacketVector, received: PacketVector): PacketVector {
  if (code !== CODES.messageResponse) return { code, payload };
  const response = decodeMessageResponse(fromHex(payload));
  if (!response) throw new Error("the recording holds a response that we cannot read");
  const errors = envelopesIn(received).flatMap((envelope) => {
    if (isRefusedByUs(envelope)) return [{ hash: envelope.hash, code: ERROR_CODES.other, description: "" }];
    const error = response.errors.find(({ hash }) => hash === envelope.hash);
    if (!error) return [];
    const isAboutTime = ["envelope from future", "very old envelope"].includes(error.description);
    return [isAboutTime ? error : { ...error, code: ERROR_CODES.other, description: "" }];
  });
  return { code, payload: toHex(encodeMessageResponse({ batch: response.batch, errors })) };
}

/** What was sent, in the form of the recordings. The words of errors that are not about time are ours. */
function written(output: WhisperOutput): PacketVector {
  if (output.type !== "packet") throw new Error(`not a packet: ${output.type}`);
  const { code, data } = output;
  const response = code === CODES.messageResponse ? decodeMessageResponse(data) : undefined;
  if (!response) return { code, payload: toHex(data) };
  const errors = response.errors.map((error) => ({
    ...error,
    description: error.code === ERROR_CODES.other ? "" : error.description,
  }));
  return { code, payload: toHex(encodeMessageResponse({ ...response, errors })) };
}

const packetOf = ({ code, payload }: PacketVector): Packet => ({ code, data: fromHex(payload) });

function checkPosting({ peerHandshake, peerUpdates, posted, delivered }: Posting): void {
  const machine = new Whisper(pureCrypto, { minPow: 0, transmitIntervalMs: 0 });
  machine.feed({ type: "connected", peer: ALICE, address: "192.0.2.1", trusted: false }, now);
  receive(machine, ALICE, { code: CODES.status, data: fromHex(peerHandshake) }, now);
  const updates = peerUpdates.flatMap((packet) => receive(machine, ALICE, packetOf(packet), now));
  expect(ofType(updates, "drop")).toEqual([]);
  const outputs = posted.flatMap((rlp, index) =>
    machine.feed({ type: "post", envelope: decodeEnvelope(pureCrypto, fromHex(rlp)) }, now + index),
  );
  outputs.push(...machine.tick(now + SECOND / 2));
  const batches = payloadsTo(outputs, ALICE, CODES.messages);
  const hashes = batches.flatMap((batch) => decodeMessages(batch).map((bytes) => hashOf(pureCrypto, bytes)));
  expect(hashes.sort()).toEqual([...delivered].sort());
  expect(
    ofType(outputs, "sent")
      .map(({ hash }) => hash)
      .sort(),
  ).toEqual([...delivered].sort());
}

/** A light node of the reference forwards like any other; ours does not (section 12), but gives the envelope to its filters. */
function checkForwarding({ lightClientFlag, echoedToSender, forwardedToOther }: Forwarding): void {
  const machine = new Whisper(pureCrypto, { minPow: 0, light: lightClientFlag });
  for (const peer of [ALICE, BOB]) introduce(machine, peer, now);
  const [first] = vectors.broadcast.flatMap((vector) => ("posted" in vector ? vector.posted : []));
  const data = encodeMessages([fromHex(first ?? "")]);
  const outputs = receive(machine, ALICE, { code: CODES.messages, data }, now);
  expect(ofType(outputs, "envelope")).toHaveLength(1);
  expect(payloadsTo(outputs, ALICE, CODES.messages)).toHaveLength(echoedToSender ? 1 : 0);
  expect(payloadsTo(outputs, BOB, CODES.messages)).toHaveLength(forwardedToOther && !lightClientFlag ? 1 : 0);
}

function emissionOf(vector: Emission): WhisperOutput[] {
  if ("topic" in vector) {
    const bloom = joinBlooms([lightClient.status.bloom ?? joinBlooms([]), bloomOf(vector.topic)]);
    return lightClient.feed({ type: "bloom", bloom }, now);
  }
  const machine = new Whisper(pureCrypto);
  introduce(machine, ALICE, now);
  if ("powBits" in vector) {
    return machine.feed({ type: "minPow", minPow: floatFromBits(BigInt(vector.powBits)) }, now);
  }
  if ("bloom" in vector) return machine.feed({ type: "bloom", bloom: fromHex(vector.bloom) }, now);
  const envelopes = vector.envelopes.map((rlp) => decodeEnvelope(pureCrypto, fromHex(rlp)));
  if (vector.sent.every(({ code }) => code === CODES.p2pMessage)) {
    return machine.feed({ type: "direct", peer: ALICE, envelopes }, now);
  }
  const data = encodeDirect(envelopes.map(({ bytes }) => bytes));
  return machine.feed({ type: "mail", peer: ALICE, code: CODES.p2pRequest, data }, now);
}
