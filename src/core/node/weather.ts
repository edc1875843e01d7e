/** Bad weather for trying things out: a wire that is slow, and now and then breaks. Deterministic for its random source. */
import type { Random } from "../platform/random.ts";
import { MINUTE, type Millis } from "../platform/time.ts";
import type { Clock, Wire, WireEvents } from "./ports.ts";

export interface Weather {
  /** Added to each direction. */
  readonly latencyMs: Millis;
  /** Share of links that break within a minute, 0 .. 1. */
  readonly loss: number;
}

/** Puts `weather` around wires: the result is the `wrap` of a relay. */
export function weatherOf(weather: Weather, clock: Clock, random: Random) {
  return (wire: Wire, accept: (wire: Wire) => WireEvents): WireEvents => {
    const later = (task: () => void): void => void clock.at(clock.now() + weather.latencyMs, task);
    const slow: Wire = {
      remoteAddress: wire.remoteAddress,
      get backlog() {
        return wire.backlog;
      },
      write: (bytes) => later(() => wire.write(bytes)),
      close: () => later(() => wire.close()),
    };
    const events = accept(slow);
    const cancelBreak = clock.at(clock.now() + lifetime(weather.loss, random), () => wire.close());
    return {
      bytes: (chunk) => later(() => events.bytes(chunk)),
      closed(error) {
        cancelBreak();
        later(() => events.closed(error));
      },
    };
  };
}

/** How long a link lives when `loss` of all links break within a minute: exponentially distributed. */
function lifetime(loss: number, random: Random): Millis {
  if (loss <= 0) return Number.MAX_SAFE_INTEGER;
  const fraction = new DataView(random.bytes(4).buffer).getUint32(0) / 2 ** 32;
  return (Math.log(1 - fraction) / Math.log(1 - Math.min(loss, 0.999))) * MINUTE;
}
