/** Follows a message from `say` until it has come as far as was asked for. */
import type { Delivery, MessageId } from "../messenger/messenger-io.ts";
import type { NodeId } from "../platform/node-id.ts";
import type { Envelope, EnvelopeHash } from "../whisper/envelope.ts";
import type { MessengerNews, NodeEvent, WhisperNews } from "./node-io.ts";
import type { Refusal } from "./presence.ts";
import type { SendResult, WaitFor } from "./session-io.ts";

type Progress = Omit<SendResult, "troubles">;

export class Sending {
  readonly #request: number;
  readonly #waitFor: WaitFor;
  readonly #refusalOf: (envelope: Envelope) => Refusal | undefined;
  #message: MessageId | undefined;
  #known = false;
  #state: Delivery = "queued";
  #envelope: EnvelopeHash | null = null;
  /** The present attempt, in our own pool. */
  #posted: Envelope | undefined;
  #peer: NodeId | null = null;
  #reason: string | null = null;
  /** Over all attempts. */
  #written = 0;
  /** Peers that the present attempt was written to and that have not said no. */
  #hopes = 0;

  /** `refusalOf`: see `Presence`. */
  constructor(request: number, waitFor: WaitFor, refusalOf: (envelope: Envelope) => Refusal | undefined) {
    this.#request = request;
    this.#waitFor = waitFor;
    this.#refusalOf = refusalOf;
  }

  /** How far it is; undefined when it was not even accepted. */
  get progress(): Progress | undefined {
    if (this.#message === undefined) return undefined;
    return {
      messageId: this.#message,
      known: this.#known,
      state: this.#state,
      envelopeHash: this.#envelope,
      peer: this.#peer,
      written: this.#written,
      reason: this.#reason,
    };
  }

  /** The progress, once it is what was waited for or nothing better will come. Throws what `say` was refused with. */
  hear(event: NodeEvent): Progress | undefined {
    if (event.type === "messenger") this.#hearMessenger(event.event);
    if (event.type === "whisper") this.#hearWhisper(event.event);
    if (this.#isDecided()) return this.progress;
    const refusal = this.#refusal();
    return refusal?.byAll ? this.#refused(refusal) : undefined;
  }

  /** The progress when time is up: peers that do not want the message have refused it, whoever else may come. */
  atLast(): Progress | undefined {
    const refusal = this.#refusal();
    return refusal ? this.#refused(refusal) : this.progress;
  }

  #hearMessenger(news: MessengerNews): void {
    if (news.type === "refused" && news.request === this.#request) throw news.error;
    if (news.type === "accepted" && news.request === this.#request) {
      this.#message = news.message;
      this.#known = news.known;
    }
    if (news.type !== "delivery" || news.message !== this.#message) return;
    if (news.envelope !== null && news.envelope !== this.#envelope) this.#hopes = 0;
    if (news.state === "rejected") this.#hopes--;
    this.#state = news.state;
    this.#envelope = news.envelope ?? this.#envelope;
    this.#peer = news.peer;
    this.#reason = news.reason;
  }

  #hearWhisper(news: WhisperNews): void {
    if (news.type === "sent" && news.hash === this.#envelope) {
      this.#written++;
      this.#hopes++;
    }
    if (news.type === "envelope" && news.envelope.hash === this.#envelope) this.#posted = news.envelope;
  }

  #refusal(): Refusal | undefined {
    const isHeld = this.#state === "posted" && this.#written === 0;
    return isHeld && this.#posted ? this.#refusalOf(this.#posted) : undefined;
  }

  #refused({ peer, reason }: Refusal): Progress | undefined {
    return this.progress && { ...this.progress, state: "rejected", peer, reason };
  }

  #isDecided(): boolean {
    if (this.#message === undefined) return false;
    if (this.#waitFor === "queued") return true;
    switch (this.#state) {
      case "sent":
      case "expired":
      case "unmined":
        return true;
      case "rejected":
        // Another of the peers it was written to may still take it, unless nobody in particular says no: that is final.
        return this.#peer === null || this.#hopes <= 0;
      case "queued":
      case "posted":
        return false;
      default:
        return this.#state satisfies never;
    }
  }
}
