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

  /** `takenUp` is called when the message is in the outbox, or was refused. */
  async send(
    { utterance, waitFor, timeoutMs }: SendRequest,
    signal: AbortSignal,
    takenUp: () => void = () => undefined,
  ): Promise<SendResult> {
    await this.join(utterance.chat);
    const request = ++this.#requests;
    const sending = new Sending(request, waitFor, (envelope) => this.presence.refusalOf(envelope));
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const decided = this.hub.first((event) => this.#orFail(event) ?? sending.hear(event), deadline);
    this.presence.node.messenger({ type: "say", utterance, request });
    takenUp();
    const progress = (await decided) ?? sending.atLast();
    if (!progress) throw new EnvironmentError("DEADLINE", "the message was not taken up in time");
    return { ...progress, troubles: this.presence.troubles };
  }

  async join(chat: string): Promise<void> {
    const known = this.profile.chatKey(chat);
    const key = known ?? symKeyFromPassword(this.#crypto, chat);
    this.presence.node.messenger({ type: "join", chat, key });
  }

  async leave(chat: string): Promise<void> {
    this.presence.node.messenger({ type: "leave", chat });
  }

  /** Changes what the profile holds, durably. Throws `UsageError`. */
  edit(edit: Edit): Edited {
    // What the messenger changed is its own transaction: it must not be forgotten with a refused edit.
    this.presence.node.settle();
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

  /** Throws what stopped the node, such as a full disk. */
  #orFail(event?: NodeEvent): undefined {
    if (event?.type === "failed") throw event.error;
    if (this.#failure !== undefined) throw this.#failure;
  }
}
