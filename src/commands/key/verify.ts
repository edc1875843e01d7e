import { Args, Flags } from "@oclif/core";
import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { EXIT } from "../../cli/exit-codes.ts";
import { doorOf } from "../../cli/primitives.ts";
import { parseV, readMessage, SIGNED_KINDS, type SignedKind, subjectOf } from "../../cli/signature-input.ts";
import { factLines } from "../../cli/table.ts";
import { addressOf, formatAddress, isAddress, parseAddress } from "../../core/accounts/address.ts";
import { formatPublicKey, parsePublicKey } from "../../core/accounts/keys.ts";
import { decodeTransaction, recoverTransaction, transactionDigest } from "../../core/accounts/transaction.ts";
import { textOf } from "../../core/bytes/bytes.ts";
import { fromHex, type Hex, toHex } from "../../core/bytes/hex.ts";
import type { Crypto, PublicKey } from "../../core/crypto/crypto.ts";
import { openCrypto } from "../../core/crypto/open.ts";
import { RemoteError, UsageError } from "../../core/platform/errors.ts";

interface Verified {
  readonly kind: SignedKind;
  readonly digest: Hex;
  /** Whether a key can be recovered, and is the expected one if one is expected. */
  readonly valid: boolean;
  readonly publicKey: Hex | null;
  readonly address: string | null;
  /** Whose signature it should be, as given. */
  readonly expected: string | null;
  readonly why: string | null;
}

export default class KeyVerifyCommand extends BaseCommand<Verified> {
  static override summary = "who signed this, and is it who it should be";
  static override description =
    "Recovers the key from a signature; with --by also compares it. Exit code 9 when it is another one. A transaction is given in its raw form, which holds its signature.";
  static override examples = [
    {
      description: "Who signed this text?",
      command: `<%= config.bin %> <%= command.id %> 'it is me' --signature 0x${"11".repeat(64)}1b`,
    },
    {
      description: "Is it hers?",
      command: `<%= config.bin %> <%= command.id %> 'it is me' --signature 0x${"11".repeat(64)}1b --by 0x7e5f4552091a69125d5dfcb7b8c2659029395bdf`,
    },
    {
      description: "Who sent this transaction?",
      command: "<%= config.bin %> <%= command.id %> --kind transaction --file raw.txt",
    },
  ];
  static override args = {
    message: Args.string({ ignoreStdin: true, description: "text (0x-hex means bytes), or - for stdin" }),
  };
  static override flags = {
    signature: Flags.string({ helpValue: "HEX", summary: "65 bytes: R, S, V" }),
    by: Flags.string({ helpValue: "KEY|ADDRESS", summary: "whose signature it should be" }),
    kind: Flags.option({ options: SIGNED_KINDS, default: "personal", summary: "what is signed" })(),
    file: Flags.string({ helpValue: "FILE", summary: "read it from there" }),
    "chain-id": Flags.integer({ min: 0, default: 1, summary: "chain that typed data must be for" }),
  };
  static override schema = "key-verify/1";

  protected override async work(): Promise<Verified> {
    const { args, flags } = await this.parse(KeyVerifyCommand);
    const crypto = await openCrypto(doorOf("pure"));
    const { kind, by } = flags;
    const expected = by === undefined ? undefined : addressGiven(crypto, by);
    const bytes = await readMessage(args.message, { kind, file: flags.file, input: this.input });
    const recovery = recover(crypto, { kind, bytes, chainId: flags["chain-id"], signature: flags.signature });
    const address = recovery.key && formatAddress(crypto, addressOf(crypto, recovery.key));
    const isExpected = expected === undefined || expected === address;
    const valid = address !== undefined && isExpected;
    if (!valid) this.leaveWith(EXIT.negative);
    return {
      kind,
      digest: toHex(recovery.digest),
      valid,
      publicKey: recovery.key ? formatPublicKey(recovery.key) : null,
      address: address ?? null,
      expected: by ?? null,
      why: recovery.why ?? (isExpected ? null : "another key made this signature, or the message was changed"),
    };
  }

  protected override render({ valid, publicKey, address, why }: Verified): Lines {
    return factLines([
      ["verdict", valid ? "valid" : `not valid: ${why}`],
      ...(publicKey === null
        ? []
        : ([
            ["public key", publicKey],
            ["address", address ?? ""],
          ] as const)),
    ]);
  }
}

interface Claim {
  readonly kind: SignedKind;
  readonly bytes: Uint8Array;
  readonly chainId: number;
  readonly signature: string | undefined;
}

interface Recovery {
  readonly digest: Uint8Array;
  readonly key: PublicKey | undefined;
  readonly why: string | undefined;
}

function recover(crypto: Crypto, claim: Claim): Recovery {
  if (claim.kind === "transaction") {
    const transaction = decodeTransaction(fromHex(textOf(claim.bytes, "transaction").trim(), "transaction"));
    return attempt(transactionDigest(crypto, transaction), () => recoverTransaction(crypto, transaction));
  }
  if (claim.signature === undefined) throw new UsageError("USAGE", "--signature is needed");
  const signature = fromHex(claim.signature, "--signature");
  const { digest } = subjectOf(crypto, claim.kind, claim);
  return attempt(digest, () => crypto.recover(digest, parseV(claim.kind, signature)));
}

/** A signature that no key made is an answer, not an error. */
function attempt(digest: Uint8Array, find: () => PublicKey): Recovery {
  try {
    return { digest, key: find(), why: undefined };
  } catch (error) {
    if (error instanceof RemoteError) return { digest, key: undefined, why: error.message };
    throw error;
  }
}

function addressGiven(crypto: Crypto, text: string): string {
  const address = isAddress(text) ? parseAddress(crypto, text) : addressOf(crypto, parsePublicKey(crypto, text));
  return formatAddress(crypto, address);
}
