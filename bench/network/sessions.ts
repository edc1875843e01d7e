/** Two ends of an RLPx session in one process, joined by a handshake, as after Hello: for measuring frames alone. */
import type { Crypto } from "../../src/core/crypto/crypto.ts";
import { acknowledge, initiate, readAck, readAuth } from "../../src/core/devp2p/rlpx/handshake.ts";
import { Inbox } from "../../src/core/devp2p/rlpx/inbox.ts";
import { type PacketKind, PacketReader } from "../../src/core/devp2p/rlpx/packet.ts";
import { RlpxSession } from "../../src/core/devp2p/rlpx/session.ts";
import { freshSecret } from "../../src/core/node/fresh-secret.ts";
import { systemRandom as random } from "../../src/core/node/system.ts";

export interface SessionEnd {
  readonly session: RlpxSession;
  readonly inbox: Inbox;
}

export function joinedSessions(crypto: Crypto): [initiator: SessionEnd, recipient: SessionEnd] {
  const [ours, theirs] = [freshSecret(crypto, random), freshSecret(crypto, random)];
  const read = (kind: PacketKind, secretKey: Uint8Array, bytes: Uint8Array) => {
    const inbox = new Inbox();
    inbox.offer(bytes);
    const packet = new PacketReader(crypto, { kind, secretKey }).read(inbox);
    if (!packet) throw new Error(`${kind}: incomplete`);
    return packet;
  };
  const remote = crypto.publicKeyOf(theirs);
  const { auth, waiting } = initiate({ crypto, random, staticSecret: ours }, { remote });
  const authenticated = readAuth(crypto, theirs, read("auth", theirs, auth));
  const { ack, established } = acknowledge({ crypto, random }, authenticated);
  const { secrets } = readAck(crypto, waiting, read("ack", ours, ack));
  return [endOf(new RlpxSession(crypto, secrets)), endOf(new RlpxSession(crypto, established.secrets))];
}

function endOf(session: RlpxSession): SessionEnd {
  session.startCompression();
  return { session, inbox: new Inbox() };
}
