/** Reading JSON that others wrote: each read names the member, for the `RemoteError` it may throw. */
import { fromHex } from "../bytes/hex.ts";
import { RemoteError } from "../platform/errors.ts";

export class JsonMembers {
  readonly #members: ReadonlyMap<string, unknown>;
  readonly #what: string;

  /** The members of `value`, which must be an object. `what` names it in errors. */
  constructor(value: unknown, what: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new RemoteError("MALFORMED", `${what}: expected an object`);
    }
    this.#members = new Map(Object.entries(value));
    this.#what = what;
  }

  /** The object that `text` is; longer than `limit` characters is OVERSIZED before anything is parsed. */
  static parse(text: string, what: string, limit: number): JsonMembers {
    if (text.length > limit) throw new RemoteError("OVERSIZED", `${what}: more than ${limit} characters`);
    try {
      return new JsonMembers(JSON.parse(text), what);
    } catch (error) {
      if (error instanceof RemoteError) throw error;
      throw new RemoteError("MALFORMED", `${what}: not JSON`);
    }
  }

  get names(): readonly string[] {
    return [...this.#members.keys()];
  }

  /** Whether the member is there and not null. */
  has(name: string): boolean {
    return (this.#members.get(name) ?? null) !== null;
  }

  /** The member as it is; undefined when missing. */
  raw(name: string): unknown {
    return this.#members.get(name);
  }

  object(name: string): JsonMembers {
    return new JsonMembers(this.#members.get(name), `${this.#what}: ${name}`);
  }

  /** The elements of a list, each an object. */
  objects(name: string): readonly JsonMembers[] {
    const list = this.#members.get(name);
    if (!Array.isArray(list)) throw this.#malformed(name, "expected a list");
    return list.map((element, index) => new JsonMembers(element, `${this.#what}: ${name}[${index}]`));
  }

  string(name: string): string {
    const value = this.#members.get(name);
    if (typeof value !== "string") throw this.#malformed(name, "expected a string");
    return value;
  }

  /** A number without fraction that doubles hold exactly. */
  integer(name: string): number {
    const value = this.#members.get(name);
    if (!Number.isSafeInteger(value)) throw this.#malformed(name, "expected an integer");
    return Number(value);
  }

  /** Bytes in hex, at most `max` of them. */
  bytes(name: string, max: number): Uint8Array {
    const text = this.string(name);
    if (text.length > 2 * max + 2) throw new RemoteError("OVERSIZED", `${this.#what}: ${name}: more than ${max} bytes`);
    try {
      return fromHex(text);
    } catch {
      throw this.#malformed(name, "not hexadecimal");
    }
  }

  #malformed(name: string, why: string): RemoteError {
    return new RemoteError("MALFORMED", `${this.#what}: ${name}: ${why}`);
  }
}
