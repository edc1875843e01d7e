/**
 * A store that keeps everything encrypted in another one.
 *
 * ```
 * valueKey := HKDF(dataKey, "values")     nameKey := HKDF(dataKey, "names")
 * value    := base64(nonce | AES-256-GCM(valueKey, nonce, JSON {at, value}) | tag)
 * name     := "chats/x" -> "chats/" hex(HMAC-SHA256(nameKey, "chats/x")[0..16])
 * ```
 * `at` says where the value belongs, inside the seal, so that one cannot stand in another's place. Names below a folder,
 * keys and groups are hidden too: a chat's name is all it takes to read the chat. Visible remain the folders, the sizes,
 * the number and `order` of records, and which share a group. An old copy put back as a whole is not noticed.
 */
import { base64 } from "@scure/base";
import { textOf, utf8 } from "../bytes/bytes.ts";
import { hexDigits } from "../bytes/hex.ts";
import type { Hashes, Kdfs, ScryptCost } from "../crypto/crypto.ts";
import { assert, EnvironmentError, UsageError } from "../platform/errors.ts";
import type { Random } from "../platform/random.ts";
import { checkDocumentName } from "./changes.ts";
import { META } from "./migrations.ts";
import { openBytes, parseWrappedKey, type SealingCrypto, sealBytes, unwrapKey, wrapKey } from "./sealing.ts";
import type { DocumentName, Json, SegmentName, SegmentQuery, SegmentRecord, Store } from "./store.ts";

/** Where the wrapped key lies, in clear. */
const SEALING: DocumentName = "sealing";
/** Needed before the passphrase is asked for. */
const IN_CLEAR: readonly DocumentName[] = [SEALING, META];

type SealedStoreCrypto = SealingCrypto & Pick<Hashes, "hmacSha256"> & Pick<Kdfs, "hkdfSha256">;

/** Whether `store` asks for a passphrase. */
export const isSealed = (store: Store): boolean => store.read(SEALING) !== undefined;

/**
 * Encrypts the still empty `inner` from now on; durable with the first commit.
 * Throws `UsageError` REFUSED when something lies there in clear already.
 */
export function sealStore(
  crypto: SealedStoreCrypto,
  random: Random,
  inner: Store,
  secret: { readonly passphrase: string; readonly cost?: ScryptCost },
): SealedStore {
  if (inner.list("").length > 0) {
    throw new UsageError("REFUSED", "a passphrase is given when a profile is created, not later");
  }
  const dataKey = random.bytes(32);
  inner.put(SEALING, wrapKey(crypto, random, dataKey, secret));
  return new SealedStore(crypto, random, inner, dataKey);
}

/** Opens what `sealStore` made. Throws `EnvironmentError` PASSPHRASE. */
export function unsealStore(crypto: SealedStoreCrypto, random: Random, inner: Store, passphrase: string): SealedStore {
  const sealing = inner.read(SEALING);
  assert(sealing !== undefined, "only a sealed store is unsealed");
  return new SealedStore(crypto, random, inner, unwrapKey(crypto, parseWrappedKey(sealing), passphrase));
}

export class SealedStore implements Store {
  readonly #crypto: SealedStoreCrypto;
  readonly #random: Random;
  readonly #inner: Store;
  readonly #dataKey: Uint8Array;
  readonly #valueKey: Uint8Array;
  readonly #nameKey: Uint8Array;
  /** Names by the hidden ones that stand for them. BOUNDED BY the documents of the profile. */
  readonly #names = new Map<DocumentName, DocumentName>();

  constructor(crypto: SealedStoreCrypto, random: Random, inner: Store, dataKey: Uint8Array) {
    const derive = (info: string) => crypto.hkdfSha256(dataKey, new Uint8Array(), utf8(`statusctl ${info}`), 32);
    this.#crypto = crypto;
    this.#random = random;
    this.#inner = inner;
    this.#dataKey = dataKey;
    this.#valueKey = derive("values");
    this.#nameKey = derive("names");
  }

  /** From the next commit on, only `passphrase` opens the profile. */
  changePassphrase(secret: { readonly passphrase: string; readonly cost?: ScryptCost }): void {
    this.#inner.put(SEALING, wrapKey(this.#crypto, this.#random, this.#dataKey, secret));
  }

  read(document: DocumentName): Json | undefined {
    if (IN_CLEAR.includes(document)) return this.#inner.read(document);
    const sealed = this.#inner.read(this.#hide(document));
    return sealed === undefined ? undefined : this.#open(sealed, `document ${document}`).value;
  }

  list(prefix: string): readonly DocumentName[] {
    const [folder = ""] = prefix.split("/");
    const names = this.#inner.list(folder).map((hidden) => this.#nameOf(hidden));
    return names.filter((name) => name !== SEALING && (prefix === "" || name.startsWith(`${prefix}/`))).sort();
  }

  has(segment: SegmentName, key: string): boolean {
    return this.#inner.has(segment, this.#hideText(`record ${segment}/${key}`));
  }

  load(segment: SegmentName, key: string): Json | undefined {
    const at = `record ${segment}/${key}`;
    const sealed = this.#inner.load(segment, this.#hideText(at));
    return sealed === undefined ? undefined : this.#open(sealed, at).value;
  }

  query(segment: SegmentName, query: SegmentQuery): Iterable<Json> {
    const { group, ...rest } = query;
    const hidden = group === undefined ? rest : { ...rest, group: this.#hideText(`group ${segment}/${group}`) };
    const sealed = this.#inner.query(segment, hidden);
    const open = (value: Json) => this.#open(value, `record ${segment}/`, "below").value;
    return {
      *[Symbol.iterator]() {
        for (const value of sealed) yield open(value);
      },
    };
  }

  count(segment: SegmentName): number {
    return this.#inner.count(segment);
  }

  put(document: DocumentName, value: Json): void {
    assert(document !== SEALING, "the wrapped key is not the caller's");
    if (document === META) this.#inner.put(document, value);
    else this.#inner.put(this.#hide(document), this.#seal(`document ${document}`, value));
  }

  remove(document: DocumentName): void {
    this.#inner.remove(this.#hide(document));
  }

  append(segment: SegmentName, { key, group, order, value }: SegmentRecord): void {
    this.#inner.append(segment, {
      key: this.#hideText(`record ${segment}/${key}`),
      group: this.#hideText(`group ${segment}/${group}`),
      order,
      value: this.#seal(`record ${segment}/${key}`, value),
    });
  }

  commit(): void {
    this.#inner.commit();
  }

  rollback(): void {
    this.#inner.rollback();
  }

  #seal(at: string, value: Json): string {
    const plaintext = utf8(JSON.stringify({ at, value }));
    return base64.encode(sealBytes(this.#crypto, this.#random, this.#valueKey, plaintext));
  }

  /** Opens a value that belongs `at` this place, or `below` it. Throws `EnvironmentError` DAMAGED. */
  #open(sealed: Json, at: string, where: "exactly" | "below" = "exactly"): { at: string; value: Json } {
    const plaintext = typeof sealed === "string" ? this.#decrypt(sealed) : undefined;
    if (!plaintext) throw damaged(at, "it was not sealed by this profile");
    const opened: { at: string; value: Json } = JSON.parse(textOf(plaintext, at));
    const belongs = where === "exactly" ? opened.at === at : opened.at.startsWith(at);
    if (!belongs) throw damaged(at, "it belongs elsewhere");
    return opened;
  }

  #decrypt(sealed: string): Uint8Array | undefined {
    try {
      return openBytes(this.#crypto, this.#valueKey, base64.decode(sealed));
    } catch {
      return undefined; // not base64
    }
  }

  #hide(document: DocumentName): DocumentName {
    checkDocumentName(document);
    const slash = document.indexOf("/");
    if (slash < 0) return document;
    const hidden = `${document.slice(0, slash)}/${this.#hideText(`document ${document}`)}`;
    this.#names.set(hidden, document);
    return hidden;
  }

  #nameOf(hidden: DocumentName): DocumentName {
    if (!hidden.includes("/")) return hidden;
    const known = this.#names.get(hidden);
    if (known !== undefined) return known;
    const { at } = this.#open(this.#inner.read(hidden) ?? null, "document ", "below");
    const name = at.slice("document ".length);
    this.#names.set(hidden, name);
    return name;
  }

  #hideText(text: string): string {
    return hexDigits(this.#crypto.hmacSha256(this.#nameKey, utf8(text)).subarray(0, 16));
  }
}

function damaged(at: string, why: string): EnvironmentError {
  return new EnvironmentError("DAMAGED", `the profile's entry ${at} does not read: ${why}`, {
    details: { entry: at },
  });
}
