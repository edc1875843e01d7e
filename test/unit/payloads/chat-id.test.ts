import { expect, test } from "vitest";
import { hexDigits, toHex } from "../../../src/core/bytes/hex.ts";
import { pureCrypto } from "../../../src/core/crypto/pure.ts";
import { parseOneToOneChatId, parsePublicChatName } from "../../../src/core/payloads/chat-id.ts";
import { RemoteError, UsageError } from "../../../src/core/platform/errors.ts";
import { authorFrom } from "../../support/authors.ts";

const { publicKey } = authorFrom(1);

test.each(["status", "a", "0", "-", "status-core-2", "a".repeat(256)])("%s is a channel name", (name) => {
  expect(parsePublicChatName(name)).toBe(name);
});

test("one leading # is decoration", () => {
  expect(parsePublicChatName("#status")).toBe("status");
});

test.each(["", "#", "##status", "Status", "st atus", "st_atus", "státus", "status\n", "a".repeat(257)])(
  "%j is refused",
  (name) => {
    expect(() => parsePublicChatName(name)).toThrow(UsageError);
  },
);

test.each([
  toHex(publicKey),
  hexDigits(publicKey),
  toHex(pureCrypto.compress(publicKey)),
  hexDigits(pureCrypto.compress(publicKey)),
])("a public key is no channel name: %s", (name) => {
  expect(() => parsePublicChatName(name)).toThrow("this is a public key");
});

test("a one-to-one chat is named by a key in lower case", () => {
  expect(parseOneToOneChatId(pureCrypto, toHex(publicKey))).toEqual(publicKey);
  expect(() => parseOneToOneChatId(pureCrypto, `0x${hexDigits(publicKey).toUpperCase()}`)).toThrow(RemoteError);
});
