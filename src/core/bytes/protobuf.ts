/**
 * The door to protobufjs: between the values of this code base and what the generated modules hold.
 *
 * protobufjs encodes a bigint in a 64-bit field as 0 without a word, rounds numbers beyond 2^53, takes a string for base64,
 * writes broken UTF-16 as broken UTF-8 and throws errors of its own. So nothing else touches the generated classes: here
 * 64-bit values are bigints, what goes in is checked, and whatever goes wrong with remote bytes is a `RemoteError`.
 */
import protobuf from "protobufjs/minimal.js";
import { assert, RemoteError, UsageError } from "../platform/errors.ts";
import { scanFields, type WireField } from "./protobuf-wire.ts";

/** A message type: its bytes from values and back. */
export interface Codec<Value> {
  /** The name in the .proto file; errors begin with it. */
  readonly name: string;
  /** Fields at their default are left out. Throws `UsageError` for values that the field cannot hold. */
  encode(value: Value): Uint8Array;
  /** Unknown fields are skipped. Throws `RemoteError` TRUNCATED, MALFORMED or OVERSIZED. */
  decode(bytes: Uint8Array): Value;
  /** As `decode`, and also what it would have skipped. */
  inspect(bytes: Uint8Array): Inspected<Value>;
}

export interface Inspected<Value> {
  readonly value: Value;
  readonly unknown: readonly UnknownField[];
}

/** A field that the message type does not have, or has with another wire type; `path` leads to its parent message. */
export interface UnknownField {
  readonly path: readonly string[];
  readonly field: WireField;
}

/** Between a value of ours and what protobufjs holds in its place. */
export interface Conversion<Ours, Theirs> {
  toWire(value: Ours): Theirs;
  fromWire(raw: Theirs): Ours;
}

/** The conversion of every field of a message, by the names that protobufjs gives them. Absent values are not converted. */
export type Fields<Ours, Theirs> = {
  readonly [Key in keyof Ours]-?: Key extends keyof Theirs
    ? Conversion<Exclude<Ours[Key], undefined>, Raw<NonNullable<Theirs[Key]>>>
    : never;
};

/** Of a Long only its halves matter: plain ones are taken as well. */
type Raw<Theirs> = Theirs extends Halves ? Halves : Theirs;

/** A generated class, as far as the door needs it. */
interface Generated<Wire> {
  encode(message: Wire): { finish(): Uint8Array };
  decode(reader: protobuf.Reader): Wire;
}

/** What protobufjs takes and gives for a 64-bit integer. */
interface Halves {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}

/** One envelope is at most 1 MiB in every configuration that peers run, so no message is longer. */
const MAX_BYTES = 1 << 20;
const MAX_UINT64 = (1n << 64n) - 1n;

/** The codec of a whole message; `Theirs` is the generated class. */
export function codec<Ours extends object, Theirs extends object>(
  name: string,
  generated: Generated<Theirs>,
  conversion: Conversion<Ours, Theirs>,
): Codec<Ours> {
  const read = (bytes: Uint8Array, discardUnknown: boolean): Theirs => {
    checkBytes(bytes, name);
    const reader = protobuf.Reader.create(bytes);
    reader.discardUnknown = discardUnknown;
    try {
      return generated.decode(reader);
    } catch (cause) {
      throw new RemoteError("MALFORMED", `${name}: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    }
  };
  return {
    name,
    encode: (value) => new Uint8Array(generated.encode(conversion.toWire(value)).finish()),
    decode: (bytes) => conversion.fromWire(read(bytes, true)),
    inspect(bytes) {
      const raw = read(bytes, false);
      return { value: conversion.fromWire(raw), unknown: unknownFields(raw, name, []) };
    },
  };
}

/** The conversion of a message, field by field. */
export function record<Ours extends object, Theirs extends object>(
  fields: Fields<Ours, Theirs>,
): Conversion<Ours, Theirs> {
  const entries = Object.entries(fields) as [string, Conversion<unknown, unknown>][];
  return {
    toWire: (value) => convert(entries, value, (field, part) => field.toWire(part)) as Theirs,
    fromWire: (raw) => convert(entries, raw, (field, part) => field.fromWire(part)) as Ours,
  };
}

/** uint64 as bigint. */
export const uint64: Conversion<bigint, Halves> = {
  toWire(value) {
    if (typeof value !== "bigint" || value < 0n || value > MAX_UINT64) {
      throw new UsageError("USAGE", `uint64: ${value} is not an integer from 0 to 2^64 - 1`);
    }
    return { low: Number(value & 0xffff_ffffn) | 0, high: Number(value >> 32n) | 0, unsigned: true };
  },
  fromWire(raw) {
    assert(typeof raw === "object", "protobufjs has lost its Long and rounds 64-bit integers");
    return (BigInt(raw.high >>> 0) << 32n) | BigInt(raw.low >>> 0);
  },
};

/** int32 and enums: members that this version does not know stay numbers. */
export const int32: Conversion<number, number> = {
  toWire(value) {
    if ((value | 0) !== value) throw new UsageError("USAGE", `int32: ${value} is not an integer of 32 bits`);
    return value;
  },
  fromWire: (raw) => raw,
};

/** Text; a receiver rejects a whole message for one string that is not UTF-8. */
export const text: Conversion<string, string> = {
  toWire(value) {
    if (/\p{Surrogate}/u.test(value)) throw new UsageError("USAGE", "text: half of a surrogate pair has no UTF-8 form");
    return value;
  },
  fromWire: (raw) => raw,
};

/** Bytes, as views of the decoded message. protobufjs would read a string as base64. */
export const byteString: Conversion<Uint8Array, Uint8Array> = {
  toWire(value) {
    if (!(value instanceof Uint8Array)) throw new UsageError("USAGE", "bytes: a byte array expected");
    return value;
  },
  // On Node protobufjs gives some of them as its Buffer, whose slices behave differently.
  fromWire: (raw) => new Uint8Array(raw.buffer, raw.byteOffset, raw.length),
};

/** A repeated field; empty when absent. */
export function repeated<Ours, Theirs>(item: Conversion<Ours, Theirs>): Conversion<readonly Ours[], Theirs[]> {
  return {
    toWire: (values) => values.map((value) => item.toWire(value)),
    fromWire: (raw) => raw.map((value) => item.fromWire(value)),
  };
}

function convert(
  fields: readonly [string, Conversion<unknown, unknown>][],
  from: object,
  one: (field: Conversion<unknown, unknown>, part: unknown) => unknown,
): object {
  const to: Record<string, unknown> = {};
  for (const [name, field] of fields) {
    const part: unknown = Reflect.get(from, name);
    if (part !== undefined && part !== null) to[name] = one(field, part);
  }
  return to;
}

/** Throws for what the generated decoder would refuse less clearly, or would make half a million objects of. */
function checkBytes(bytes: Uint8Array, name: string): void {
  if (bytes.length > MAX_BYTES)
    throw new RemoteError("OVERSIZED", `${name}: ${bytes.length} bytes, at most ${MAX_BYTES}`);
  scanFields(bytes, name);
}

/** protobufjs keeps skipped fields as encoded bytes in `$unknowns` of the message they stood in. */
function unknownFields(raw: object, name: string, path: readonly string[]): UnknownField[] {
  const own = (Reflect.get(raw, "$unknowns") ?? []) as readonly Uint8Array[];
  const here = own.flatMap((bytes) => scanFields(bytes, name)).map((field) => ({ path, field }));
  const below = Object.entries(raw).flatMap(([key, value]) =>
    [value].flat().flatMap((part) => (isMessage(part) ? unknownFields(part, name, [...path, key]) : [])),
  );
  return [...here, ...below];
}

/** Whether a value inside a decoded message is a message: longs and bytes are objects too. */
function isMessage(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array) && !("low" in value);
}
