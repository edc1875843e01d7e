/** Chance as an argument: the system's generator in the shell, a seeded one in a simulation. */
export interface Random {
  /** `length` fresh random bytes, owned by the caller. */
  bytes(length: number): Uint8Array;
}
