/** What the numbers and names mean that this program and its peers use: for `explain`, offline. */
import { DISCONNECT_REASONS, describeDisconnect } from "../core/devp2p/disconnect.ts";
import { CODES } from "../core/whisper/packets.ts";
import { EXIT_MEANINGS, INTERNAL, INTERRUPTED, VERDICTS } from "./exit-codes.ts";

export type Subject = "exit" | "error" | "disconnect" | "packet";

export interface Explanation {
  readonly subject: Subject;
  readonly name: string;
  /** Its number, where it has one; for an error its exit code. */
  readonly number: number;
  readonly meaning: string;
}

const PACKETS: Readonly<Record<keyof typeof CODES, string>> = {
  status: "First packet of Whisper: version, proof of work, bloom filter, limits.",
  messages: "A batch of envelopes.",
  powRequirement: "The peer takes envelopes of at least this proof of work.",
  bloomFilter: "The peer wants envelopes that match this filter.",
  batchAcknowledged: "The peer has taken a batch.",
  messageResponse: "The peer tells which envelopes of a batch it refused, and why.",
  rateLimits: "The peer tells how many messages per second it takes.",
  p2pSyncRequest: "A mailserver asks another for its archive.",
  p2pSyncResponse: "Envelopes between mailservers.",
  p2pRequestComplete: "A mailserver has answered a request, with the cursor for the next.",
  p2pRequest: "A request to a mailserver for history.",
  p2pMessage: "Envelopes from a mailserver to one client, past pool and relay.",
};

/** Everything known, in a fixed order. */
export function allExplanations(): Explanation[] {
  const exits = Object.entries(EXIT_MEANINGS).map(([code, { name, meaning }]) =>
    entry("exit", name, Number(code), meaning),
  );
  const verdicts = [INTERNAL, INTERRUPTED, ...Object.values(VERDICTS)];
  const errors = verdicts.map(({ code, exit, advice }) => entry("error", code, exit, advice));
  const reasons = Object.entries(DISCONNECT_REASONS).map(([name, reason]) =>
    entry("disconnect", name, reason, capitalized(`${describeDisconnect(reason, "peer")}.`)),
  );
  const packets = Object.entries(CODES).map(([name, code]) =>
    entry("packet", name, code, PACKETS[name as keyof typeof CODES]),
  );
  return [...exits, ...errors, ...reasons, ...packets];
}

const entry = (subject: Subject, name: string, number: number, meaning: string): Explanation => ({
  subject,
  name,
  number,
  meaning,
});

/** What `words` may mean: `7`, `exit 7`, `E_LOCKED`, `locked`, `disconnect 4`, `tooManyPeers`, `packet 126`. */
export function explain(words: readonly string[]): Explanation[] {
  const [first = "", second] = words;
  const subjects: readonly string[] = ["exit", "error", "disconnect", "packet"];
  const subject = subjects.includes(first.toLowerCase()) ? first.toLowerCase() : undefined;
  const code = subject === undefined ? first : second;
  const known = allExplanations().filter((explanation) => subject === undefined || explanation.subject === subject);
  return code === undefined ? known : known.filter((explanation) => answersTo(explanation, code));
}

function answersTo({ subject, name, number }: Explanation, code: string): boolean {
  if (/^(\d+|0x[0-9a-f]+)$/i.test(code)) return subject !== "error" && number === Number(code);
  const normal = (text: string) => text.toLowerCase().replace(/^e_/, "").replaceAll(/[-_ ]/g, "");
  return normal(name) === normal(code);
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
