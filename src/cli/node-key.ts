/** The devp2p identity of a long-lived node: a file, or a key of the moment. */
import { readFileSync } from "node:fs";
import { parseSecretKey } from "../core/accounts/keys.ts";
import type { SecretKey } from "../core/crypto/crypto.ts";
import { freshSecret } from "../core/node/fresh-secret.ts";
import type { Network } from "./network.ts";
import type { Settings } from "./settings.ts";
import { unreadable } from "./stdin.ts";

export function nodeSecretFor({ crypto, random }: Network, _settings: Settings, file: string | undefined): SecretKey {
  if (file === undefined) return freshSecret(crypto, random);
  return parseSecretKey(crypto, readText(file).trim());
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw unreadable(file, "node key", cause);
  }
}
