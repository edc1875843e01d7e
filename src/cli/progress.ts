/**
 * What is being done, step by step, for the person who waits: always on stderr, animated only when stderr is a terminal.
 *
 * listr2 would write to stdout, colour by stdout, and take SIGINT for itself; it gets stderr twice, our colours, and no
 * signals.
 */
import type { ChalkInstance } from "chalk";

export interface Step {
  readonly title: string;
  /** Does the step; `say` shows what it is at. What it resolves to, if anything, becomes the title. */
  readonly run: (say: (text: string) => void) => Promise<string | undefined>;
}

export interface ProgressOptions {
  readonly style: "live" | "lines" | "silent";
  readonly stderr: NodeJS.WriteStream;
  readonly colours: ChalkInstance;
}

/** Runs the steps in order; the first that throws ends it, and its error is thrown. */
export async function runSteps(steps: readonly Step[], options: ProgressOptions): Promise<void> {
  if (options.style === "silent") return runSilently(steps);
  const { DefaultRenderer, Listr, ListrLogger, ProcessOutput, SimpleRenderer } = await loadListr();
  class LiveRenderer extends DefaultRenderer {
    static override readonly nonTTY = true; // chosen by stderr, where listr2 would ask stdout
  }
  const logger = new ListrLogger({ processOutput: new ProcessOutput(options.stderr, options.stderr), useIcons: true });
  const rendererOptions = { logger, color: palette(options.colours) };
  const tasks = steps.map((step) => ({
    title: step.title,
    task: async (_: unknown, task: { title?: string; output: string }) => {
      const title = await step.run((text) => {
        task.output = text;
      });
      if (title !== undefined) task.title = title;
    },
  }));
  const renderer = options.style === "live" ? LiveRenderer : SimpleRenderer;
  await new Listr(tasks, {
    renderer,
    rendererOptions,
    fallbackRenderer: SimpleRenderer,
    fallbackRendererOptions: rendererOptions,
    registerSignalListeners: false,
    exitOnError: true,
  }).run();
}

async function runSilently(steps: readonly Step[]): Promise<void> {
  for (const step of steps) await step.run(() => {});
}

/** Loads listr2 with its own colours off: it decides about them while it loads, by the wrong stream. */
async function loadListr(): Promise<typeof import("listr2")> {
  const before = process.env.NO_COLOR;
  process.env.NO_COLOR = "1";
  try {
    return await import("listr2");
  } finally {
    if (before === undefined) delete process.env.NO_COLOR;
    else process.env.NO_COLOR = before;
  }
}

function palette(colours: ChalkInstance): Record<string, (text?: string) => string> {
  const paint = (colour: ChalkInstance) => (text?: string) => colour(text ?? "");
  return {
    STARTED: paint(colours.yellow),
    PENDING: paint(colours.yellow),
    COMPLETED: paint(colours.green),
    FAILED: paint(colours.red),
    SKIPPED: paint(colours.yellow),
    WAITING: paint(colours.dim),
  };
}
