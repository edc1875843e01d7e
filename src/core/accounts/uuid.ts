/** Random identifiers (RFC 4122, version 4). */
import { hexDigits } from "../bytes/hex.ts";
import type { Random } from "../platform/random.ts";

/** Lower case, with dashes: 122 random bits. */
export function randomUuid(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const digits = hexDigits(bytes);
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    "-",
  );
}
