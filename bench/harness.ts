/**
 * What a benchmark is. Each file `bench/NAME.ts` exports one:
 *
 * ```ts
 * export const benchmark: Benchmark = {
 *   name: "rlp",
 *   about: "RLP against @ethereumjs/rlp",
 *   run: async () => [
 *     await compare({
 *       what: "decode 1 MiB of envelopes",
 *       subject: { name: "ours", run: () => decode(bytes) },
 *       baseline: { name: "@ethereumjs/rlp", run: () => RLP.decode(bytes) },
 *       target: { atLeast: 2 },
 *     }),
 *   ],
 * };
 * ```
 * Machines differ and are shared, so what counts is a ratio: subject and baseline take turns in one process, each round
 * gives one ratio, and time is that of this process on the processors, unless `clock` says otherwise. Nothing here
 * asserts: a target that is missed is said, not punished.
 */

export interface Benchmark {
  /** As its file is called. */
  readonly name: string;
  /** One line. */
  readonly about: string;
  run(): Promise<Figure[]>;
}

/** One line of a result. */
export interface Figure {
  readonly what: string;
  /** How many times the baseline the subject is, over the rounds. */
  readonly ratio: Spread;
  readonly subject: Measure;
  readonly baseline: Measure;
  readonly target?: Target;
}

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** What was measured, in the best of all rounds. */
export interface Measure {
  readonly name: string;
  readonly value: number;
  /** Such as "ops/s", "MiB/s", "ms", "bytes". */
  readonly unit: string;
}

/** A bound on the median ratio. */
export type Target = { readonly atLeast: number } | { readonly atMost: number };

export type Clock = "cpu" | "wall";

/** Something to repeat; a promise is awaited before the next repetition. */
export interface Contestant {
  readonly name: string;
  run(): unknown;
}

export interface Comparison {
  readonly what: string;
  readonly subject: Contestant;
  readonly baseline: Contestant;
  /** How many units one repetition does, and what they are called: MiB, envelopes. Default: one "op". */
  readonly work?: { readonly amount: number; readonly unit: string };
  /** "cpu" (the default) does not see what other processes do; "wall" is for what waits, such as for sockets. */
  readonly clock?: Clock;
  readonly rounds?: number;
  /** How long one contestant runs in one round. */
  readonly roundMs?: number;
  readonly target?: Target;
}

/** Compares two ways of doing the same by their speed. A ratio of 2 means: the subject does twice as much in the time. */
export async function compare(comparison: Comparison): Promise<Figure> {
  const { what, subject, baseline, work = { amount: 1, unit: "ops" }, clock = "cpu", target } = comparison;
  const { rounds = 9, roundMs = 50 } = comparison;
  const turns = { subject: await turnOf(subject, clock, roundMs), baseline: await turnOf(baseline, clock, roundMs) };
  const speeds: { subject: number; baseline: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    speeds.push({ subject: work.amount * (await turns.subject()), baseline: work.amount * (await turns.baseline()) });
  }
  const best = ({ name }: Contestant, of: "subject" | "baseline"): Measure => {
    return { name, value: Math.max(...speeds.map((speed) => speed[of])), unit: `${work.unit}/s` };
  };
  return {
    what,
    ratio: spreadOf(speeds.map((speed) => speed.subject / speed.baseline)),
    subject: best(subject, "subject"),
    baseline: best(baseline, "baseline"),
    ...(target && { target }),
  };
}

/** Rounds that pass before one counts: nobody else runs meanwhile whose code is compiled as slowly. */
const COLD_ROUNDS = 3;

/** How fast one thing is, a value per round: for comparing with what cannot run here. Units of work per second. */
export async function speedsOf(
  contestant: Contestant,
  { clock = "cpu", rounds = 9, roundMs = 50 }: Pick<Comparison, "clock" | "rounds" | "roundMs"> = {},
): Promise<number[]> {
  const turn = await turnOf(contestant, clock, roundMs);
  const speeds: number[] = [];
  for (let round = -COLD_ROUNDS; round < rounds; round++) speeds.push(await turn());
  return speeds.slice(COLD_ROUNDS);
}

/** Smallest, middle and largest of at least one value. For figures that are not speeds, such as sizes and start-up. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { min: sorted[0] ?? 0, median: sorted[sorted.length >> 1] ?? 0, max: sorted.at(-1) ?? 0 };
}

export function meetsTarget({ ratio, target }: Figure): boolean | undefined {
  if (target === undefined) return undefined;
  return "atLeast" in target ? ratio.median >= target.atLeast : ratio.median <= target.atMost;
}

/** Warms up, finds how many repetitions fill a round, and gives one turn of so many: it tells repetitions per second. */
async function turnOf(contestant: Contestant, clock: Clock, roundMs: number): Promise<() => Promise<number>> {
  for (let repetitions = 1; ; repetitions *= 2) {
    const taken = await timeOf(contestant, clock, repetitions);
    if (taken < roundMs / 2) continue;
    const enough = Math.max(1, Math.round((repetitions * roundMs) / taken));
    return async () => (1000 * enough) / (await timeOf(contestant, clock, enough));
  }
}

/** Milliseconds. */
async function timeOf({ run }: Contestant, clock: Clock, repetitions: number): Promise<number> {
  const start = now(clock);
  for (let index = 0; index < repetitions; index++) {
    const result = run();
    if (result instanceof Promise) await result;
  }
  return now(clock) - start;
}

function now(clock: Clock): number {
  if (clock === "wall") return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
