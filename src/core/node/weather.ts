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
    const [outward, inward] = [delayLine(clock, weather.latencyMs), delayLine(clock, weather.latencyMs)];
    const slow: Wire = {
      remoteAddress: wire.remoteAddress,
      get backlog() {
        return wire.backlog;
      },
      write: (bytes) => outward(() => wire.write(bytes)),
      close: () => outward(() => wire.close()),
    };
    const events = accept(slow);
    const cancelBreak =
      weather.loss > 0 ? clock.at(clock.now() + lifetime(weather.loss, random), () => wire.close()) : () => undefined;
    return {
      bytes: (chunk) => inward(() => events.bytes(chunk)),
      closed(error) {
        cancelBreak();
        inward(() => events.closed(error));
      },
    };
  };
}

/**
 * Does tasks later, in their order. Of two timers that end together either may run first, so a timer only says that the
 * next task is due, whichever was set for it.
 */
function delayLine(clock: Clock, latencyMs: Millis): (task: () => void) => void {
  const tasks: (() => void)[] = []; // BOUNDED BY what the wire carries within the latency
  return (task) => {
    tasks.push(task);
    clock.at(clock.now() + latencyMs, () => tasks.shift()?.());
  };
}

/** How long a link lives when `loss` of all links break within a minute: exponentially distributed. */
function lifetime(loss: number, random: Random): Millis {
  const fraction = new DataView(random.bytes(4).buffer).getUint32(0) / 2 ** 32;
  return (Math.log(1 - fraction) / Math.log(1 - Math.min(loss, 0.999))) * MINUTE;
}
