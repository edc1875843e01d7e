/** The inside of a program (see `program.ts`): answers what the benchmark asks, and ends when the benchmark is gone. */
import { readFileSync } from "node:fs";
import type { Answer, Question } from "./program.ts";

type Answers = Readonly<Record<string, (argument: never) => unknown>>;

export interface Usage {
  /** Processor time of the process so far, in its own code and in the kernel. */
  readonly cpuMs: number;
  /** Bytes of the process in memory. */
  readonly resident: number;
  readonly heapUsed: number;
  /** Bytes that the heap refers to, array buffers included. */
  readonly external: number;
}

/** Answers the questions named in `answers`, and `usage`. `end` runs when the benchmark lets go. */
export function answer(answers: Answers, end: () => Promise<void> = async () => undefined): void {
  const all: Answers = { ...answers, usage };
  process.on("message", ({ id, name, argument }: Question) => void reply(all, { id, name, argument }));
  process.once("disconnect", () => void end().finally(() => process.exit()));
}

async function reply(answers: Answers, { id, name, argument }: Question): Promise<void> {
  const send = (answer: Answer): void => void process.send?.(answer);
  try {
    send({ id, value: await answers[name]?.(argument as never) });
  } catch (error) {
    send({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { cpuMs: (user + system) / 1000, resident: residentBytes() ?? rss, heapUsed, external };
}

/** VmRSS, where the system has it. */
function residentBytes(): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
