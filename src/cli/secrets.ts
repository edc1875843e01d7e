/**
 * Secrets come in through files, descriptors and the terminal, never through arguments or variables. How they are shown:
 * `redacted.ts`.
 */
import { createReadStream, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { concatBytes, textOf } from "../core/bytes/bytes.ts";
import { EnvironmentError } from "../core/platform/errors.ts";
import { type InputSource, readInput, STDIN } from "./stdin.ts";

export interface SecretSources {
  /** A file, `-` for stdin; null when none was named. */
  readonly file: string | null;
  /** An open descriptor. */
  readonly fd?: number | undefined;
  readonly input: InputSource;
  /** Asks the person; undefined when nobody may be asked. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  /** Told when others may read the file. */
  readonly warn: (message: string) => void;
}

/** The secret `what`, without the line end that editors add; undefined when no source was given. */
export async function readSecret(what: string, sources: SecretSources): Promise<string | undefined> {
  const { file, fd, input, ask, warn } = sources;
  if (fd !== undefined) return readDescriptor(fd, what);
  if (file !== null) {
    if (file !== STDIN && isReadByOthers(file))
      warn(`${file}: others than its owner may read it; try: chmod 600 ${file}`);
    return lineOf(await readInput(file, what, input), what);
  }
  return ask === undefined ? undefined : ask(`${what}: `);
}

/** The passphrase systemd hands to a service (`LoadCredential=passphrase:...`), if it does. */
export function credentialFile(env: Readonly<Record<string, string | undefined>>): string | null {
  const folder = env.CREDENTIALS_DIRECTORY;
  if (folder === undefined) return null;
  const file = join(folder, "passphrase");
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true ? file : null;
}

/** Asks at the terminal without showing what is typed. */
export async function askSecret(question: string): Promise<string> {
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silence, terminal: true });
  process.stderr.write(question);
  try {
    return await new Promise<string>((resolve, reject) => {
      terminal.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
      terminal.once("close", () => reject(new EnvironmentError("PASSPHRASE", "the terminal closed before an answer")));
      terminal.question("", resolve);
    });
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}

async function readDescriptor(fd: number, what: string): Promise<string> {
  const chunks: Uint8Array[] = []; // BOUNDED BY whoever holds the other end, our own user
  try {
    for await (const chunk of createReadStream("", { fd, autoClose: false })) chunks.push(chunk);
  } catch (cause) {
    throw new EnvironmentError("PASSPHRASE", `${what}: descriptor ${fd} does not read`, { cause });
  }
  return lineOf(concatBytes(...chunks), what);
}

const lineOf = (bytes: Uint8Array, what: string): string => textOf(bytes, what).replace(/\r?\n$/, "");

function isReadByOthers(file: string): boolean {
  const state = statSync(file, { throwIfNoEntry: false });
  return state?.isFile() === true && (state.mode & 0o077) !== 0;
}
