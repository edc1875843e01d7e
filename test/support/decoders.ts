/** What every decoder of remote bytes owes: it reads its own encoding, and throws nothing but `RemoteError` on any other. */
import fc from "fast-check";
import { expect } from "vitest";
import { RemoteError } from "../../src/core/platform/errors.ts";

/** Decodes `bytes`, or gives the `RemoteError`; anything else thrown fails the test. */
export function decodeOrRemoteError<T>(decode: (bytes: Uint8Array) => T, bytes: Uint8Array): T | RemoteError {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof RemoteError) return error;
    throw error;
  }
}

/** Fuzzes `decode` with random bytes and with mutations of `samples`: it returns or throws `RemoteError`. */
export function survivesAnything(
  decode: (bytes: Uint8Array) => unknown,
  samples: readonly Uint8Array[],
  runs = 500,
): void {
  const mutated = fc
    .tuple(fc.constantFrom(...samples), fc.nat(), fc.nat(255), fc.nat(3))
    .map(([sample, at, byte, kind]) => mutate(sample, at, byte, kind));
  const input =
    samples.length > 0 ? fc.oneof(fc.uint8Array({ maxLength: 2048 }), mutated) : fc.uint8Array({ maxLength: 2048 });
  fc.assert(
    fc.property(input, (bytes) => void decodeOrRemoteError(decode, bytes)),
    { numRuns: runs },
  );
}

/** Cut anywhere before its end, the sample is a `RemoteError`. */
export function rejectsEveryPrefix(decode: (bytes: Uint8Array) => unknown, sample: Uint8Array): void {
  for (let length = 0; length < sample.length; length++) {
    expect(decodeOrRemoteError(decode, sample.subarray(0, length)), `cut at ${length}`).toBeInstanceOf(RemoteError);
  }
}

function mutate(sample: Uint8Array, at: number, byte: number, kind: number): Uint8Array {
  const position = at % (sample.length + 1);
  if (kind === 0) return sample.slice(0, position);
  const copy = [...sample];
  copy.splice(position, kind === 1 ? 0 : 1, byte);
  return Uint8Array.from(kind === 3 ? [...copy, byte] : copy);
}
