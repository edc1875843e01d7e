/**
 * How a lock changes hands. Not concerned with what files are, nor with who lives: see `lock.ts`.
 *
 * Making a file that must not exist is the lock. What a dead process left may be removed, but by one process only, or two
 * could remove and make locks in turn and both believe that they hold one: the right to remove the lock with nonce N
 * is itself a lock, beside the first and named after N, taken in the same way. Each attempt has a nonce of its own, so
 * whoever has the right looks once more whether the lock is still the one with N, and nobody else can remove that one.
 */
export interface LockFiles<Holder extends { readonly nonce: string }> {
  /** Makes the file with all its content at once; false when there is one. */
  add(path: string, holder: Holder): boolean;
  read(path: string): Holder | undefined;
  remove(path: string): void;
  isAlive(holder: Holder): boolean;
}

/** Makes the lock at `path` ours, or says who has it. Each further round follows a change that somebody else has made. */
export function claim<Holder extends { readonly nonce: string }>(
  files: LockFiles<Holder>,
  path: string,
  ours: Holder,
): Holder | undefined {
  while (!files.add(path, ours)) {
    const holder = files.read(path);
    if (!holder) continue;
    if (files.isAlive(holder)) return holder;
    const undertaker = bury(files, path, holder, ours);
    if (undertaker) return undertaker;
  }
  return undefined;
}

/** Removes the lock of a dead process; or says who is at it. */
function bury<Holder extends { readonly nonce: string }>(
  files: LockFiles<Holder>,
  path: string,
  dead: Holder,
  ours: Holder,
): Holder | undefined {
  const right = `${path}.${dead.nonce}`;
  const other = claim(files, right, ours);
  if (other) return other;
  if (files.read(path)?.nonce === dead.nonce) files.remove(path);
  files.remove(right); // left behind by a death before this line, it is never looked at again
  return undefined;
}
