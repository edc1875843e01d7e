import { expect, test } from "vitest";
import { utf8 } from "../../../src/core/bytes/bytes.ts";
import { fromHex, hexDigits } from "../../../src/core/bytes/hex.ts";
import { behindBothDoors } from "../../support/doors.ts";

const KECCAK_OF_NOTHING = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470";

behindBothDoors((crypto) => {
  // Keccak team, ShortMsgKAT_256 (original padding), and the well-known digests of Ethereum.
  test.each([
    ["", KECCAK_OF_NOTHING],
    ["cc", "eead6dbfc7340a56caedc044696a168870549a6a7f6f56961e84a54bd9970b8a"],
    [hexDigits(utf8("abc")), "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"],
    [
      hexDigits(utf8("The quick brown fox jumps over the lazy dog")),
      "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15",
    ],
  ])("Keccak-256 of %s", (data, digest) => {
    expect(hexDigits(crypto.keccak256(fromHex(data)))).toBe(digest);
  });

  // FIPS 180-4, examples of SHA-256.
  test.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
    ["a".repeat(1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"],
  ])("SHA-256 of %.60s", (text, digest) => {
    expect(hexDigits(crypto.sha256(utf8(text)))).toBe(digest);
  });

  // RFC 4231, test cases 1, 2 and 6.
  test.each([
    {
      key: new Uint8Array(20).fill(0x0b),
      data: "Hi There",
      sha256: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
      sha512:
        "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde" +
        "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
    },
    {
      key: utf8("Jefe"),
      data: "what do ya want for nothing?",
      sha256: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
      sha512:
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554" +
        "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
    },
    {
      key: new Uint8Array(131).fill(0xaa),
      data: "Test Using Larger Than Block-Size Key - Hash Key First",
      sha256: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
      sha512:
        "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352" +
        "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
    },
  ])("HMAC of $data", ({ key, data, sha256, sha512 }) => {
    expect(hexDigits(crypto.hmacSha256(key, utf8(data)))).toBe(sha256);
    expect(hexDigits(crypto.hmacSha512(key, utf8(data)))).toBe(sha512);
  });

  test("a running Keccak gives the digest of all so far and goes on", () => {
    const state = crypto.keccakState();
    expect(hexDigits(state.digest())).toBe(KECCAK_OF_NOTHING);
    state.update(utf8("a"));
    expect(state.digest()).toEqual(crypto.keccak256(utf8("a")));
    expect(state.digest()).toEqual(crypto.keccak256(utf8("a")));
    state.update(utf8("bc"));
    expect(state.digest()).toEqual(crypto.keccak256(utf8("abc")));
  });

  test("running states do not disturb each other, nor does a digest in between", () => {
    const [left, right] = [crypto.keccakState(), crypto.keccakState()];
    left.update(new Uint8Array(200).fill(1));
    right.update(new Uint8Array(300).fill(2));
    crypto.keccak256(utf8("something else"));
    left.update(utf8("left"));
    right.update(utf8("right"));
    expect(left.digest()).toEqual(crypto.keccak256(Uint8Array.from([...new Uint8Array(200).fill(1), ...utf8("left")])));
    expect(right.digest()).toEqual(
      crypto.keccak256(Uint8Array.from([...new Uint8Array(300).fill(2), ...utf8("right")])),
    );
  });

  test.each([0, 1, 127, 128, 135, 136, 137, 271, 272, 273, 16_383, 16_384, 16_385, 40_000])(
    "cut anywhere near %i bytes, the running digest is that of the whole",
    (cut) => {
      const whole = Uint8Array.from({ length: cut + 200 }, (_, index) => index * 7);
      const state = crypto.keccakState();
      state.update(whole.subarray(0, cut));
      state.update(whole.subarray(cut, cut + 136));
      state.update(whole.subarray(cut + 136));
      expect(state.digest()).toEqual(crypto.keccak256(whole));
    },
  );

  test.each([0, 1, 120, 127, 128, 135, 136, 137, 556])(
    "a search behind a prefix of %i bytes digests prefix and suffix, for each suffix anew",
    (length) => {
      const prefix = Uint8Array.from({ length }, (_, index) => index);
      const search = crypto.keccakSearcher(prefix);
      for (const nonce of [0, 1, 255]) {
        const suffix = new Uint8Array(8).fill(nonce);
        expect(search(suffix)).toEqual(crypto.keccak256(Uint8Array.from([...prefix, ...suffix])));
      }
    },
  );

  test("two searches and a digest go on side by side", () => {
    const [a, b] = [crypto.keccakSearcher(utf8("a")), crypto.keccakSearcher(utf8("b"))];
    expect(a(utf8("1")).slice()).toEqual(crypto.keccak256(utf8("a1")));
    expect(b(utf8("1")).slice()).toEqual(crypto.keccak256(utf8("b1")));
    expect(a(utf8("2")).slice()).toEqual(crypto.keccak256(utf8("a2")));
  });
});
