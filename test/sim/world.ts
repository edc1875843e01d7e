/** A world for nodes: virtual time, seeded chance, simulated streams. The nodes are the real ones, on these ports. */
import type { Crypto, SecretKey } from "../../src/core/crypto/crypto.ts";
import { type Enode, nodeIdOf } from "../../src/core/devp2p/enode.ts";
import { Node } from "../../src/core/node/node.ts";
import type { NodeEvent } from "../../src/core/node/node-io.ts";
import type { NodeOptions } from "../../src/core/node/node-options.ts";
import type { Miner } from "../../src/core/node/ports.ts";
import { encodeEnvelope } from "../../src/core/whisper/envelope.ts";
import { requiredBits } from "../../src/core/whisper/pow.ts";
import { startSearch, step } from "../../src/core/whisper/pow-search.ts";
import { VirtualClock } from "./clock.ts";
import { SeededRandom } from "./random.ts";
import { type StreamOptions, Streams } from "./streams.ts";

/** 2020-03-24: the days of the reference. */
const START = Date.UTC(2020, 2, 24);

const STREAMS: StreamOptions = { latencyMs: [5, 80], noticeMs: 200 };

/** What a host's node is made of besides the ports. */
export type HostOptions = Pick<
  NodeOptions,
  "whisper" | "interest" | "quotas" | "trusted" | "trace" | "messenger" | "commit"
> & {
  readonly observe?: (event: NodeEvent) => void;
};

/** A host of the world; its node can be crashed and started again with the same identity. */
export interface Host {
  readonly name: string;
  readonly secret: SecretKey;
  readonly enode: Enode;
  readonly node: Node;
}

export class World {
  readonly clock = new VirtualClock(START);
  readonly random: SeededRandom;
  readonly streams: Streams;
  readonly #crypto: Crypto;

  constructor(seed: number, crypto: Crypto, streams: StreamOptions = STREAMS) {
    this.#crypto = crypto;
    this.random = new SeededRandom(seed);
    this.streams = new Streams(this.clock, this.random.fork(), streams);
  }

  /** Starts a node on the host `name`; with `secret`, the node that ran there before. */
  host(name: string, options: HostOptions = {}, secret: SecretKey = this.random.bytes(32)): Host {
    const node = new Node({
      crypto: this.#crypto,
      random: this.random.fork(),
      clock: this.clock,
      dialer: this.streams.dialer(name),
      miner: this.#miner(),
      nodeSecret: secret,
      clientId: `sim/${name}`,
      ...options,
    });
    this.streams.listen(name, (wire) => node.accept(wire));
    node.start();
    const id = nodeIdOf(this.#crypto.publicKeyOf(secret));
    return { name, secret, node, enode: { id, host: name, tcpPort: 1, udpPort: 1 } };
  }

  /** The host dies without a word; nothing of its memory is left. */
  crash(host: Host): void {
    this.streams.unplug(host.name);
    host.node.abandon();
  }

  #miner(): Miner {
    return {
      mine: ({ draft, target }, done) =>
        this.clock.after(1, () => {
          if (target <= 0) return done(encodeEnvelope(this.#crypto, draft, 0n));
          const bits = requiredBits(target, draft.data.length, draft.ttl);
          const result = step(startSearch(this.#crypto, draft, bits), 2 ** 20);
          done(result.found === undefined ? undefined : encodeEnvelope(this.#crypto, draft, BigInt(result.found)));
        }),
    };
  }
}
