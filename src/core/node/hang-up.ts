/** The end of a stream that its other side may not read. */
import type { Socket } from "node:net";

/** A closed stream has this long to get rid of its last bytes: who does not read must hold neither our memory nor our exit. */
const LINGER_MS = 5_000;

/** Ends the stream after what was written, if the other side takes it soon; at once when more than `lastBytesMax` wait. */
export function hangUp(socket: Socket, lastBytesMax: number): void {
  if (socket.closed) return;
  if (socket.writableLength > lastBytesMax) {
    socket.destroy();
    return;
  }
  socket.destroySoon();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(timer));
}
