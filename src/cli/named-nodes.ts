/** Nodes as the user names them in arguments and flags: by enode URL, or by the alias of a peer of the profile. */
import type { Enode } from "../core/devp2p/enode.ts";
import { type KnownNode, type Network, nodeNamed } from "./network.ts";
import { type AskPassphrase, profileIfAny } from "./profile-access.ts";
import type { Settings } from "./settings.ts";

export class NodeNames {
  readonly #network: Network;
  readonly #settings: Settings;
  readonly #passphrase: AskPassphrase;
  #known: Promise<readonly KnownNode[]> | undefined;

  constructor(network: Network, settings: Settings, passphrase: AskPassphrase) {
    this.#network = network;
    this.#settings = settings;
    this.#passphrase = passphrase;
  }

  /** The profile is opened for an alias only. Throws `UsageError`; `EnvironmentError` as opening does. */
  async find(name: string): Promise<Enode> {
    return nodeNamed(this.#network.crypto, name, name.startsWith("enode:") ? [] : await this.#peers());
  }

  #peers(): Promise<readonly KnownNode[]> {
    this.#known ??= profileIfAny(this.#network.crypto, this.#settings, this.#passphrase).then(
      (profile) => profile?.peers ?? [],
    );
    return this.#known;
  }
}
