/**
 * A public chat from end to end: two messengers with profiles on disk, each a process, and a relay between them, against
 * the figures of the reference peer in the same roles (one full node, one light). The reference's polling of 20 to 200 ms
 * and its send cycles of 300 ms are part of its figures, as our rhythm is of ours.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { againstReference } from "./calibration.ts";
import type { Benchmark, Figure } from "./harness.ts";
import type { ClientOptions, Moment, Start } from "./network/client-program.ts";
import { Program } from "./network/program.ts";

const CHAT = "bench";
const SINGLE = 30;
const MANY = 500;
const COLD_STARTS = 5;
const AHEAD = { atMost: 1 } as const;

interface Said {
  readonly said: Moment;
  readonly sent: Moment;
}

interface Scene {
  readonly enode: string;
  readonly speaker: Program;
  readonly listener: Program;
}

async function enter(relay: string, light: boolean): Promise<{ readonly program: Program; readonly start: Start }> {
  const program = await Program.start("client");
  const start = await program.ask<Start>("start", { relay, chat: CHAT, light } satisfies ClientOptions);
  return { program, start };
}

const textsOf = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name} ${index}`);

/** From saying to hearing, one message at a time, at moments that no rhythm shares. */
async function singleMessages({ speaker, listener }: Scene): Promise<number[]> {
  const latencies: number[] = [];
  for (const text of textsOf("single", SINGLE)) {
    await sleep(60 + 200 * Math.random());
    const [{ said }, [heard = 0]] = await Promise.all([
      speaker.ask<Said>("say", [text]),
      listener.ask<Moment[]>("hearing", [text]),
    ]);
    latencies.push(heard - said);
  }
  return latencies;
}

async function manyMessages({ speaker, listener }: Scene, round: number): Promise<{ sent: number; heard: number }> {
  const texts = textsOf(`many ${round}`, MANY);
  const hearing = listener.ask<Moment[]>("hearing", texts);
  const { said, sent } = await speaker.ask<Said>("say", texts);
  return { sent: sent - said, heard: Math.max(...(await hearing)) - said };
}

/** New processes with new profiles, while somebody speaks every 100 ms. */
async function coldStarts({ enode, speaker }: Scene): Promise<{ ready: number[]; first: number[] }> {
  const [ready, first]: [number[], number[]] = [[], []];
  let speaking = true;
  const chatter = (async () => {
    for (let count = 0; speaking; count++) {
      await speaker.ask("say", [`chatter ${count}`]);
      await sleep(100);
    }
  })();
  for (let count = 0; count < COLD_STARTS; count++) {
    const { program, start } = await enter(enode, true);
    const [heard = 0] = await program.ask<Moment[]>("hearing", []);
    ready.push(start.ready - start.began);
    first.push(heard - start.began);
    await program.stop();
  }
  speaking = false;
  await chatter;
  return { ready, first };
}

const ninth = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(0.9 * values.length)] ?? 0;

async function figuresOf(scene: Scene): Promise<Figure[]> {
  // First what begins with an empty pool: newcomers are given all that is there.
  const starts = await coldStarts(scene);
  const latencies = await singleMessages(scene);
  const rounds = [await manyMessages(scene, 1), await manyMessages(scene, 2), await manyMessages(scene, 3)];
  const row = (what: string, theirs: readonly [number, number], ours: readonly number[]) =>
    againstReference({ what, unit: "ms", theirs, ours, target: AHEAD });
  return [
    await row(`one message, median of ${SINGLE}`, [158, 448], latencies),
    await row("one message, the slowest tenth", [300, 570], [ninth(latencies)]),
    await row(
      `${MANY} messages: a peer has all`,
      [2400, 2700],
      rounds.map(({ sent }) => sent),
    ),
    await row(
      `${MANY} messages: all heard`,
      [2600, 3000],
      rounds.map(({ heard }) => heard),
    ),
    await row("cold start with a new profile: connected", [129, 141], starts.ready),
    await row("cold start with a new profile: first message", [425, 495], starts.first),
  ];
}

export const benchmark: Benchmark = {
  name: "public-chat",
  about: "two messengers and a relay, three processes, against status-go v0.50.0 scaled to this machine",
  async run() {
    const relay = await Program.start("relay");
    const enode = await relay.ask<string>("start", {});
    const [speaker, listener] = [(await enter(enode, false)).program, (await enter(enode, true)).program];
    const figures = await figuresOf({ enode, speaker, listener });
    await Promise.all([speaker.stop(), listener.stop()]);
    await relay.stop();
    return figures;
  },
};
