/**
 * Signatures of typed structures (EIP-712), in the extent of the reference: no arrays, and only for the chosen chain.
 *
 * ```
 * digest        := keccak256(19 01 || hash(EIP712Domain, domain) || hash(primaryType, message))
 * hash(T, data) := keccak256(keccak256(type(T)) || word(field, data) for each field of T)
 * type(T)       := T's definition, then those it refers to, sorted: "Mail(Person from,string text)Person(string name)"
 * ```
 * Words of values that are no structures: `typed-value.ts`.
 */
import { concatBytes, utf8 } from "../bytes/bytes.ts";
import type { Curve, Hashes, PublicKey, Signature } from "../crypto/crypto.ts";
import { RemoteError } from "../platform/errors.ts";
import { JsonMembers } from "./json-members.ts";
import type { Keyring } from "./keyring.ts";
import { fromEthereumSignature, toEthereumSignature } from "./recovery-id.ts";
import { encodeTypedValue } from "./typed-value.ts";

export interface TypedField {
  readonly name: string;
  readonly type: string;
}

/** A document as wallets exchange it, its shape checked; its values are checked when they are hashed. */
export interface TypedData {
  readonly types: ReadonlyMap<string, readonly TypedField[]>;
  readonly primaryType: string;
  readonly domain: JsonMembers;
  readonly message: JsonMembers;
}

type Keccak = Pick<Hashes, "keccak256">;

const DOMAIN = "EIP712Domain";

/** Real documents have a few kilobytes, a handful of types and three levels; what is beyond asks for our time. */
const TEXT_LENGTH_MAX = 64 * 1024;
const TYPES_MAX = 100;
const DEPTH_MAX = 32;

/** Reads a JSON document. Throws `RemoteError`. */
export function parseTypedData(text: string): TypedData {
  const document = JsonMembers.parse(text, "typed data", TEXT_LENGTH_MAX);
  const types = readTypes(document.object("types"));
  const primaryType = document.string("primaryType");
  for (const type of [DOMAIN, primaryType]) {
    if (!types.has(type)) throw new RemoteError("MALFORMED", `typed data: types: ${type} is not defined`);
  }
  return { types, primaryType, domain: document.object("domain"), message: document.object("message") };
}

/** What is signed. Throws `RemoteError`: INVALID for another chain, MALFORMED or UNSUPPORTED for values and types. */
export function typedDataDigest(hashes: Keccak, data: TypedData, chainId: number): Uint8Array {
  const named = data.domain.integer("chainId");
  if (named !== chainId)
    throw new RemoteError("INVALID", `typed data: chain ${named}, but the chosen one is ${chainId}`);
  const hasher = new StructHasher(hashes, data.types);
  const domain = hasher.hash(DOMAIN, data.domain);
  return hashes.keccak256(concatBytes(Uint8Array.of(0x19, 0x01), domain, hasher.hash(data.primaryType, data.message)));
}

/** V is 27 or 28. */
export const signTypedData = (hashes: Keccak, keyring: Keyring, data: TypedData, chainId: number): Signature =>
  toEthereumSignature(keyring.sign(typedDataDigest(hashes, data, chainId)));

/** The key that signed `digest`. Throws `RemoteError` BAD_SIGNATURE. */
export const recoverTypedData = (curve: Pick<Curve, "recover">, digest: Uint8Array, signature: Signature): PublicKey =>
  curve.recover(digest, fromEthereumSignature(signature));

/** The definition of `target` and of all it refers to, itself first, the others by name. */
export function typeString(types: TypedData["types"], target: string): string {
  const found = new Set([target]);
  for (const type of found) {
    for (const field of types.get(type) ?? []) if (types.has(field.type)) found.add(field.type);
  }
  found.delete(target);
  return [target, ...[...found].sort()].map((type) => definition(type, types.get(type) ?? [])).join("");
}

class StructHasher {
  readonly #hashes: Keccak;
  readonly #types: TypedData["types"];
  readonly #typeHashes = new Map<string, Uint8Array>(); // BOUNDED BY TYPES_MAX

  constructor(hashes: Keccak, types: TypedData["types"]) {
    this.#hashes = hashes;
    this.#types = types;
  }

  hash(type: string, data: JsonMembers, depth = 0): Uint8Array {
    if (depth > DEPTH_MAX) throw new RemoteError("OVERSIZED", `typed data: more than ${DEPTH_MAX} levels`);
    const words = (this.#types.get(type) ?? []).map((field) =>
      this.#types.has(field.type)
        ? this.hash(field.type, data.object(field.name), depth + 1)
        : encodeTypedValue(this.#hashes, field, data.raw(field.name)),
    );
    return this.#hashes.keccak256(concatBytes(this.#typeHash(type), ...words));
  }

  #typeHash(type: string): Uint8Array {
    const known = this.#typeHashes.get(type);
    if (known) return known;
    const hash = this.#hashes.keccak256(utf8(typeString(this.#types, type)));
    this.#typeHashes.set(type, hash);
    return hash;
  }
}

function readTypes(types: JsonMembers): ReadonlyMap<string, readonly TypedField[]> {
  if (types.names.length > TYPES_MAX) throw new RemoteError("OVERSIZED", `typed data: more than ${TYPES_MAX} types`);
  return new Map(types.names.map((type) => [type, readFields(types, type)]));
}

/** Of two fields with one name each level would double the work, so names are unique. */
function readFields(types: JsonMembers, type: string): readonly TypedField[] {
  const fields = types.objects(type).map((field) => ({ name: field.string("name"), type: field.string("type") }));
  if (fields.some((field) => field.name === "" || field.type === "")) {
    throw new RemoteError("MALFORMED", `typed data: ${type}: a field without name or type`);
  }
  if (new Set(fields.map((field) => field.name)).size < fields.length) {
    throw new RemoteError("MALFORMED", `typed data: ${type}: two fields of one name`);
  }
  return fields;
}

const definition = (type: string, fields: readonly TypedField[]): string =>
  `${type}(${fields.map((field) => `${field.type} ${field.name}`).join(",")})`;
