import { describe, expect, test } from "vitest";
import { concatBytes, utf8 } from "../../../src/core/bytes/bytes.ts";
import { encodeRlp, type RlpValue } from "../../../src/core/bytes/rlp.ts";
import { decodeHello, encodeHello, HELLO_BYTES_MAX, type Hello } from "../../../src/core/devp2p/hello.ts";
import { RemoteError } from "../../../src/core/platform/errors.ts";
import { decodeOrRemoteError, rejectsEveryPrefix } from "../../support/decoders.ts";
import { ALICE, idOf, keyOf } from "../../support/rlpx.ts";

const key = keyOf(ALICE).subarray(1);
const hello: Hello = {
  version: 5,
  clientId: "Statusd/linux-amd64/go1.19.8",
  capabilities: [
    { name: "shh", version: 6 },
    { name: "waku", version: 0 },
  ],
  listenPort: 30303,
  nodeId: idOf(ALICE),
};

const codeOf = (...fields: RlpValue[]) => {
  const result = decodeOrRemoteError(decodeHello, encodeRlp(fields));
  return result instanceof RemoteError ? result.code : "read";
};

describe("Hello", () => {
  test("is read as it was written", () => {
    expect(decodeHello(encodeHello(hello))).toEqual(hello);
  });

  test("cut anywhere is an error", () => {
    rejectsEveryPrefix(decodeHello, encodeHello(hello));
  });

  test("may have more elements and bytes after it", () => {
    const fields = [5, utf8("x"), [[utf8("shh"), 6]], 0, key, [1, [2]], utf8("future")] as const;
    expect(decodeHello(concatBytes(encodeRlp(fields), utf8("trailing"))).nodeId).toBe(hello.nodeId);
  });

  test("of 2048 bytes is read, of 2049 is not", () => {
    const padded = (length: number) =>
      concatBytes(encodeHello(hello), new Uint8Array(length - encodeHello(hello).length));
    expect(decodeHello(padded(HELLO_BYTES_MAX))).toEqual(hello);
    expect(decodeOrRemoteError(decodeHello, padded(HELLO_BYTES_MAX + 1))).toMatchObject({ code: "OVERSIZED" });
  });

  test("with a node key of 63 or 65 bytes or of zeros names a key that nobody has", () => {
    expect(codeOf(5, utf8("x"), [], 0, key.subarray(1))).toBe("BAD_KEY");
    expect(codeOf(5, utf8("x"), [], 0, keyOf(ALICE))).toBe("BAD_KEY");
    expect(codeOf(5, utf8("x"), [], 0, new Uint8Array(64))).toBe("BAD_KEY");
    expect(codeOf(5, utf8("x"), [], 0, key)).toBe("read");
  });

  test("with a capability of one or three elements is malformed", () => {
    expect(codeOf(5, utf8("x"), [[utf8("shh")]], 0, key)).toBe("TRUNCATED");
    expect(codeOf(5, utf8("x"), [[utf8("shh"), 6, 1]], 0, key)).toBe("MALFORMED");
  });

  test("of a higher version, with a large port and a name that is no text, is still a Hello", () => {
    const odd = decodeHello(encodeRlp([2 ** 40, Uint8Array.of(0xff, 0x41), [], 2n ** 63n, key]));
    expect(odd).toMatchObject({ version: 2 ** 40, clientId: "\ufffdA", listenPort: 2 ** 63 });
  });
});
