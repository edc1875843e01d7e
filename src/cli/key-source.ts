/** A secret key that a command was given by file: hex, an extended key, or a key file with its password. */
import { ExtendedKey } from "../core/accounts/derivation.ts";
import { parseSecretKey } from "../core/accounts/keys.ts";
import { type KeystoreCrypto, openKeyFile } from "../core/accounts/keystore/keystore.ts";
import { textOf } from "../core/bytes/bytes.ts";
import type { SecretKey } from "../core/crypto/crypto.ts";
import { EnvironmentError } from "../core/platform/errors.ts";
import { type InputSource, readInput } from "./stdin.ts";

export interface KeyInFile {
  readonly secretKey: SecretKey;
  /** With what is needed to derive below it, when the file has that. */
  readonly extendedKey: ExtendedKey | undefined;
  readonly form: "hex" | "xprv" | "keystore";
}

/** Reads the file `name` (`-`: stdin). `password` is asked for when the file is sealed. */
export async function readKeyFile(
  crypto: KeystoreCrypto,
  name: string,
  { input, password }: { readonly input: InputSource; readonly password: () => Promise<string | undefined> },
): Promise<KeyInFile> {
  const text = textOf(await readInput(name, "key file", input), "key file").trim();
  if (text.startsWith("{")) return openSealed(crypto, text, await password());
  if (text.startsWith("xprv")) {
    const extendedKey = ExtendedKey.parse(text);
    return { secretKey: extendedKey.secretKey, extendedKey, form: "xprv" };
  }
  return { secretKey: parseSecretKey(crypto, text), extendedKey: undefined, form: "hex" };
}

function openSealed(crypto: KeystoreCrypto, text: string, password: string | undefined): KeyInFile {
  if (password === undefined) {
    const hint = "Name the file with its password, or run this at a terminal.";
    throw new EnvironmentError("PASSPHRASE", "the key file is sealed", { details: { hint } });
  }
  const { secretKey, extendedKey } = openKeyFile(crypto, text, password);
  return { secretKey, extendedKey, form: "keystore" };
}
