/** The envelopes a command was given: on stdin line by line, in a file, or as text. */
import { statSync } from "node:fs";
import type { Hashes } from "../core/crypto/crypto.ts";
import { UsageError } from "../core/platform/errors.ts";
import type { Envelope } from "../core/whisper/envelope.ts";
import { envelopeOfBytes, envelopeOfLine, holdsEnvelope } from "./envelope-record.ts";
import { type InputSource, inputLines, readInput, STDIN } from "./stdin.ts";

/** An envelope of any encoding begins with a list of at least this. */
const BINARY = 0xc0;

/** `name`: `-` for stdin, a file, or the envelope itself as hex or base64. Throws `UsageError` naming the line. */
export async function* envelopesOf(hashes: Hashes, name: string, input: InputSource): AsyncGenerator<Envelope> {
  const isFile = name !== STDIN && namesFile(name);
  if (name !== STDIN && !isFile) yield envelopeOfLine(hashes, name);
  else if (isFile && (await isBinary(name, input)))
    yield envelopeOfBytes(hashes, await readInput(name, "envelope", input));
  else yield* envelopesOfLines(hashes, inputLines(name, "envelopes", input));
}

async function* envelopesOfLines(hashes: Hashes, lines: AsyncIterable<string>): AsyncGenerator<Envelope> {
  let number = 0;
  for await (const line of lines) {
    number++;
    if (holdsEnvelope(line)) yield named(number, () => envelopeOfLine(hashes, line.trim()));
  }
}

/** An envelope as text may be longer than any name. */
function namesFile(text: string): boolean {
  if (/^0x/i.test(text)) return false;
  try {
    return statSync(text, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
}

const isBinary = async (file: string, input: InputSource): Promise<boolean> =>
  ((await readInput(file, "envelope", input))[0] ?? 0) >= BINARY;

function named(number: number, read: () => Envelope): Envelope {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    throw new UsageError("USAGE", `line ${number}: ${cause.message}`, { cause });
  }
}
