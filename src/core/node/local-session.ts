/** The session of the process that holds the profile: a node with the profile's messenger, connected with the peers. */
import { aliasOf } from "../accounts/alias.ts";
import { openKeyring } from "../accounts/keyring.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { Messenger } from "../messenger/messenger.ts";
import type { MessageRecord } from "../messenger/messenger-io.ts";
import { EnvironmentError } from "../platform/errors.ts";
import { StoredMessengerState } from "../profile/messenger-state.ts";
import { Profile } from "../profile/profile.ts";
import type { Store } from "../profile/store.ts";
import { symKeyFromPassword } from "../whisper/message.ts";
import { applyEdit, type Edit, type Edited } from "./edits.ts";
import type { Hub } from "./hub.ts";
import { lightness } from "./lightness.ts";
import type { NodeEvent } from "./node-io.ts";
import { Presence, type PresenceOptions } from "./presence.ts";
import { Sending } from "./sending.ts";
import type { SendRequest, SendResult, Session } from "./session-io.ts";

export interface LocalSessionOptions extends Omit<PresenceOptions, "messenger" | "commit" | "nodeSecret"> {
  /** Opened by its holder; the session commits to it. */
  readonly store: Store;
  /** Receive the profile's own topics only, and forward nothing. */
  readonly light: boolean;
}

export class LocalSession implements Session {
  readonly presence: Presence;
  readonly profile: Profile;
  readonly #crypto: Crypto;
  /** Chats that this session has joined. BOUNDED BY what its users name. */
  readonly #entered = new Set<string>();
  #requests = 0;
  #failure: unknown;

  constructor({ store, light, ...options }: LocalSessionOptions) {
    const { crypto, random } = options;
    this.#crypto = crypto;
    this.profile = new Profile(crypto, store);
    const { chatKey, nodeKey } = this.profile.identity;
    const messenger = new Messenger(crypto, {
      state: new StoredMessengerState(crypto, store),
      keyring: openKeyring(crypto, chatKey),
      random,
      aliasOf,
    });
    this.presence = new Presence({
      ...options,
      ...(light ? lightness(crypto, nodeKey, []) : {}),
      messenger,
      nodeSecret: nodeKey,
      commit: () => store.commit(),
    });
    this.hub.listen((event) => {
      if (event.type === "failed") this.#failure = event.error;
    });
  }

  get hub(): Hub {
    return this.presence.hub;
  }

  /** Connects. Chats joined before this are part of the first words to the peers. */
  start(): void {
    this.presence.start();
  }

  /** `takenUp` is called when the message is in the outbox, for good. */
  async send(
    { utterance, waitFor, timeoutMs }: SendRequest,
    signal: AbortSignal,
    takenUp: () => void = () => undefined,
  ): Promise<SendResult> {
    this.#orFail();
    this.#enter(utterance.chat);
    const request = ++this.#requests;
    const sending = new Sending(request, waitFor, (envelope) => this.presence.refusalOf(envelope));
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const decided = this.hub.first((event) => {
      this.#orFail(event);
      const progress = sending.hear(event);
      if (sending.progress) takenUp();
      return progress;
    }, deadline);
    this.presence.node.messenger({ type: "say", utterance, request });
    const progress = (await decided) ?? sending.atLast();
    if (!progress) throw new EnvironmentError("DEADLINE", "the message was not taken up in time");
    const { troubles, isTurnedAway } = this.presence;
    const nobodyTakes = isTurnedAway && waitFor === "sent" && progress.written === 0 && progress.state !== "sent";
    const refused = nobodyTakes ? { state: "rejected" as const, reason: troubles.join("; ") } : {};
    return { ...progress, ...refused, troubles };
  }

  /** Durable when it resolves, as is `leave`. */
  async join(chat: string): Promise<void> {
    this.#orFail();
    this.#enter(chat);
    this.#settle();
  }

  async leave(chat: string): Promise<void> {
    this.#orFail();
    this.#entered.delete(chat);
    this.presence.node.messenger({ type: "leave", chat });
    this.#settle();
  }

  /** Changes what the profile holds, durably. Throws `UsageError`. */
  edit(edit: Edit): Edited {
    this.#orFail();
    // What the messenger changed is its own transaction: it must not be forgotten with a refused edit.
    this.#settle();
    try {
      const edited = applyEdit(this.#crypto, this.profile, edit);
      this.profile.commit();
      return edited;
    } catch (error) {
      this.profile.rollback();
      throw error;
    }
  }

  messages(signal: AbortSignal): AsyncIterable<MessageRecord> {
    this.#orFail();
    return this.hub.stream((event) => {
      this.#orFail(event);
      if (event.type !== "messenger" || event.event.type !== "message") return undefined;
      return event.event.message;
    }, signal);
  }

  async close(): Promise<void> {
    this.presence.stop();
  }

  #enter(chat: string): void {
    if (this.#entered.has(chat)) return;
    const key = this.profile.chatKey(chat) ?? symKeyFromPassword(this.#crypto, chat);
    this.presence.node.messenger({ type: "join", chat, key });
    this.#entered.add(chat);
  }

  #settle(): void {
    this.presence.node.settle();
    this.#orFail();
  }

  /** Throws what stopped the node, such as a full disk. */
  #orFail(event?: NodeEvent): undefined {
    if (event?.type === "failed") throw event.error;
    if (this.#failure !== undefined) throw this.#failure;
  }
}
