import { expect, test } from "vitest";
import { hexDigits } from "../../../src/core/bytes/hex.ts";
import { openKeccak } from "../../../src/core/crypto/fast/keccak.ts";
import { openKeccakF, RATE } from "../../../src/core/crypto/fast/keccak-f.ts";
import { SeededRandom } from "../../sim/random.ts";
import { pure } from "../../support/doors.ts";

/** The first lanes after one and two permutations of zeros (Keccak team, KeccakF-1600-IntermediateValues). */
const ONCE = "e7dde140798f25f18a47c033f9ccd584eea95aa61e2698d54d49806f304715bd57d05362054e288bd46f8e7f2da497ff";
const TWICE = "3ccb6ef94d955c2d6db55770d02c336a6c6bd770128d3d0994d06955b2d9208a56f1e7e5994f9c4f38fb65daa2b957f9";

test("the permutation of zeros is the published one, and so is its permutation", () => {
  const { state, absorb } = openKeccakF();
  absorb(RATE);
  expect(hexDigits(state.subarray(0, 48))).toBe(ONCE);
  absorb(RATE);
  expect(hexDigits(state.subarray(0, 48))).toBe(TWICE);
});

test("several blocks at once are as one after the other", () => {
  const [one, other] = [openKeccakF(), openKeccakF()];
  const blocks = new SeededRandom(1).bytes(3 * RATE);
  one.input.set(blocks);
  one.absorb(blocks.length);
  for (let start = 0; start < blocks.length; start += RATE) {
    other.input.set(blocks.subarray(start, start + RATE));
    other.absorb(RATE);
  }
  expect(one.state).toEqual(other.state);
});

test("digests are those of another implementation at every length of a block, and where the room for input ends", () => {
  const { keccak256, keccakState } = openKeccak();
  const data = new SeededRandom(2).bytes(200_000);
  const room = openKeccakF().input.length;
  const lengths = [...Array.from({ length: 2 * RATE + 2 }, (_, length) => length), room - 1, room, room + 1, 200_000];
  for (const length of lengths) {
    const part = data.subarray(0, length);
    const digest = hexDigits(pure.keccak256(part));
    expect(hexDigits(keccak256(part)), `${length} bytes`).toBe(digest);
    const running = keccakState();
    running.update(part.subarray(0, 100));
    running.update(part.subarray(100));
    expect(hexDigits(running.digest()), `${length} bytes in two parts`).toBe(digest);
  }
});
