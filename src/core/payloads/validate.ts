/**
 * The rules that a decoded payload must keep before anybody sees it (sections 5.3, 7, 8 and 9 of the payload digest),
 * in the order of the reference: the first broken one is the verdict.
 *
 * Text length, old clocks, the value of the timestamp and content types of later versions are left alone on purpose.
 */
import type { Millis } from "../platform/time.ts";
import { CONTENT_TYPE, MESSAGE_TYPE } from "./chat-message.ts";
import { isBlank, isGoFloat } from "./go-text.ts";
import type { PayloadName, Payloads } from "./payload.ts";

/** Each rule by what breaks it, as a sentence. */
export const FAULT_TEXT = {
  "clock-zero": "the clock is 0",
  "clock-ahead": "the clock is more than 120 s ahead of the envelope",
  "timestamp-zero": "the timestamp is 0",
  "text-empty": "the text is empty or blank",
  "chat-id-empty": "the chat id is empty",
  "content-type-zero": "the content type is missing",
  "content-type-local": "the content type is one that never travels (transaction command)",
  "message-type-unknown": "the message type is missing or one that never travels",
  "sticker-missing": "the content type is sticker, but there is no sticker",
  "sticker-hash-empty": "the sticker has no hash",
  "name-empty": "the name is empty or blank",
  "device-type-empty": "the device type is empty or blank",
  "installation-id-empty": "the installation id is empty or blank",
  "value-empty": "the value is empty or blank",
  "value-no-number": "the value is not a number",
  "address-empty": "the address is empty or blank",
  "id-empty": "the id of the request is empty",
  "transaction-hash-empty": "the transaction hash is empty or blank",
  "signature-missing": "the signature is missing",
} as const;

/** A broken rule. */
export type Fault = keyof typeof FAULT_TEXT;

export type Verdict = "valid" | Fault;

/** What the clocks of two honest devices differ at most: so far a message clock may run ahead of its envelope. */
export const MAX_CLOCK_LEAD: Millis = 120_000;

type Rule<Message> = readonly [fault: Fault, isBroken: (message: Message, sentAt: Millis) => boolean];

const CLOCK: readonly Rule<{ readonly clock: bigint }>[] = [
  ["clock-zero", ({ clock }) => clock === 0n],
  ["clock-ahead", ({ clock }, sentAt) => clock > BigInt(sentAt + MAX_CLOCK_LEAD)],
];

const NUMBER: Rule<{ readonly value: string }> = ["value-no-number", ({ value }) => !isGoFloat(value)];

const RULES: { readonly [Name in PayloadName]: readonly Rule<Payloads[Name]>[] } = {
  chatMessage: [
    ...CLOCK,
    ["timestamp-zero", ({ timestamp }) => timestamp === 0n],
    ["text-empty", ({ text }) => isBlank(text)],
    ["chat-id-empty", ({ chatId }) => chatId === ""],
    ["content-type-zero", ({ contentType }) => contentType === CONTENT_TYPE.unknown],
    ["content-type-local", ({ contentType }) => contentType === CONTENT_TYPE.transactionCommand],
    ["message-type-unknown", ({ messageType }) => messageType === MESSAGE_TYPE.unknown],
    ["message-type-unknown", ({ messageType }) => messageType === MESSAGE_TYPE.systemMessage],
    ["sticker-missing", ({ contentType, sticker }) => contentType === CONTENT_TYPE.sticker && sticker === undefined],
    ["sticker-hash-empty", ({ contentType, sticker }) => contentType === CONTENT_TYPE.sticker && sticker?.hash === ""],
  ],
  // The reference does not look; an update from the far future would outrank all later ones (section 12).
  contactUpdate: CLOCK,
  pairInstallation: [
    ...CLOCK,
    ["name-empty", ({ name }) => isBlank(name)],
    ["device-type-empty", ({ deviceType }) => isBlank(deviceType)],
    ["installation-id-empty", ({ installationId }) => isBlank(installationId)],
  ],
  requestAddressForTransaction: [...CLOCK, ["value-empty", ({ value }) => isBlank(value)], NUMBER],
  acceptRequestAddressForTransaction: [
    ...CLOCK,
    ["id-empty", ({ id }) => id === ""],
    ["address-empty", ({ address }) => isBlank(address)],
  ],
  declineRequestAddressForTransaction: [...CLOCK, ["id-empty", ({ id }) => id === ""]],
  declineRequestTransaction: [...CLOCK, ["id-empty", ({ id }) => id === ""]],
  requestTransaction: [
    ...CLOCK,
    ["value-empty", ({ value }) => isBlank(value)],
    ["address-empty", ({ address }) => isBlank(address)],
    NUMBER,
  ],
  sendTransaction: [
    ...CLOCK,
    ["transaction-hash-empty", ({ transactionHash }) => isBlank(transactionHash)],
    ["signature-missing", ({ signature }) => signature === undefined],
  ],
  // Groups judge their events one by one; what devices tell each other is heeded from our own key only.
  membershipUpdateMessage: [],
  syncInstallation: [],
  syncInstallationContact: [],
  syncInstallationAccount: [],
  syncInstallationPublicChat: [],
};

/** Judges a payload that came in an envelope sent at `sentAt` (expiry - ttl). */
export function validatePayload<Name extends PayloadName>(
  payload: { readonly name: Name; readonly value: Payloads[Name] },
  sentAt: Millis,
): Verdict {
  const rules: readonly Rule<Payloads[Name]>[] = RULES[payload.name];
  return rules.find(([, isBroken]) => isBroken(payload.value, sentAt))?.[0] ?? "valid";
}
