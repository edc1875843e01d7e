/** Who is let in, and who must go. */
import { describe, expect, it } from "vitest";
import { DISCONNECT_REASONS } from "../../../src/core/devp2p/disconnect.ts";
import type { Enode } from "../../../src/core/devp2p/enode.ts";
import { Link } from "../../../src/core/devp2p/link.ts";
import { type Connection, Connections, DEFAULT_QUOTAS, type Quotas } from "../../../src/core/node/connections.ts";
import type { NodeId } from "../../../src/core/platform/node-id.ts";
import { idOf, linkOptions } from "../../support/rlpx.ts";
import { ALICE, BOB, CAROL } from "../../support/whisper-machines.ts";

const SELF = idOf(new Uint8Array(32).fill(5));

function connections(quotas: Partial<Quotas> = {}, welcome: readonly NodeId[] = [], self = SELF): Connections {
  return new Connections(self, { ...DEFAULT_QUOTAS, ...quotas }, (peer) => welcome.includes(peer));
}

function stranger(all: Connections, remoteAddress = "192.0.2.1", dialled?: Enode): Connection {
  const wire = { remoteAddress, backlog: 0, write: () => undefined, close: () => undefined };
  const connection = { id: all.nextId(), wire, link: Link.accept(linkOptions()), dialled };
  all.add(connection);
  return connection;
}

/** Our call to a node, which has not answered yet. */
function call(all: Connections, id: NodeId): Connection {
  return stranger(all, "192.0.2.1", { id, host: "192.0.2.1", tcpPort: 1, udpPort: 1 });
}

function peer(all: Connections, id: NodeId): Connection {
  const connection = stranger(all);
  all.settle(connection, id);
  return connection;
}

describe("strangers", () => {
  it("are let in while there are places for them", () => {
    const all = connections({ maxPending: 2 });
    stranger(all);
    stranger(all);
    expect(all.crowdedOut()).toBeUndefined();
  });

  it("are pushed out by newer ones, the oldest first", () => {
    const all = connections({ maxPending: 2 });
    const [first] = [stranger(all), stranger(all), stranger(all)];
    expect(all.crowdedOut()).toBe(first);
  });

  it("are pushed out by those who share their address before all others", () => {
    const all = connections({ maxPending: 3 });
    stranger(all, "198.51.100.7");
    const [first] = [stranger(all), stranger(all), stranger(all)];
    expect(all.crowdedOut()).toBe(first);
  });

  it("are strangers no more once it is proven who they are", () => {
    const all = connections({ maxPending: 1 });
    peer(all, BOB);
    stranger(all);
    expect(all.crowdedOut()).toBeUndefined();
  });

  it("are as many per address as the quota says, except on this machine", () => {
    const all = connections({ maxPerAddress: 1 });
    for (const address of ["192.0.2.1", "127.0.0.1", "::ffff:127.0.0.1", "::1"]) stranger(all, address);
    expect(["192.0.2.1", "192.0.2.2", "127.0.0.1", "::1"].filter((address) => all.admits(address))).toEqual([
      "192.0.2.2",
      "127.0.0.1",
      "::1",
    ]);
  });
});

describe("a peer", () => {
  it("is not kept out by a connection that merely claims to be it", () => {
    const all = connections();
    const claim = stranger(all);
    expect(all.refusal(claim, BOB)).toBeUndefined();
    expect(all.refusal(stranger(all), BOB)).toBeUndefined();
  });

  it("has one connection", () => {
    const all = connections();
    peer(all, BOB);
    expect(all.refusal(stranger(all), BOB)).toBe(DISCONNECT_REASONS.alreadyConnected);
  });

  it("is found until its connection is over", () => {
    const all = connections();
    const connection = peer(all, BOB);
    expect(all.of(BOB)).toBe(connection);
    all.remove(connection);
    expect(all.of(BOB)).toBeUndefined();
    expect(all.refusal(stranger(all), BOB)).toBeUndefined();
  });

  it("finds no place when all are taken, unless it is static or trusted", () => {
    const all = connections({ maxPeers: 1 }, [ALICE]);
    peer(all, BOB);
    expect(all.refusal(stranger(all), CAROL)).toBe(DISCONNECT_REASONS.tooManyPeers);
    expect(all.refusal(stranger(all), ALICE)).toBeUndefined();
  });

  it("is not ourselves", () => {
    const all = connections();
    expect(all.refusal(stranger(all), SELF)).toBe(DISCONNECT_REASONS.self);
  });
});

describe("a peer that calls while we are calling it", () => {
  const [smaller = ALICE, larger = BOB] = [ALICE, BOB].toSorted();

  it("has to take our call when its id is the larger one", () => {
    const all = connections({}, [], smaller);
    const ours = call(all, larger);
    const theirs = stranger(all);
    expect(all.refusal(theirs, larger)).toBe(DISCONNECT_REASONS.alreadyConnected);
    expect(all.refusal(ours, larger)).toBeUndefined();
    all.remove(ours);
    expect(all.refusal(theirs, larger)).toBeUndefined();
  });

  it("is let in when its id is the smaller one, for it turns our call away", () => {
    const all = connections({}, [], larger);
    call(all, smaller);
    expect(all.refusal(stranger(all), smaller)).toBeUndefined();
  });

  it("stays when it was let in before we called", () => {
    const all = connections({}, [], smaller);
    const theirs = stranger(all);
    expect(all.refusal(theirs, larger)).toBeUndefined();
    call(all, larger);
    expect(all.refusal(theirs, larger)).toBeUndefined();
  });

  it("does not have to give way to our call to somebody else", () => {
    const all = connections({}, [], smaller);
    call(all, CAROL);
    expect(all.refusal(stranger(all), larger)).toBeUndefined();
  });
});
