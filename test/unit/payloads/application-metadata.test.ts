import { expect, test } from "vitest";
import { concatBytes, utf8 } from "../../../src/core/bytes/bytes.ts";
import { toHex } from "../../../src/core/bytes/hex.ts";
import { pureCrypto } from "../../../src/core/crypto/pure.ts";
import {
  applicationMetadataCodec,
  unwrapPayload,
  wrapPayload,
} from "../../../src/core/payloads/application-metadata.ts";
import { RemoteError } from "../../../src/core/platform/errors.ts";
import { authorFrom } from "../../support/authors.ts";

const alice = authorFrom(1);
const relay = authorFrom(2);
const payload = utf8("whatever the type says");

const unwrap = (bytes: Uint8Array) => unwrapPayload(pureCrypto, bytes, relay.publicKey);

test("who unwraps learns the author, whoever signed the envelope", () => {
  const { id, bytes } = wrapPayload(pureCrypto, alice, { type: 1, payload });
  expect(unwrap(bytes)).toEqual({ id, author: alice.publicKey, signed: true, type: 1, payload });
});

test("wrapping again gives the same bytes and the same id", () => {
  expect(wrapPayload(pureCrypto, alice, { type: 1, payload })).toEqual(
    wrapPayload(pureCrypto, alice, { type: 1, payload }),
  );
});

test("the signature leaves the type open: under another type the author is the same and the id is not", () => {
  const chat = unwrap(wrapPayload(pureCrypto, alice, { type: 1, payload }).bytes);
  const { signature } = applicationMetadataCodec.decode(wrapPayload(pureCrypto, alice, { type: 1, payload }).bytes);
  const replayed = unwrap(applicationMetadataCodec.encode({ ...(signature && { signature }), payload, type: 2 }));
  expect(replayed.author).toEqual(alice.publicKey);
  expect(replayed.id).not.toBe(chat.id);
});

test("a changed payload has another author", () => {
  const { signature = new Uint8Array() } = applicationMetadataCodec.decode(
    wrapPayload(pureCrypto, alice, { type: 1, payload }).bytes,
  );
  const { author } = unwrap(applicationMetadataCodec.encode({ signature, payload: utf8("no"), type: 1 }));
  expect(toHex(author)).not.toBe(toHex(alice.publicKey));
});

test("without a signature the author is who signed the envelope, and the id is that of the bytes alone", () => {
  const bytes = applicationMetadataCodec.encode({ payload, type: 1 });
  const id = toHex(pureCrypto.keccak256(bytes));
  expect(unwrap(bytes)).toEqual({ id, author: relay.publicKey, signed: false, type: 1, payload });
});

test.each([0, 1, 64, 66])("a signature of %s bytes is refused", (length) => {
  const bytes = applicationMetadataCodec.encode({ signature: new Uint8Array(length), payload, type: 1 });
  expect(() => unwrap(bytes)).toThrow(`signature: ${length} bytes instead of 65`);
});

test("a signature that no key can have made is refused", () => {
  const signature = concatBytes(new Uint8Array(64).fill(0xff), Uint8Array.of(0));
  expect(() => unwrap(applicationMetadataCodec.encode({ signature, payload, type: 1 }))).toThrow(RemoteError);
});
