/** A messenger in a process of its own, with a fresh profile on disk: speaks in one public chat, and notes what it hears. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomUuid } from "../../src/core/accounts/uuid.ts";
import { openCrypto } from "../../src/core/crypto/open.ts";
import { parseEnode } from "../../src/core/devp2p/enode.ts";
import { freshSecret } from "../../src/core/node/fresh-secret.ts";
import { LocalSession } from "../../src/core/node/local-session.ts";
import { threadMiner } from "../../src/core/node/miner.ts";
import type { NodeEvent } from "../../src/core/node/node-io.ts";
import { createProfile, openHeldProfile } from "../../src/core/node/profiles.ts";
import { systemRandom as random, systemClock } from "../../src/core/node/system.ts";
import { tcpDialer } from "../../src/core/node/tcp.ts";
import { answer } from "./answering.ts";

export interface ClientOptions {
  readonly relay: string;
  readonly chat: string;
  readonly light: boolean;
}

/** Milliseconds since the epoch, with fractions: processes of one machine agree on it. */
export type Moment = number;

export interface Start {
  /** When the process began. */
  readonly began: Moment;
  /** When the relay spoke Whisper with it. */
  readonly ready: Moment;
}

const PATIENCE_MS = 60_000;

const folder = mkdtempSync(join(tmpdir(), "statusctl-bench-"));
/** By text. BOUNDED BY what the benchmark says. */
const heard = new Map<string, Moment>();
let noticed: () => void = () => undefined;
let chat = "";
let session: LocalSession | undefined;

const moment = (): Moment => performance.timeOrigin + performance.now();

async function start(options: ClientOptions): Promise<Start> {
  chat = options.chat;
  session = await openSession(options);
  await session.join(chat);
  session.start();
  await session.presence.joined(AbortSignal.timeout(PATIENCE_MS));
  return { began: performance.timeOrigin, ready: moment() };
}

async function openSession({ relay, light }: ClientOptions): Promise<LocalSession> {
  const crypto = await openCrypto("fast");
  const place = { crypto, random, directory: join(folder, "profile"), passphrase: async () => undefined };
  const [chatKey, nodeKey] = [freshSecret(crypto, random), freshSecret(crypto, random)];
  await createProfile(place, { chatKey, nodeKey, installationId: randomUuid(random), createdAt: Date.now() });
  const { store } = await openHeldProfile(place);
  const opened = new LocalSession({
    crypto,
    random,
    clock: systemClock,
    dialer: tcpDialer(),
    miner: threadMiner(crypto),
    clientId: "bench/client",
    store,
    peers: [parseEnode(crypto, relay)],
    light,
  });
  opened.hub.listen(note);
  return opened;
}

function note(event: NodeEvent): void {
  if (event.type !== "messenger" || event.event.type !== "message" || event.event.message.outgoing) return;
  heard.set(event.event.message.text, moment());
  noticed();
}

/** Says each of the texts, without waiting for one before the next; when it began, and when a peer had all of them. */
async function say(texts: readonly string[]): Promise<{ readonly said: Moment; readonly sent: Moment }> {
  const said = moment();
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const sendings = texts.map((text) => {
    const utterance = { chat, text, contentType: "text" } as const;
    return session?.send({ utterance, waitFor: "sent", timeoutMs: PATIENCE_MS }, signal);
  });
  const results = await Promise.all(sendings);
  const unsent = results.filter((result) => result?.state !== "sent");
  if (unsent.length > 0) throw new Error(`${unsent.length} messages were not sent: ${JSON.stringify(unsent[0])}`);
  return { said, sent: moment() };
}

/** When the texts were heard, once all of them were. Without texts: when the first of all was. */
async function hearing(texts: readonly string[]): Promise<Moment[]> {
  await new Promise<void>((resolve) => {
    noticed = () => {
      if (texts.length === 0 ? heard.size > 0 : texts.every((text) => heard.has(text))) resolve();
    };
    noticed();
  });
  noticed = () => undefined;
  return texts.length === 0 ? [...heard.values()].slice(0, 1) : texts.map((text) => heard.get(text) ?? 0);
}

answer({ start, say, hearing }, async () => {
  await session?.close();
  rmSync(folder, { recursive: true, force: true });
});
