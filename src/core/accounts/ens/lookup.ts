/**
 * Looking a name up, question by question: the core of `ens resolve` and of the verification of contacts' names.
 *
 * ```
 * us -> node   eth_chainId                 which registry
 * us -> node   registry.owner(node)        does the name exist
 * us -> node   registry.resolver(node)     who answers for it
 * us -> node   resolver.<record>(node)
 * ```
 * Each step is a value: the shell asks an Ethereum node what the step says (JSON-RPC) and gives it the result.
 */
import { fromHex, type Hex, toHex } from "../../bytes/hex.ts";
import type { Curve, Hashes, PublicKey } from "../../crypto/crypto.ts";
import { RemoteError, UsageError } from "../../platform/errors.ts";
import type { Address } from "../address.ts";
import {
  decodeAddressAnswer,
  decodeBytesAnswer,
  decodePubkeyAnswer,
  decodeTextAnswer,
  type EnsFunction,
  encodeEnsCall,
} from "./calls.ts";
import { decodeContentHash } from "./content-hash.ts";
import { nameHash } from "./name.ts";

/** Method and parameters of a JSON-RPC call. */
export type EthereumRequest =
  | { readonly method: "eth_chainId"; readonly params: readonly [] }
  | { readonly method: "eth_call"; readonly params: readonly [{ readonly to: Hex; readonly data: Hex }, "latest"] };

export type LookupStep<T> =
  | {
      readonly type: "ask";
      readonly request: EthereumRequest;
      /** Takes the member `result` of the response. Throws `RemoteError` when it is not what was asked for. */
      answer(result: unknown): LookupStep<T>;
    }
  | { readonly type: "found"; readonly value: T }
  /** The name, its resolver or the record does not exist. */
  | { readonly type: "absent"; readonly missing: "owner" | "resolver" | "record" };

/** What a resolver may know of a name. */
export interface EnsRecord<T> {
  readonly signature: EnsFunction;
  /** Throws `RemoteError`; undefined where nothing was set. */
  decode(answer: Uint8Array): T | undefined;
}

/** The chat key. */
export const pubkeyRecord = (curve: Pick<Curve, "decodePublicKey">): EnsRecord<PublicKey> => ({
  signature: "pubkey(bytes32)",
  decode(answer) {
    const point = decodePubkeyAnswer(answer);
    return point && curve.decodePublicKey(point);
  },
});

export const addressRecord: EnsRecord<Address> = { signature: "addr(bytes32)", decode: decodeAddressAnswer };

/** Of a reverse name: what its address is called. Anyone may claim any name there, so look that name up in turn. */
export const nameRecord: EnsRecord<string> = { signature: "name(bytes32)", decode: decodeTextAnswer };

export const contentRecord: EnsRecord<string> = {
  signature: "contenthash(bytes32)",
  decode(answer) {
    const bytes = decodeBytesAnswer(answer);
    return bytes && decodeContentHash(bytes);
  },
};

const MAINNET_REGISTRY: Hex = "0x00000000000c2e074ec69a0dfb2997ba6c7d2e1e";
const TESTNET_REGISTRY: Hex = "0x112234455c3a32fd11230c42e7bccd4a84e02010";
/** By chain id: mainnet, Ropsten, Rinkeby, Goerli. */
const REGISTRIES: ReadonlyMap<bigint, Hex> = new Map([
  [1n, MAINNET_REGISTRY],
  [3n, TESTNET_REGISTRY],
  [4n, "0xe7410170f87102df0055eb195163a03b7f2bff4a"],
  [5n, TESTNET_REGISTRY],
]);

/** Records are bounded to 4 KiB; three words come before them. */
const ANSWER_MAX = 8192;

/** The first step. `registry` is for chains that are not known here. Throws `UsageError` for what is no name. */
export function lookUp<T>(hashes: Hashes, name: string, record: EnsRecord<T>, registry?: Address): LookupStep<T> {
  const node = nameHash(hashes, name);
  const ask = (to: Hex, signature: EnsFunction, next: (answer: Uint8Array) => LookupStep<T>): LookupStep<T> => ({
    type: "ask",
    request: { method: "eth_call", params: [{ to, data: toHex(encodeEnsCall(hashes, signature, node)) }, "latest"] },
    answer: (result) => next(bytesOf(result)),
  });
  const askRecord = (resolver: Address): LookupStep<T> =>
    ask(toHex(resolver), record.signature, (answer) => {
      const value = answer.length === 0 ? undefined : record.decode(answer);
      return value === undefined ? { type: "absent", missing: "record" } : { type: "found", value };
    });
  const askRegistry = (at: Hex): LookupStep<T> =>
    ask(at, "owner(bytes32)", (owner) => {
      if (!decodeAddressAnswer(owner)) return { type: "absent", missing: "owner" };
      return ask(at, "resolver(bytes32)", (answer) => {
        const resolver = decodeAddressAnswer(answer);
        return resolver ? askRecord(resolver) : { type: "absent", missing: "resolver" };
      });
    });
  if (registry) return askRegistry(toHex(registry));
  return { type: "ask", request: CHAIN_ID, answer: (result) => askRegistry(registryOf(result)) };
}

const CHAIN_ID: EthereumRequest = { method: "eth_chainId", params: [] };

function registryOf(chainId: unknown): Hex {
  if (typeof chainId !== "string" || !/^0x[0-9a-f]{1,64}$/i.test(chainId)) {
    throw new RemoteError("MALFORMED", "Ethereum node: chain id: expected hex");
  }
  const registry = REGISTRIES.get(BigInt(chainId));
  if (!registry) throw new UsageError("NOT_FOUND", `ENS: no registry is known on chain ${BigInt(chainId)}`);
  return registry;
}

function bytesOf(result: unknown): Uint8Array {
  if (typeof result !== "string" || result.length > 2 * ANSWER_MAX + 2) {
    throw new RemoteError("MALFORMED", `Ethereum node: result: expected hex of at most ${ANSWER_MAX} bytes`);
  }
  try {
    return fromHex(result);
  } catch (cause) {
    throw new RemoteError("MALFORMED", "Ethereum node: result: not hexadecimal", { cause });
  }
}
