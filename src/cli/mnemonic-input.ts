/** The words of an account, from a file or stdin. */
import { parseMnemonic } from "../core/accounts/mnemonic.ts";
import { textOf } from "../core/bytes/bytes.ts";
import { type InputSource, readInput } from "./stdin.ts";

/** The phrase in its one spelling, checked. Throws `UsageError`, which never quotes it. */
export async function readMnemonic(file: string, input: InputSource): Promise<string> {
  return parseMnemonic(textOf(await readInput(file, "mnemonic", input), "mnemonic"));
}
