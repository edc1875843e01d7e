/** x */
export async function complete(_words: readonly string[], _root: string): Promise<void> {}
