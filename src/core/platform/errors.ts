/**
 * Whose fault it was, in four kinds.
 *
 * - `RemoteError`: the other side (or whoever made the bytes) broke the protocol. Drop it, never crash.
 * - `UsageError`: the caller asked for something impossible.
 * - `EnvironmentError`: disk, port, password, network of this machine.
 * - a failed assertion: our own bug.
 *
 * Codes are closed unions. Messages name the field and the shortage and never hold secrets.
 */

export type RemoteCode =
  | "TRUNCATED" // fewer bytes than the layout needs
  | "MALFORMED" // bytes that no encoder produces
  | "OVERSIZED" // more than a stated limit
  | "BAD_MAC" // authentication tag differs
  | "BAD_SIGNATURE" // no key can be recovered
  | "BAD_KEY" // not a point of the curve, or a key of the wrong form
  | "UNSUPPORTED" // well-formed, but of a version or kind we do not speak
  | "PROTOCOL" // a message that is not allowed now
  | "TIMEOUT" // the peer took too long
  | "FLOOD" // more than the peer was allowed to send
  | "INVALID"; // decodes, but breaks a rule of the specification

export type UsageCode =
  | "USAGE" // flags, arguments, malformed input
  | "NOT_FOUND" // a name that nothing answers to
  | "REFUSED"; // it would lose or reveal something

export type EnvironmentCode =
  | "OFFLINE" // nobody reachable, and it is us
  | "PEER_UNREACHABLE" // this peer is not reachable
  | "PEER_REJECTED" // the peer said no
  | "DEADLINE" // the wanted event did not come in time
  | "CRYPTO" // cannot open, decrypt or verify
  | "NO_PROFILE" // there is no profile here
  | "LOCKED" // another process holds the profile
  | "PASSPHRASE" // missing or wrong
  | "PERMISSIONS" // modes or owner of files are wrong
  | "SCHEMA" // made by a newer version
  | "DAMAGED" // a file of the profile does not read
  | "DISK" // writing failed
  | "PORT"; // a port cannot be opened

export type ErrorCode = RemoteCode | UsageCode | EnvironmentCode;

/** Facts about an error that a script may want; never secrets. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null>>;

abstract class CodedError<Code extends ErrorCode> extends Error {
  readonly code: Code;
  readonly details: ErrorDetails;

  constructor(code: Code, message: string, options: { details?: ErrorDetails; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
    this.name = new.target.name;
  }
}

/** Thrown by decoders and machines when remote bytes break the protocol. */
export class RemoteError extends CodedError<RemoteCode> {}

/** Thrown when the caller's request cannot make sense. */
export class UsageError extends CodedError<UsageCode> {}

/** Thrown when this machine or the network around it does not let us. */
export class EnvironmentError extends CodedError<EnvironmentCode> {}

/** A condition that only a bug of ours can break. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
