/**
 * Messages of ours on their way: mined, posted, and posted again until a peer has them.
 *
 * ```
 * queued --mined--> posted --confirmed--> sent
 *    ^  \              |  \--rejected--> rejected --confirmed--> sent
 *    |   \--no proof--> unmined          (and stays rejected when its envelope expires)
 *    \-----expired, attempts left --|--no attempts left--> expired
 * ```
 * Every envelope is a new one around the same signed bytes, so receivers see one message. An attempt is an envelope that
 * was written to a peer: while nobody is there, one follows the other as they expire, until the message is too old. A
 * confirmation counts whichever attempt it is for. Failed messages that were sent under an idempotency key stay, to be
 * taken up by a rerun.
 */
import type { MessageId } from "../payloads/application-metadata.ts";
import { UsageError } from "../platform/errors.ts";
import type { NodeId } from "../platform/node-id.ts";
import { DAY, type Millis } from "../platform/time.ts";
import type { Envelope, EnvelopeDraft, EnvelopeHash } from "../whisper/envelope.ts";
import type { Delivery, MessengerOutput, Refusal } from "./messenger-io.ts";
import type { MessengerState, OutboxItem, OutboxState } from "./state.ts";

/** What the Status app uses. */
export const DEFAULT_ATTEMPTS = 6;
/** A script that sends a file line by line fills it; beyond this the network is not there. */
const MAX_ITEMS = 10_000;
/** More at once would let the first envelopes age while the last are mined. */
const MINED_AT_ONCE = 4;
/** The work time of every Status client. */
const MINING_BUDGET_MS = 5_000;
/** What nobody took for a day is out of place when somebody is there again. */
const MAX_AGE: Millis = DAY;

type OutboxOutput = Extract<MessengerOutput, { type: "mine" | "delivery" }>;
type DeliveryNews = Partial<Pick<Extract<MessengerOutput, { type: "delivery" }>, "envelope" | "peer" | "reason">>;

/** An envelope that was posted. */
interface Posting {
  readonly message: MessageId;
  readonly isWritten: boolean;
  /** Why a peer refused it. */
  readonly refusal?: string;
}

export interface OutboxOptions {
  readonly state: MessengerState;
  /** Envelopes per message that are written to peers. */
  readonly maxAttempts: number;
  readonly draft: (item: OutboxItem, now: Millis) => EnvelopeDraft;
}

export class Outbox {
  readonly #options: OutboxOptions;
  /** BOUNDED BY `MAX_ITEMS`. */
  readonly #items = new Map<MessageId, OutboxItem>();
  /** In the order in which they are mined; all are in `#items`. */
  readonly #waiting = new Set<MessageId>();
  /** By task. BOUNDED BY `MINED_AT_ONCE`. */
  readonly #mining = new Map<number, MessageId>();
  /** What may still be confirmed, and which of it a message has. BOUNDED BY the items, `maxAttempts` and one each. */
  readonly #postings = new Map<EnvelopeHash, Posting>();
  readonly #envelopesOf = new Map<MessageId, readonly EnvelopeHash[]>();
  /** Which message was last asked for under an idempotency key. BOUNDED BY the items. */
  readonly #requests = new Map<string, MessageId>();
  #lastTask = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
    const items = [...options.state.outbox()].sort((a, b) => a.clock - b.clock);
    for (const item of items) this.#index(item);
  }

  /** Takes up what a former run left: envelopes of that run are in no pool any more, so what failed is over. */
  resume(now: Millis): OutboxOutput[] {
    const items = [...this.#items.values()];
    for (const item of items) if (hasFailed(item.state) && item.requestKey === null) this.#drop(item);
    const unfinished = items.filter(({ state }) => !hasFailed(state));
    return [...unfinished.flatMap((item) => this.#again(item, now, "taken up after a restart")), ...this.#mine(now)];
  }

  /** The message that was asked for under an idempotency key, unless it was sent. */
  requested(requestKey: string): OutboxItem | undefined {
    const id = this.#requests.get(requestKey);
    return id === undefined ? undefined : this.#items.get(id);
  }

  /** Throws `UsageError` when there is no room for one more message. */
  makeRoom(): void {
    if (this.#items.size < MAX_ITEMS) return;
    const failed = [...this.#items.values()].find(({ state }) => hasFailed(state));
    if (!failed) throw new UsageError("REFUSED", `outbox: ${MAX_ITEMS} messages are waiting for a network`);
    this.#drop(failed);
  }

  add(item: OutboxItem, now: Millis): OutboxOutput[] {
    return [...this.#queue(item, {}), ...this.#mine(now)];
  }

  /** A rerun asks for the message again: one that failed gets another round, the others go on as they are. */
  ask(item: OutboxItem, now: Millis): OutboxOutput[] {
    if (!hasFailed(item.state)) return [delivery(item, item.state)];
    return this.add({ ...item, attempts: 0, queuedAt: now }, now);
  }

  /** The result of a task: gives the message that `envelope` carries, if it still has to be posted. */
  mined(
    task: number,
    envelope: Envelope | undefined,
    now: Millis,
  ): { readonly posted: OutboxItem | undefined; readonly outputs: OutboxOutput[] } {
    const id = this.#mining.get(task);
    const item = id === undefined ? undefined : this.#items.get(id);
    this.#mining.delete(task);
    const next = this.#mine(now);
    if (!item) return { posted: undefined, outputs: next };
    if (!envelope) return { posted: undefined, outputs: [...this.#fail(item, "unmined", {}), ...next] };
    const posted = this.#put({ ...item, state: "posted" });
    this.#postings.set(envelope.hash, { message: item.id, isWritten: false });
    this.#envelopesOf.set(item.id, [...(this.#envelopesOf.get(item.id) ?? []), envelope.hash]);
    return { posted, outputs: [delivery(posted, "posted", { envelope: envelope.hash }), ...next] };
  }

  /** The envelope is on its way to a peer who will confirm it. */
  written(hash: EnvelopeHash): OutboxOutput[] {
    const posting = this.#postings.get(hash);
    if (!posting || posting.isWritten) return [];
    this.#postings.set(hash, { ...posting, isWritten: true });
    this.#countAttempt(hash);
    return [];
  }

  /** A peer has the envelope. */
  confirmed(hash: EnvelopeHash, peer: NodeId): OutboxOutput[] {
    const item = this.#itemOf(hash);
    if (!item) return [];
    this.#drop(item);
    if (item.requestKey !== null) this.#options.state.addRequest(item.requestKey, item.id);
    return [delivery(item, "sent", { envelope: hash, peer })];
  }

  /** A peer refused the envelope; others may still take it. */
  rejected(hash: EnvelopeHash, peer: NodeId, reason: string): OutboxOutput[] {
    const posting = this.#postings.get(hash);
    const item = this.#itemOf(hash);
    if (!posting || !item) return [];
    this.#postings.set(hash, { ...posting, refusal: reason });
    // A former attempt must not stop the present one.
    if (item.state === "posted") this.#put({ ...item, state: "rejected" });
    return [delivery(item, "rejected", { envelope: hash, peer, reason })];
  }

  /**
   * Our own pool refused the envelope. One that was mined too long may be mined again, but it counts: unlike one that
   * waits in vain for peers, it cost more time than it had to live.
   */
  refused(hash: EnvelopeHash, why: Refusal, now: Millis): OutboxOutput[] {
    if (why === "expired") {
      this.#countAttempt(hash);
      return this.expired(hash, now);
    }
    const item = this.#itemOf(hash);
    return item ? this.#fail(item, "rejected", { envelope: hash, reason: `our own pool: ${why}` }) : [];
  }

  /** The envelope left our pool by age. */
  expired(hash: EnvelopeHash, now: Millis): OutboxOutput[] {
    const posting = this.#postings.get(hash);
    const item = this.#itemOf(hash);
    if (!posting || !item) return [];
    if (!posting.isWritten) this.#forget(hash, item.id);
    switch (item.state) {
      case "posted":
        return [...this.#again(item, now, whyExpired(posting)), ...this.#mine(now)];
      case "rejected":
        return this.#fail(item, "rejected", { envelope: hash, reason: whyRejected(posting) });
      default:
        return [];
    }
  }

  #itemOf(hash: EnvelopeHash): OutboxItem | undefined {
    const posting = this.#postings.get(hash);
    return posting && this.#items.get(posting.message);
  }

  #countAttempt(hash: EnvelopeHash): void {
    const item = this.#itemOf(hash);
    if (item) this.#put({ ...item, attempts: item.attempts + 1 });
  }

  #again(item: OutboxItem, now: Millis, reason: string): OutboxOutput[] {
    const { attempts, queuedAt } = item;
    if (attempts >= this.#options.maxAttempts) {
      return this.#fail(item, "expired", { reason: `nobody confirmed any of ${attempts} envelopes` });
    }
    if (now - queuedAt > MAX_AGE) return this.#fail(item, "expired", { reason: "nobody took it within a day" });
    return this.#queue(item, { reason });
  }

  #queue(item: OutboxItem, news: DeliveryNews): OutboxOutput[] {
    const queued = this.#put({ ...item, state: "queued" });
    this.#waiting.add(queued.id);
    return [delivery(queued, "queued", news)];
  }

  /** Starts as many searches as may run. */
  #mine(now: Millis): OutboxOutput[] {
    const outputs: OutboxOutput[] = [];
    for (const id of this.#waiting) {
      if (this.#mining.size >= MINED_AT_ONCE) break;
      this.#waiting.delete(id);
      const item = this.#items.get(id);
      if (!item) continue;
      const task = { id: ++this.#lastTask, target: item.pow, budgetMs: MINING_BUDGET_MS };
      this.#mining.set(task.id, id);
      outputs.push({ type: "mine", task: { ...task, draft: this.#options.draft(item, now) } });
    }
    return outputs;
  }

  #fail(item: OutboxItem, state: OutboxState & Delivery, news: DeliveryNews): OutboxOutput[] {
    this.#end({ ...item, state });
    return [delivery(item, state, news)];
  }

  /** What failed is kept only where a rerun may ask for it. */
  #end(item: OutboxItem): [] {
    this.#drop(item);
    if (item.requestKey !== null) this.#put(item);
    return [];
  }

  #put(item: OutboxItem): OutboxItem {
    this.#index(item);
    this.#options.state.putOutboxItem(item);
    return item;
  }

  #index(item: OutboxItem): void {
    this.#items.set(item.id, item);
    if (item.requestKey !== null) this.#requests.set(item.requestKey, item.id);
  }

  /** Nobody can confirm what nobody was sent. */
  #forget(hash: EnvelopeHash, id: MessageId): void {
    this.#postings.delete(hash);
    const others = (this.#envelopesOf.get(id) ?? []).filter((other) => other !== hash);
    this.#envelopesOf.set(id, others);
  }

  #drop({ id, requestKey }: OutboxItem): void {
    this.#items.delete(id);
    this.#waiting.delete(id);
    if (requestKey !== null) this.#requests.delete(requestKey);
    for (const hash of this.#envelopesOf.get(id) ?? []) this.#postings.delete(hash);
    this.#envelopesOf.delete(id);
    this.#options.state.removeOutboxItem(id);
  }
}

const hasFailed = (state: OutboxState): boolean => state !== "queued" && state !== "posted";

const whyExpired = ({ isWritten }: Posting): string =>
  isWritten
    ? "nobody confirmed the envelope before it expired"
    : "there was no peer for the envelope before it expired";

const whyRejected = ({ refusal = "refused" }: Posting): string =>
  `${refusal}; nobody else confirmed the envelope before it expired`;

function delivery(
  { id }: OutboxItem,
  state: Delivery,
  { envelope = null, peer = null, reason = null }: DeliveryNews = {},
): OutboxOutput {
  return { type: "delivery", message: id, envelope, state, peer, reason };
}
