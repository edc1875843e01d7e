/**
 * What a process of ours leaves behind: its exit code, and the name of what went wrong.
 *
 * The table is exhaustive by type: a new code in `core/platform/errors.ts` does not compile until it has an exit code
 * and a sentence of advice here. The same codes hold with and without `--json`.
 */
import type { ErrorCode } from "../core/platform/errors.ts";

export const EXIT = {
  ok: 0,
  internal: 1,
  usage: 2,
  network: 3,
  timeout: 4,
  rejected: 5,
  crypto: 6,
  state: 7,
  partial: 8,
  negative: 9,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The meaning of each exit code, for `explain` and the manual. */
export const EXIT_MEANINGS: Readonly<Record<ExitCode, { readonly name: string; readonly meaning: string }>> = {
  0: { name: "OK", meaning: "Done. For streams also: the reader closed the pipe, or the wanted count was reached." },
  1: { name: "INTERNAL", meaning: "A bug in statusctl." },
  2: { name: "USAGE", meaning: "Wrong flags or arguments, an unknown command, or malformed input." },
  3: { name: "NETWORK", meaning: "Nobody could be reached, or a handshake or discovery failed." },
  4: { name: "TIMEOUT", meaning: "The deadline passed before the wanted event." },
  5: {
    name: "REJECTED",
    meaning: "The other side said no: disconnect, mailserver error, proof of work, bloom, rate limit.",
  },
  6: { name: "CRYPTO", meaning: "Cannot decrypt, bad signature, missing bundle, or a changed identity." },
  7: { name: "STATE", meaning: "The profile is missing, locked, damaged, too new, or cannot be opened." },
  8: { name: "PARTIAL", meaning: "Some of the targets succeeded." },
  9: { name: "NEGATIVE", meaning: 'The question was answered "no": verification failed, difference found, unhealthy.' },
  130: { name: "SIGINT", meaning: "Ended by SIGINT (Ctrl-C). A second one ends at once." },
  143: { name: "SIGTERM", meaning: "Ended by SIGTERM. A second one ends at once." },
};

/** How an error leaves the process. */
export interface Verdict {
  readonly exit: ExitCode;
  /** Stable name for scripts. */
  readonly code: `E_${string}`;
  /** What it means and what to try, one or two sentences. */
  readonly advice: string;
}

/** Code of a failed assertion or any error nobody foresaw. */
export const INTERNAL: Verdict = {
  exit: EXIT.internal,
  code: "E_INTERNAL",
  advice: "This is a bug in statusctl. Run again with -vv and report what it prints; it holds no secrets.",
};

/** Code of a run that a signal ended. */
export const INTERRUPTED: Verdict = {
  exit: EXIT.interrupted,
  code: "E_INTERRUPTED",
  advice: "A signal ended the command. What was reported before it holds.",
};

const GARBLED = "The bytes are not what they should be. Check that the whole value was copied, and its form.";

export const VERDICTS: Readonly<Record<ErrorCode, Verdict>> = {
  TRUNCATED: { exit: EXIT.usage, code: "E_TRUNCATED", advice: "The bytes end too early. Was the whole value copied?" },
  MALFORMED: { exit: EXIT.usage, code: "E_MALFORMED", advice: GARBLED },
  OVERSIZED: { exit: EXIT.usage, code: "E_OVERSIZED", advice: "A length is beyond the limit the protocol sets." },
  INVALID: { exit: EXIT.usage, code: "E_INVALID", advice: "It decodes, but breaks a rule of the specification." },
  BAD_KEY: {
    exit: EXIT.usage,
    code: "E_BAD_KEY",
    advice: "Not a key of this form: 33 or 65 bytes, a point of secp256k1.",
  },
  UNSUPPORTED: {
    exit: EXIT.usage,
    code: "E_UNSUPPORTED",
    advice: "Well-formed, but of a version or kind not spoken here.",
  },
  BAD_MAC: { exit: EXIT.crypto, code: "E_BAD_MAC", advice: "The bytes were changed, or the key is another one." },
  BAD_SIGNATURE: {
    exit: EXIT.crypto,
    code: "E_BAD_SIGNATURE",
    advice: "No key made this signature over this message.",
  },
  PROTOCOL: { exit: EXIT.rejected, code: "E_PEER_PROTOCOL", advice: "The peer broke the protocol; try another one." },
  FLOOD: { exit: EXIT.rejected, code: "E_PEER_FLOOD", advice: "The peer sent more than it may; try another one." },
  TIMEOUT: {
    exit: EXIT.timeout,
    code: "E_PEER_TIMEOUT",
    advice: "The peer took too long; raise --timeout or try another.",
  },
  USAGE: { exit: EXIT.usage, code: "E_USAGE", advice: "Run the command with --help to see how it is used." },
  NOT_FOUND: { exit: EXIT.usage, code: "E_NOT_FOUND", advice: "Nothing answers to this name. Check the spelling." },
  REFUSED: {
    exit: EXIT.usage,
    code: "E_REFUSED",
    advice: "It would lose or reveal something; say so with the flag named.",
  },
  OFFLINE: {
    exit: EXIT.network,
    code: "E_OFFLINE",
    advice: "Nobody answers, so it is this side: check with `statusctl doctor`.",
  },
  PEER_UNREACHABLE: {
    exit: EXIT.network,
    code: "E_PEER_UNREACHABLE",
    advice: "This peer cannot be reached: see where it stops with `statusctl connect`.",
  },
  PEER_REJECTED: {
    exit: EXIT.rejected,
    code: "E_PEER_REJECTED",
    advice: "The peer said no; the reason is in the message.",
  },
  DEADLINE: {
    exit: EXIT.timeout,
    code: "E_DEADLINE",
    advice: "The wanted event did not come in time; raise --timeout.",
  },
  CRYPTO: { exit: EXIT.crypto, code: "E_CRYPTO", advice: "None of the keys given opens it." },
  NO_PROFILE: {
    exit: EXIT.state,
    code: "E_NO_PROFILE",
    advice: "Create it with `statusctl init`, or name another with --profile.",
  },
  LOCKED: {
    exit: EXIT.state,
    code: "E_LOCKED",
    advice: "Another process holds the profile; wait longer with --wait-lock.",
  },
  PASSPHRASE: { exit: EXIT.state, code: "E_PASSPHRASE", advice: "Give it with --passphrase-file or --passphrase-fd." },
  PERMISSIONS: {
    exit: EXIT.state,
    code: "E_PERMISSIONS",
    advice: "Profiles need mode 0700 and files 0600, owned by you.",
  },
  SCHEMA: { exit: EXIT.state, code: "E_SCHEMA", advice: "A newer statusctl wrote this profile; use that version." },
  DAMAGED: {
    exit: EXIT.state,
    code: "E_DAMAGED",
    advice: "A file of the profile does not read; see `statusctl doctor`.",
  },
  DISK: { exit: EXIT.state, code: "E_DISK", advice: "Writing failed: check free space and permissions." },
  PORT: {
    exit: EXIT.network,
    code: "E_PORT",
    advice: "The port is taken or not allowed; choose another with --listen.",
  },
};
