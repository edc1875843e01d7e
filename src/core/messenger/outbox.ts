/**
 * Messages of ours on their way: mined, posted, and posted again until a peer has them.
 *
 * ```
 * queued --mined--> posted --confirmed--> sent
 *    ^  \              |  \--rejected--> rejected --confirmed--> sent
 *    |   \--no proof--> unmined          (and stays rejected when its envelope expires)
 *    \-----expired, attempts left --|--no attempts left--> expired
 * ```
 * Every attempt is a new envelope around the same signed bytes, so receivers see one message. A confirmation counts
 * whichever attempt it is for. Failed messages that were sent under an idempotency key stay, to be taken up by a rerun.
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
/** What nobody took for a day is out of place when the profile is opened again. */
const MAX_AGE: Millis = DAY;

type OutboxOutput = Extract<MessengerOutput, { type: "mine" | "delivery" }>;
type DeliveryNews = Partial<Pick<Extract<MessengerOutput, { type: "delivery" }>, "envelope" | "peer" | "reason">>;

export interface OutboxOptions {
  readonly state: MessengerState;
  /** Envelopes per message. */
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
  /** Which message an envelope was posted for, and the reverse. BOUNDED BY the items, `maxAttempts` each. */
  readonly #messageOf = new Map<EnvelopeHash, MessageId>();
  readonly #envelopesOf = new Map<MessageId, readonly EnvelopeHash[]>();
  /** Which message was last asked for under an idempotency key. BOUNDED BY the items. */
  readonly #requests = new Map<string, MessageId>();
  #lastTask = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
    const items = [...options.state.outbox()].sort((a, b) => a.clock - b.clock);
    for (const item of items) this.#index(item);
  }

  /** Takes up what a former run left: envelopes of that run are in no pool any more. */
  resume(now: Millis): OutboxOutput[] {
    const unfinished = [...this.#items.values()].filter(({ state }) => state === "queued" || state === "posted");
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
    const posted = this.#put({ ...item, state: "posted", attempts: item.attempts + 1 });
    this.#messageOf.set(envelope.hash, item.id);
    this.#envelopesOf.set(item.id, [...(this.#envelopesOf.get(item.id) ?? []), envelope.hash]);
    return { posted, outputs: [delivery(posted, "posted", { envelope: envelope.hash }), ...next] };
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
    const item = this.#itemOf(hash);
    if (!item) return [];
    // A former attempt must not stop the present one.
    if (item.state === "posted") this.#put({ ...item, state: "rejected" });
    return [delivery(item, "rejected", { envelope: hash, peer, reason })];
  }

  /** Our own pool refused the envelope; one that was mined too long may be mined again. */
  refused(hash: EnvelopeHash, why: Refusal, now: Millis): OutboxOutput[] {
    if (why === "expired") return this.expired(hash, now);
    const item = this.#itemOf(hash);
    return item ? this.#fail(item, "rejected", { envelope: hash, reason: `our own pool: ${why}` }) : [];
  }

  /** The envelope left our pool by age. */
  expired(hash: EnvelopeHash, now: Millis): OutboxOutput[] {
    const item = this.#itemOf(hash);
    if (item?.state === "rejected") return this.#end(item);
    if (item?.state !== "posted") return [];
    return [...this.#again(item, now, "nobody confirmed the envelope before it expired"), ...this.#mine(now)];
  }

  #itemOf(hash: EnvelopeHash): OutboxItem | undefined {
    const id = this.#messageOf.get(hash);
    return id === undefined ? undefined : this.#items.get(id);
  }

  #again(item: OutboxItem, now: Millis, reason: string): OutboxOutput[] {
    const isSpent = item.attempts >= this.#options.maxAttempts || now - item.queuedAt > MAX_AGE;
    return isSpent ? this.#fail(item, "expired", {}) : this.#queue(item, { reason });
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

  #drop({ id, requestKey }: OutboxItem): void {
    this.#items.delete(id);
    this.#waiting.delete(id);
    if (requestKey !== null) this.#requests.delete(requestKey);
    for (const hash of this.#envelopesOf.get(id) ?? []) this.#messageOf.delete(hash);
    this.#envelopesOf.delete(id);
    this.#options.state.removeOutboxItem(id);
  }
}

const hasFailed = (state: OutboxState): boolean => state !== "queued" && state !== "posted";

function delivery(
  { id }: OutboxItem,
  state: Delivery,
  { envelope = null, peer = null, reason = null }: DeliveryNews = {},
): OutboxOutput {
  return { type: "delivery", message: id, envelope, state, peer, reason };
}
