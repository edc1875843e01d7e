/** Comparing secrets: MACs, keys, digests of passwords. */

/**
 * Whether two secrets are equal, in a time that depends on their lengths alone. Lengths are public.
 * No branch or early end may stand on a byte's value.
 */
export function equalSecretBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let index = 0; index < a.length; index++) difference |= (a[index] ?? 0) ^ (b[index] ?? 0);
  return difference === 0;
}
