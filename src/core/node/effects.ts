/** What turns want done outside: held back until their commit, then performed on the ports of the shell. */
import { concatBytes } from "../bytes/bytes.ts";
import type { Enode } from "../devp2p/enode.ts";
import type { MineTask } from "../messenger/messenger-io.ts";
import type { Envelope } from "../whisper/envelope.ts";
import type { Connection } from "./connections.ts";
import type { ConnectionId, NodeEvent } from "./node-io.ts";
import type { Clock, Dialer, Miner, Wire, WireEvents } from "./ports.ts";

/**
 * Bytes waiting for one slow reader before it is hung up on: eight full packets. What it misses it gets from the pool
 * when it comes back; remembering it here would let any peer decide over our memory.
 */
const BACKLOG_BYTES_MAX = 8 * 2 ** 20;

type Effect =
  | { readonly type: "close"; readonly connection: Connection }
  | { readonly type: "dial"; readonly node: Enode; readonly connection: ConnectionId }
  | { readonly type: "mine"; readonly task: MineTask }
  | { readonly type: "report"; readonly event: NodeEvent };

export interface EffectPorts {
  readonly clock: Clock;
  readonly dialer: Dialer;
  readonly miner: Miner;
  readonly observe?: (event: NodeEvent) => void;
}

/** What comes back from outside. */
export interface Answers {
  opened(wire: Wire, node: Enode, connection: ConnectionId): WireEvents;
  unreachable(node: Enode, connection: ConnectionId, error: Error): void;
  mined(task: number, envelope: Envelope | undefined): void;
}

export class Effects {
  readonly #ports: EffectPorts;
  readonly #answers: Answers;
  /** What waits for the next commit. BOUNDED BY what one round of the event loop brings. */
  #outgoing = new Map<Connection, Uint8Array[]>();
  #waiting: Effect[] = [];
  /** Undoes dials and mining that are under way. */
  readonly #underWay = new Set<() => void>();
  #isOver = false;

  constructor(ports: EffectPorts, answers: Answers) {
    this.#ports = ports;
    this.#answers = answers;
  }

  write(connection: Connection, bytes: Uint8Array): void {
    const parts = this.#outgoing.get(connection);
    if (parts) parts.push(bytes);
    else this.#outgoing.set(connection, [bytes]);
  }

  add(effect: Effect): void {
    this.#waiting.push(effect);
  }

  /** Does all that was asked for so far. What a connection is sent goes out in one piece, and before it is closed. */
  perform(): void {
    const [outgoing, waiting] = [this.#outgoing, this.#waiting];
    this.#outgoing = new Map();
    this.#waiting = [];
    for (const [{ wire }, parts] of outgoing) {
      wire.write(concatBytes(...parts));
      if (wire.backlog > BACKLOG_BYTES_MAX) wire.close();
    }
    for (const effect of waiting) this.#do(effect);
  }

  /** Gives up what is under way; nothing is begun any more, though what waits is still told. */
  abandon(): void {
    this.#isOver = true;
    for (const undo of this.#underWay) undo();
    this.#underWay.clear();
  }

  #do(effect: Effect): void {
    switch (effect.type) {
      case "close":
        effect.connection.wire.close();
        break;
      case "dial":
        if (!this.#isOver) this.#dial(effect.node, effect.connection);
        break;
      case "mine":
        if (!this.#isOver) this.#mine(effect.task);
        break;
      case "report":
        this.#ports.observe?.(effect.event);
        break;
      default:
        effect satisfies never;
    }
  }

  #dial(node: Enode, connection: ConnectionId): void {
    const { clock, dialer, observe } = this.#ports;
    observe?.({ type: "dialling", connection, node, at: clock.now() });
    const giveUp = dialer.dial(
      { host: node.host, port: node.tcpPort },
      (wire) => {
        this.#underWay.delete(giveUp);
        return this.#answers.opened(wire, node, connection);
      },
      (error) => {
        this.#underWay.delete(giveUp);
        this.#answers.unreachable(node, connection, error);
      },
    );
    this.#underWay.add(giveUp);
  }

  #mine(task: MineTask): void {
    const cancel = this.#ports.miner.mine(task, (envelope) => {
      this.#underWay.delete(cancel);
      this.#answers.mined(task.id, envelope);
    });
    this.#underWay.add(cancel);
  }
}
